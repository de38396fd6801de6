/**
 * Dot products with one fixed order of summation: k = from, from + 1, …, to - 1, one accumulator an entry.
 *
 * The block form computes sixteen at once (so that the processor has sixteen independent chains), and each of them
 * has the bits of the single form. That is what makes a row append equal to a full factorisation.
 */

/** Side of a block. */
export const BLOCK = 4;

/** sum of a[i + k]·b[j + k], k from `from` to `to` - 1, in that order. */
export function dotRange(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  from: number,
  to: number,
): number {
  let s = 0;
  for (let k = from; k < to; k++) s += a[i + k] * b[j + k];
  return s;
}

/** a·b over the shorter of the two; four accumulators, for use where only accuracy and speed matter. */
export function dot(a: Float64Array, b: Float64Array): number {
  const n = Math.min(a.length, b.length);
  const whole = n - (n % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let k = 0; k < whole; k += 4) {
    s0 += a[k] * b[k];
    s1 += a[k + 1] * b[k + 1];
    s2 += a[k + 2] * b[k + 2];
    s3 += a[k + 3] * b[k + 3];
  }
  for (let k = whole; k < n; k++) s0 += a[k] * b[k];
  return s0 + s1 + (s2 + s3);
}

/**
 * The 4 x 4 dots of rows i..i+3 of `a` with rows j..j+3 of `b`, both with n columns, over columns from..to-1.
 * `out[4 r + c]` has the bits of `dotRange` for rows i + r and j + c.
 */
export function blockDots(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  n: number,
  from: number,
  to: number,
  out: Float64Array,
): void {
  columnPairDots(a, i * n, b, j * n, n, from, to, out, 0);
  columnPairDots(a, i * n, b, (j + 2) * n, n, from, to, out, 2);
}

/** Half a block: eight accumulators stay in registers, sixteen would spill. */
function columnPairDots(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  n: number,
  from: number,
  to: number,
  out: Float64Array,
  column: number,
): void {
  const i1 = i + n;
  const i2 = i1 + n;
  const i3 = i2 + n;
  const j1 = j + n;
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let k = from; k < to; k++) {
    const y0 = b[j + k];
    const y1 = b[j1 + k];
    const x0 = a[i + k];
    const x1 = a[i1 + k];
    const x2 = a[i2 + k];
    const x3 = a[i3 + k];
    s00 += x0 * y0;
    s01 += x0 * y1;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s30 += x3 * y0;
    s31 += x3 * y1;
  }
  out[column] = s00;
  out[column + 1] = s01;
  out[column + 4] = s10;
  out[column + 5] = s11;
  out[column + 8] = s20;
  out[column + 9] = s21;
  out[column + 12] = s30;
  out[column + 13] = s31;
}
