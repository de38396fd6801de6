/** Spearman's rank correlation: whether two lists are in the same order. */

/**
 * Pearson's correlation of the ranks, equal values sharing the mean of their ranks.
 * @returns from −1 to 1; undefined where a list has fewer than 2 numbers or does not vary.
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  const [left, right] = [centredRanks(a), centredRanks(b)];
  const product = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + v * y[i], 0);
  const scale = Math.sqrt(product(left, left) * product(right, right));
  return scale > 0 ? product(left, right) / scale : undefined;
}

function centredRanks(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(n);
  for (let from = 0; from < n;) {
    let to = from;
    while (to + 1 < n && values[order[to + 1]] === values[order[from]]) to++;
    for (let k = from; k <= to; k++) ranks[order[k]] = (from + to) / 2 - (n - 1) / 2;
    from = to + 1;
  }
  return ranks;
}
