// Paired comparison of schemes with the baseline: mean difference of held-out values, its standard error, its lower bound.

/** One-sided 95 % quantile of the standard normal distribution. */
const Z95 = 1.6448536269514722;

/** @param {readonly object[]} runs - records of bench/racing.mjs */
export function summaryOf(runs) {
  const full = new Map(
    runs.filter(({ scheme }) => scheme === 'full').map((r) => [`${r.problem} ${r.seeded} ${r.seed}`, r]),
  );
  const groups = new Map();
  for (const r of runs) {
    const key = `${r.problem} ${r.seeded} ${r.scheme} ${r.share}`;
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  const rows = [...groups.values()].map((group) => row(group, full));
  rows.sort((a, b) => (a.problem < b.problem ? -1 : a.problem > b.problem ? 1 : b.truth - a.truth));
  return { rows, runs };
}

function row(group, full) {
  const [{ problem, seeded, scheme, share }] = group;
  const paired = group.flatMap((r) => {
    const base = full.get(`${problem} ${seeded} ${r.seed}`);
    return base === undefined ? [] : [r.truth - base.truth];
  });
  const difference = meanAndError(paired);
  const round = (value) => Number(value.toFixed(4));
  return {
    problem,
    seeded,
    scheme,
    share,
    seeds: group.length,
    truth: round(meanAndError(group.map(({ truth }) => truth)).mean),
    difference: round(difference.mean),
    error: round(difference.error),
    lower: round(difference.mean - Z95 * difference.error),
    blocks: round(meanAndError(group.map(({ judged }) => judged)).mean),
    trials: round(meanAndError(group.map(({ trials }) => trials)).mean),
    cpu: round(meanAndError(group.map(({ cpu }) => cpu)).mean),
  };
}

function meanAndError(values) {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const square = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, error: Math.sqrt(square / n) };
}
