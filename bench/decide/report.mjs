// Tables of paired differences between variants.
import { comparePairs, meanWithError } from '../arena/statistics.mjs';

/** For each problem a table: what every variant reaches, and its difference to one of them on the seeds both have. */
export function reportOf(runs, against) {
  const problems = [...new Set(runs.map(({ problem }) => problem))].sort();
  return problems.map((problem) => tableOf(problem, runs, against)).join('\n\n');
}

function tableOf(problem, runs, against) {
  const here = runs.filter((run) => run.problem === problem);
  const base = new Map(here.filter(({ variant }) => variant === against).map((run) => [run.seed, run]));
  const rows = [...new Set(here.map(({ variant }) => variant))].sort().map((variant) => {
    const own = here.filter((run) => run.variant === variant);
    const pairs = own.filter(({ seed }) => base.has(seed)).map((run) => [run, base.get(run.seed)]);
    const differences = comparePairs(
      pairs.map(([run]) => atEnd(run)),
      pairs.map(([, other]) => atEnd(other)),
    );
    const cells = [
      variant,
      own.length,
      shown(meanWithError(own.map(atEnd))),
      median(own.map(atEnd)).toPrecision(4),
      variant === against ? '' : `${shown(differences)} (${differences.n})`,
      shown(meanWithError(own.map(({ visited }) => visited))),
      meanWithError(own.map(({ cpu }) => cpu)).mean.toFixed(1),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `### ${problem}`,
    '',
    `| variant | seeds | at \`recommend()\` | median | less ${against} (pairs) | best visited | CPU-s |`,
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function atEnd({ at }) {
  return at[Math.max(...Object.keys(at).map(Number))];
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function shown({ mean, standardError }) {
  return Number.isNaN(standardError)
    ? mean.toPrecision(3)
    : `${mean.toPrecision(3)} ± ${standardError.toPrecision(2)}`;
}
