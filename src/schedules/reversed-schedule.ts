/** The mirror of a schedule: what it kept is re-sampled, what it re-sampled is kept. */
import { assertAlphas } from './alphas.js';
import { cosineSchedule } from './cosine-schedule.js';
import { linearSchedule } from './linear-schedule.js';

/** Schedules that need nothing but the number of latents. */
export type BaselineName = 'linear' | 'cosine';

/** Makers of the baselines, by name. */
export const baselineSchedules: Readonly<Record<BaselineName, (n: number) => number[]>> = {
  linear: linearSchedule,
  cosine: cosineSchedule,
};

/**
 * 1 − α of a given vector (N) or of a baseline with `n` latents, as in the seed points of the paper's search.
 * @throws BoSearchError `E_ALPHAS` if the vector is none, `E_ARGUMENT` if n is not a number of latents.
 */
export function reversedSchedule(alphas: ArrayLike<number>): number[];
export function reversedSchedule(of: BaselineName, n: number): number[];
export function reversedSchedule(of: ArrayLike<number> | BaselineName, n = 0): number[] {
  const alphas = typeof of === 'string' ? baselineSchedules[of](n) : of;
  assertAlphas('reversedSchedule', alphas);
  return Array.from(alphas, (alpha) => 1 - alpha);
}
