/** Targets to mean 0 and variance 1, and the numbers that undo it. */

/** y = shift + scale·z. */
export interface Standardisation {
  readonly shift: number;
  /** Above 0; where the targets do not differ, the power of two at or below their magnitude (1 if they are all 0). */
  readonly scale: number;
}

/**
 * Shift and scale of finite targets; works in units of the largest magnitude, so that neither 1e-300 nor 1e300
 * under- or overflows.
 * @param y - targets, shape (n), finite; n = 0 gives { shift: 0, scale: 1 }.
 */
export function standardisation(y: Float64Array): Standardisation {
  const n = y.length;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(y[i]));
  if (largest === 0) return { shift: 0, scale: 1 };
  // A power of two, so that dividing by it rounds nothing; bounded, so that 1 / unit stays finite.
  const unit = 2 ** Math.min(Math.max(Math.floor(Math.log2(largest)), -1000), 1023);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += y[i] / unit / n;
  let square = 0;
  for (let i = 0; i < n; i++) square += (y[i] / unit - mean) ** 2 / n;
  const deviation = Math.sqrt(square);
  const rounding = 8 * Number.EPSILON * (largest / unit);
  if (deviation <= rounding) return { shift: y[0], scale: unit };
  return { shift: mean * unit, scale: deviation * unit };
}

/** (y − shift) / scale, shape (n). */
export function standardise(y: Float64Array, by: Standardisation): Float64Array {
  return y.map((value) => {
    const difference = value - by.shift;
    return Number.isFinite(difference) ? difference / by.scale : value / by.scale - by.shift / by.scale;
  });
}
