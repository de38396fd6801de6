/**
 * A box inside the unit cube, as a cube of its own: what a maximiser that knows only the cube needs to look in a box.
 *
 * Notation: d dimensions, x a point of the box, t = (x − lower) / (upper − lower); arrays of points are (count, d).
 */
import { ShapeError } from '../errors.js';
import type { Acquisition } from './acquisition.js';

/** lower ≤ upper in every coordinate, both within [0, 1]; each of shape (d). */
export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Points t of the cube as points of the box: the bounds themselves at 0 and 1. */
export function fromBox(t: Float64Array, { lower, upper }: Box): Float64Array {
  const d = lower.length;
  return t.map((value, k) => {
    const j = k % d;
    if (value >= 1) return upper[j];
    return Math.min(upper[j], lower[j] + Math.max(0, value) * (upper[j] - lower[j]));
  });
}

/** Points x as points t of the cube; those outside the box as the nearest ones in it, 0 where the box has no side. */
export function toBox(x: Float64Array, { lower, upper }: Box): Float64Array {
  const d = lower.length;
  return x.map((value, k) => {
    const j = k % d;
    const side = upper[j] - lower[j];
    return side > 0 ? Math.min(1, Math.max(0, (value - lower[j]) / side)) : 0;
  });
}

/**
 * t ↦ a(x(t)), gradients by the chain rule.
 * @throws ShapeError if the box has not the dimension of the acquisition.
 */
export function acquisitionInBox(acquisition: Acquisition, box: Box): Acquisition {
  const d = acquisition.dimension;
  if (box.lower.length !== d || box.upper.length !== d) {
    throw new ShapeError(
      `acquisitionInBox: bounds must have shape (${d}), got ${box.lower.length} and ${box.upper.length} numbers`,
    );
  }
  return {
    name: acquisition.name,
    dimension: d,
    scale: acquisition.scale,
    values: (t, q) => acquisition.values(fromBox(t, box), q),
    valuesWithGradients(t, q) {
      const { values, gradients } = acquisition.valuesWithGradients(fromBox(t, box), q);
      return { values, gradients: gradients.map((g, k) => g * (box.upper[k % d] - box.lower[k % d])) };
    },
  };
}
