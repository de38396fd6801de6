/** Rounding to float32 that never leads away from where a value came from. */

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The float32 next to `value` that lies between `x` (a float32 of at least 0) and `value` (at least 0). */
export function roundTowards(x: number, value: number): number {
  float[0] = value;
  const nearest = float[0];
  if (value >= x ? nearest <= value : nearest >= value) return nearest;
  return stepTowards(x, nearest);
}

/** The float32 one step nearer to `x` than `value`; both are float32 of at least 0, and differ. */
export function stepTowards(x: number, value: number): number {
  float[0] = value;
  // Neighbouring floats of one sign have neighbouring bit patterns (IEEE 754).
  bits[0] = bits[0] + (value > x ? -1 : 1);
  return float[0];
}
