/**
 * The least step, in L2, from a point onto a hyperplane, within the box [0, 1]^d.
 *
 * Notation: x the point, v the value of an affine function there, w its gradient, δ the step, λ ≥ 0 its multiplier.
 * Minimise ‖δ‖₂ subject to v + w·δ = 0 and 0 ≤ x + δ ≤ 1 (Croce and Hein 2020, arXiv:1907.02044, section 3.1):
 * δ = clip(x − λ·sign(v)·w, 0, 1) − x, with the λ of g(λ) = Σ_j |w_j|·min(λ|w_j|, room_j) = |v|, room_j being how far
 * x_j can go that way. g increases, is concave and piecewise linear: Newton's method from λ = 0 only goes up, and is
 * exact once no further value meets a wall, so that the walls need not be sorted; a few passes are usual.
 */

/**
 * δ (d), in float64; values that meet a wall end on it exactly. Where no point of the box lies on the hyperplane, δ
 * leads to the corner that comes nearest to it; where w is 0, nowhere.
 * @param x - (d), values in [0, 1].
 * @param w - (d), finite.
 * @param v - finite.
 */
export function projectOntoHyperplane(x: ArrayLike<number>, w: ArrayLike<number>, v: number): Float64Array {
  const side = v < 0 ? -1 : 1;
  const delta = new Float64Array(x.length);
  const free = new Int32Array(x.length);
  let count = 0;
  for (let j = 0; j < x.length; j += 1) if (w[j] !== 0) free[count++] = j;
  // what the free values have to do, after those that have met a wall
  let left = Math.abs(v);
  while (left > 0) {
    const before = count;
    const lambda = left / squares(w, free, count);
    count = 0;
    for (let at = 0; at < before; at += 1) {
      const j = free[at];
      const wall = room(x[j], side * w[j]);
      if (lambda * Math.abs(w[j]) < Math.abs(wall)) {
        free[count++] = j;
        delta[j] = -lambda * side * w[j];
      } else {
        delta[j] = wall;
        left -= Math.abs(w[j] * wall);
      }
    }
    if (count === before || count === 0) break;
  }
  return delta;
}

/** How far a value can go against the sign of its weight. */
function room(value: number, weight: number): number {
  return weight > 0 ? -value : 1 - value;
}

function squares(w: ArrayLike<number>, free: Int32Array, count: number): number {
  let sum = 0;
  for (let at = 0; at < count; at += 1) sum += w[free[at]] * w[free[at]];
  return sum;
}
