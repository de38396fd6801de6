/** What `doctor` found, in words: this machine, its backends, and the checks of a model or evaluator. */
import type { BackendReport } from '../objective/index.js';
import type { CheckedSubject, SearchCheck } from '../search/index.js';
import type { MachineFacts } from './machine-facts.js';

const GIGABYTE = 2 ** 30;

/** Where the details begin. */
const NAME_WIDTH = 22;

const MARKS = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' } as const;

const MARK_WIDTH = 9;

/** The machine in two lines. */
export function machineLines({
  boSearch,
  node,
  system,
  processors,
  memoryBytes,
  packages,
}: MachineFacts): string[] {
  const memory = (memoryBytes / GIGABYTE).toFixed(1);
  const installed = Object.entries(packages).filter(([, version]) => version !== null);
  return [
    `bo-search ${boSearch}, Node.js ${node}, ${system}, ${processors} processors, ${memory} GB of memory`,
    `packages: ${installed.map(([name, version]) => `${name} ${version}`).join(', ')}`,
  ];
}

/** A line a backend, with what to do where it does not start. */
export function backendLines(reports: readonly BackendReport[]): string[] {
  return ['Backends', ...reports.flatMap(backendLine)];
}

/** What is checked, in a line. */
export function subjectLine({ kind, name, task, backend }: CheckedSubject): string {
  const which = task === undefined ? '' : `, task ${task}`;
  const where = backend === undefined ? '' : `, on ${backend}`;
  return `${kind === 'model' ? 'Model' : 'Evaluator'} ${name}${which}${where}`;
}

/** A check's line, and under it what to look at where it failed. */
export function checkLines({ name, status, detail, hint }: SearchCheck): string[] {
  const [first, ...more] = detail.split('\n');
  const lines = [row(MARKS[status], name, first), ...more.map((line) => row('', '', line))];
  return hint === undefined ? lines : [...lines, row('', '', `hint: ${hint}`)];
}

/** The last line: how many passed, and what did not. */
export function verdictLine(checks: readonly SearchCheck[]): string {
  const count = (status: SearchCheck['status']) => checks.filter((check) => check.status === status).length;
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} skipped`;
  const failed = checks.filter(({ status }) => status === 'failed').map(({ name }) => name);
  if (failed.length === 0) return `${count('passed')} checks passed${skipped}`;
  return `${failed.length} of ${checks.length} checks failed${skipped}: ${failed.join(', ')}`;
}

function backendLine(report: BackendReport): string[] {
  if (report.starts) {
    const software = report.software ? '; a GPU imitated in software: auto passes it over' : '';
    return [row('starts', report.backend, `${report.description}${software}`)];
  }
  const hint = report.hint === undefined ? [] : [row('', '', `hint: ${report.hint}`)];
  return [row('no', report.backend, report.reason), ...hint];
}

function row(mark: string, name: string, text: string): string {
  return `  ${mark.padEnd(MARK_WIDTH)}${name.padEnd(NAME_WIDTH)}${text}`;
}
