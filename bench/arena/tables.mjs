// Summary to Markdown: scores at recommend(), paired differences, CPU of ask.
import { BASELINES, inOrder, MILESTONES, OURS } from './summarise.mjs';

const MARK = { better: '**+**', worse: '**−**', level: '=', unknown: '?' };
const SEEDED = { none: 'seed points for nobody', all: 'the same seed points for everybody' };

/** All tables. @param {ReturnType<import('./summarise.mjs').summarise>} summary */
export function tables({ problems, means }) {
  const parts = [
    means.length === 0
      ? ''
      : `Recommended by the mean of the distribution, which is better for it: ${means.join(', ')}.`,
  ];
  for (const [seeded, words] of Object.entries(SEEDED)) {
    const here = problems.filter((problem) => problem.seeded === seeded);
    if (here.length === 0) continue;
    parts.push(`### With ${words}`);
    for (const n of MILESTONES) {
      const reaching = here.filter(({ evaluations }) => n === evaluations || (n < evaluations && n <= 100));
      if (reaching.length > 0) parts.push(scores(reaching, n));
    }
    if (here.some(({ methods }) => methods.some(({ against = [] }) => against.length > 0))) {
      parts.push(differences(here), cpu(here));
    }
  }
  return parts.filter((part) => part !== '').join('\n\n');
}

function scores(problems, n) {
  const methods = methodsIn(problems);
  const rows = problems.map((problem) => [nameOf(problem), ...methods.map((name) => cell(problem, name, n))]);
  return `At ${n} evaluations:\n\n${table(['problem', ...methods], rows)}`;
}

function cell({ methods, direction }, name, n) {
  const found = methods.find(({ method }) => method === name);
  const at = found?.recommended.find((entry) => entry.n === n);
  if (at === undefined) return '';
  const sign = direction === 'maximize' ? 1 : -1;
  return `${number(sign * at.mean)} ± ${number(at.standardError)} (${found.seeds.length})`;
}

function differences(problems) {
  const methods = methodsIn(problems).filter((name) => name !== OURS);
  const rows = problems.map((problem) => [
    `${problem.problem}, ${problem.evaluations}`,
    ...methods.map((name) => difference(problem, name)),
  ]);
  return (
    `Paired mean difference ours − theirs at the last evaluation, ± standard error over seeds (p of Wilcoxon's test); ` +
    `positive is better for ours; **+** and **−** are beyond two standard errors:\n\n${table(['problem', ...methods], rows)}`
  );
}

function difference({ methods, evaluations }, name) {
  const against = methods.find(({ method }) => method === name)?.against ?? [];
  const at = against.find((entry) => entry.evaluations === evaluations);
  if (at === undefined) return '';
  return `${MARK[at.verdict]} ${number(at.mean)} ± ${number(at.standardError)} (p ${at.p.toPrecision(2)})`;
}

function cpu(problems) {
  const methods = methodsIn(problems).filter((name) => !BASELINES.includes(name));
  const rows = problems.map((problem) => [
    `${problem.problem}, ${problem.evaluations}`,
    ...methods.map((name) => seconds(problem, name)),
  ]);
  return `CPU seconds of all ask() of a run (ours as a share of theirs, same seeds):\n\n${table(['problem', ...methods], rows)}`;
}

function seconds({ methods }, name) {
  const found = methods.find(({ method }) => method === name);
  if (found === undefined) return '';
  const share = found.against?.[0]?.askCpuRatio;
  return `${number(found.askCpu.mean)}${share === undefined ? '' : ` (${(100 * share).toPrecision(2)} %)`}`;
}

function nameOf({ problem, direction }) {
  return `${problem} (${direction === 'maximize' ? 'value' : 'regret'})`;
}

function methodsIn(problems) {
  return inOrder([...new Set(problems.flatMap(({ methods }) => methods.map(({ method }) => method)))]);
}

function number(value) {
  if (!Number.isFinite(value)) return '?';
  if (value === 0) return '0';
  return Math.abs(value) >= 100
    ? value.toFixed(0)
    : Math.abs(value) >= 10
      ? value.toFixed(1)
      : Math.abs(value) >= 0.01
        ? value.toFixed(3)
        : value.toPrecision(2);
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
