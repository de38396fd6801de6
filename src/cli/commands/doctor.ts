/** `bo-search doctor`: what runs on this machine, and whether a model or evaluator is what a search takes it for. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { BoSearchError } from '../../errors.js';
import {
  AUTO_ORDER,
  type BackendReport,
  probeBackends,
  readModelManifest,
  RUNTIME_BACKENDS,
  type RuntimeBackend,
} from '../../objective/index.js';
import {
  assertCheckable,
  checkSearch,
  type ConfigOverrides,
  loadSearchConfig,
  readSearchConfig,
  type SearchChecks,
  type SearchConfig,
  withOverrides,
} from '../../search/index.js';
import { backendLines, checkLines, machineLines, subjectLine, verdictLine } from '../doctor-lines.js';
import { endOnSignals } from '../end-on-signals.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { liveProgress } from '../live-progress.js';
import { machineFacts } from '../machine-facts.js';
import { note, print, styleOf } from '../terminal.js';

export interface DoctorFlags extends Pick<ConfigOverrides, 'backend'> {
  readonly task?: string;
  readonly json?: boolean;
}

/** Looks at the machine, then at the model where one is named. */
export async function doctor(model: string | undefined, flags: DoctorFlags): Promise<ExitCode> {
  const { backend } = flags;
  const subject = model === undefined ? undefined : await subjectOf(model, flags);
  if (subject !== undefined) await assertCheckable(subject.config, subject);
  const say = (...lines: readonly string[]): void => {
    if (flags.json !== true) print(...lines);
  };
  const machine = machineFacts();
  say(...machineLines(machine), '');
  const named = backend === undefined || backend === 'auto' ? undefined : backend;
  const backends = await probed(named === undefined ? RUNTIME_BACKENDS : [named]);
  say(...backendLines(backends), ...(named === undefined ? [autoLine(backends)] : []));
  const starts =
    backend === 'auto' ? takenByAuto(backends) !== undefined : backends.some((one) => one.starts);
  const checked = subject === undefined ? undefined : await check(subject, say);
  if (checked === 'interrupted') return interrupted(flags);
  const passed = starts && checked?.checks.every(isFine) !== false;
  if (flags.json === true) print(JSON.stringify({ kind: 'doctor', passed, machine, backends, ...checked }));
  return passed ? EXIT.done : EXIT.state;
}

interface Subject {
  readonly config: SearchConfig;
  readonly configFile?: string;
}

/** A configuration as it is, or the one a bundled model or folder stands for. */
async function subjectOf(model: string, { task, ...overrides }: DoctorFlags): Promise<Subject> {
  if (isConfig(model)) {
    const config = await loadSearchConfig(model);
    const given = { ...config, ...(task === undefined ? {} : { task }) };
    return { config: withOverrides(given, overrides), configFile: model };
  }
  const { folder, manifest } = await manifestOf(basename(model) === 'model.json' ? dirname(model) : model);
  const [first] = Object.keys(manifest.tasks);
  const text = JSON.stringify({ model: folder, task: task ?? first, attack: { l2Bound: 1 } });
  return { config: withOverrides(readSearchConfig(text), overrides) };
}

/** What is neither is named before anything is started. */
async function manifestOf(model: string): ReturnType<typeof readModelManifest> {
  try {
    return await readModelManifest(model);
  } catch (error) {
    if (existsSync(join(model, 'model.json'))) throw error;
    const expected = 'a bundled model, the folder of a model (with model.json) or a search.yaml';
    throw new BoSearchError('E_ARGUMENT', `doctor: expected ${expected}, got ${JSON.stringify(model)}`, {
      hint: 'fashion-mnist is bundled; without a model, doctor looks at this machine alone',
      cause: error,
    });
  }
}

function isConfig(path: string): boolean {
  if (/\.ya?ml$/.test(path)) return true;
  return path.endsWith('.json') && basename(path) !== 'model.json';
}

/** Tries backends, one after the other. */
async function probed(backends: readonly RuntimeBackend[]): Promise<readonly BackendReport[]> {
  const progress = liveProgress(styleOf(process.stderr));
  const reports: BackendReport[] = [];
  const of = backends.length;
  for (const [done, backend] of backends.entries()) {
    progress.say({ kind: 'progress', task: `backend ${backend}`, done, of });
    reports.push(...(await probeBackends({ backends: [backend] })));
  }
  progress.say({ kind: 'progress', task: 'backends', done: of, of });
  progress.end();
  return reports;
}

/** What `--backend auto` takes, as `openRuntime` does. */
function takenByAuto(reports: readonly BackendReport[]): RuntimeBackend | undefined {
  return AUTO_ORDER.find((name) =>
    reports.some((report) => report.backend === name && report.starts && !report.software),
  );
}

function autoLine(reports: readonly BackendReport[]): string {
  const taken = takenByAuto(reports);
  return taken === undefined ? '  --backend auto finds none' : `  --backend auto takes ${taken}`;
}

function interrupted({ json }: DoctorFlags): ExitCode {
  if (json === true) print(JSON.stringify({ kind: 'interrupted' }));
  note('interrupted; nothing was written');
  return EXIT.interrupted;
}

async function check(
  { config, configFile }: Subject,
  say: (...lines: string[]) => void,
): Promise<SearchChecks | 'interrupted'> {
  const progress = liveProgress(styleOf(process.stderr));
  const ending = endOnSignals(() => progress.end());
  try {
    const outcome = await checkSearch(config, {
      ...(configFile === undefined ? {} : { configFile }),
      signal: ending.signal,
      onSubject: (subject) => say('', subjectLine(subject)),
      onStart: (name, done, of) => progress.say({ kind: 'progress', task: name, done, of }),
      onResult: (result) => {
        progress.end();
        say(...checkLines(result));
      },
    });
    const of = outcome.checks.length;
    progress.say({ kind: 'progress', task: 'checks', done: of, of });
    progress.end();
    say('', verdictLine(outcome.checks));
    return outcome;
  } catch (error) {
    if (ending.signal.aborted && error === ending.signal.reason) return 'interrupted';
    throw error;
  } finally {
    progress.end();
    ending.dispose();
  }
}

function isFine({ status }: SearchChecks['checks'][number]): boolean {
  return status !== 'failed';
}
