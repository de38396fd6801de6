/** The step of a given length along which a gradient rises fastest, in either norm. */
import { l2Norm } from './l2.js';

/**
 * Adds the steepest step of length `step` to `delta` (d), the gradient of the image beginning at `from`; adds nothing
 * and says false where the gradient is 0 or has a value that is not finite, which says nothing of the others either.
 */
export type AddStep = (delta: Float64Array, gradient: Float32Array, from: number, step: number) => boolean;

/** ∇/‖∇‖₂. */
export const addStepL2: AddStep = (delta, gradient, from, step) => {
  const norm = l2Norm(gradient, from, delta.length);
  if (!(norm > 0) || !Number.isFinite(norm)) return false;
  for (let j = 0; j < delta.length; j += 1) delta[j] += (step * gradient[from + j]) / norm;
  return true;
};

/** sign(∇). */
export const addStepLinf: AddStep = (delta, gradient, from, step) => {
  const norm = l2Norm(gradient, from, delta.length);
  if (!(norm > 0) || !Number.isFinite(norm)) return false;
  for (let j = 0; j < delta.length; j += 1) delta[j] += step * Math.sign(gradient[from + j]);
  return true;
};
