/** Rows of a flat matrix, put together. */

type Values = Float32Array | Float64Array | Int32Array;

/** Rows `rows` (b) of `values` (B, d), as (b, d) flat. */
export function gatherRows<T extends Values>(values: T, rows: ArrayLike<number>, d: number): T {
  const Kind = values.constructor as new (length: number) => T;
  const out = new Kind(rows.length * d);
  for (let at = 0; at < rows.length; at += 1) {
    out.set(values.subarray(rows[at] * d, (rows[at] + 1) * d), at * d);
  }
  return out;
}
