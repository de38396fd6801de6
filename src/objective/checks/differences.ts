/** How far two lists of numbers are apart, and how such a distance is written. */

/** max |a − b| over max(1, |b|); Infinity for another length or a NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < b.length; i += 1) {
    const off = Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i]));
    worst = Number.isNaN(off) ? Infinity : Math.max(worst, off);
  }
  return worst;
}

/** `the same bits`, or `at most 3.1e-7 apart`. */
export function apart(difference: number): string {
  return difference === 0 ? 'the same bits' : `at most ${small(difference)} apart`;
}

/** Two significant digits. */
export function small(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  return Math.abs(value) >= 0.01 ? value.toPrecision(2) : value.toExponential(1);
}
