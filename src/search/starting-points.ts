/** α that a search judges before all others: those of its configuration, or the five of the paper. */
import { constantSchedule, cosineSchedule, linearSchedule, reversedSchedule } from '../schedules/index.js';
import { alphasOfPoint, type SearchConfig } from './config/search-config.js';

/** How many points the paper's search begins with; the next is chosen by the model. */
export const REFERENCE_POINTS = 5;

export interface StartingPoint {
  readonly label: string;
  /** Before attenuation (N). */
  readonly alphas: readonly number[];
}

/**
 * The points of a search, in order; none unless it is asked for.
 * @param latents - number of latents N.
 */
export function startingPoints(
  { points = [], reference }: SearchConfig['search'],
  latents: number,
): StartingPoint[] {
  if (reference === true) return referencePoints(latents);
  return points.map((point, i) => ({
    label: Array.isArray(point) ? `point ${i}` : point.label,
    alphas: alphasOfPoint(point),
  }));
}

/**
 * Where the paper's search begins.
 * @see arXiv:2412.03453 and its code: these five, then 95 by expected improvement
 */
function referencePoints(latents: number): StartingPoint[] {
  return [
    { label: 'cosine', alphas: cosineSchedule(latents) },
    { label: 'linear', alphas: linearSchedule(latents) },
    { label: 'constant 0.5', alphas: constantSchedule(latents, 0.5) },
    { label: '1 − linear', alphas: reversedSchedule('linear', latents) },
    { label: '1 − cosine', alphas: reversedSchedule('cosine', latents) },
  ];
}
