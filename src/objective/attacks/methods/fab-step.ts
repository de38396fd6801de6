/**
 * One step of FAB: towards a hyperplane from where the image stands and from the clean image at once.
 *
 * Notation: x the clean image, x_i where it stands, f the linearised difference of logits with gradient w; d₁, d₂ the
 * least steps from x_i and from x onto f = 0 within the box.
 */
import { projectOntoHyperplane } from '../geometry/hyperplane-projection.js';
import { l2Norm } from '../geometry/l2.js';
import type { FabL2Settings } from './fab-settings.js';

/** f at x_i and its gradient w (d), both finite. */
interface Hyperplane {
  readonly value: number;
  readonly gradient: Float32Array;
}

/**
 * x_{i+1} = clip((x_i + η·d₁)(1 − α) + (x + η·d₂)·α), α = min(‖d₁‖/(‖d₁‖ + ‖d₂‖), α_max): (d), in the box.
 * @see Croce and Hein 2020, arXiv:1907.02044, equations 9 and 10
 */
export function fabStep(
  clean: Float32Array,
  current: Float32Array,
  { value, gradient }: Hyperplane,
  { alphaMax, extrapolation }: Pick<FabL2Settings, 'alphaMax' | 'extrapolation'>,
): Float32Array {
  let cleanValue = value;
  for (let j = 0; j < clean.length; j += 1) cleanValue += gradient[j] * (clean[j] - current[j]);
  const d1 = projectOntoHyperplane(current, gradient, value);
  const d2 = projectOntoHyperplane(clean, gradient, cleanValue);
  const length1 = l2Norm(d1, 0, d1.length);
  const length2 = l2Norm(d2, 0, d2.length);
  const alpha = length1 > 0 ? Math.min(length1 / (length1 + length2), alphaMax) : 0;
  const next = new Float32Array(clean.length);
  for (let j = 0; j < next.length; j += 1) {
    const ahead = (current[j] + extrapolation * d1[j]) * (1 - alpha);
    next[j] = Math.min(1, Math.max(0, ahead + (clean[j] + extrapolation * d2[j]) * alpha));
  }
  return next;
}
