/** Rows of a flat matrix, put together. */

/** Rows `rows` (b) of `values` (B, d), as (b, d) flat. */
export function gatherRows(values: Float32Array, rows: ArrayLike<number>, d: number): Float32Array {
  const out = new Float32Array(rows.length * d);
  for (let at = 0; at < rows.length; at += 1) {
    out.set(values.subarray(rows[at] * d, (rows[at] + 1) * d), at * d);
  }
  return out;
}
