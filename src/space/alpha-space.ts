/**
 * The space of α vectors, [0, 1]^N, with structured points to try first.
 *
 * The seeds are the schedules a person would write down: linear, cosine, ½ everywhere, plain reconstruction, and steps
 * (keep the first latents, re-sample the others), the strongest simple rivals of a learned schedule.
 */
import { BoSearchError } from '../errors.js';
import { constantSchedule } from '../schedules/constant-schedule.js';
import { cosineSchedule } from '../schedules/cosine-schedule.js';
import { linearSchedule } from '../schedules/linear-schedule.js';
import { stepSchedule } from '../schedules/step-schedule.js';
import { type Parameter, real } from './parameter.js';
import { type SeedPoint, type Space, spaceOf } from './space.js';

/** Most latents an α space can have. */
export const MAX_ALPHAS = 512;

/** Where the steps are, as shares of N. */
const STEP_SHARES = [1 / 4, 1 / 3, 1 / 2, 3 / 4];

const ALPHA: Parameter = real(0, 1);

/**
 * The space of α for a model of n latents, named alpha_0, alpha_1, …
 * @param n - number of latents N, from 1 to 512.
 * @param options.seeds - whether the structured points are tried first (default true), or those to try instead.
 * @throws E_SPACE
 */
export function alphaSpace(
  n: number,
  options: { readonly seeds?: boolean | readonly SeedPoint[] } = {},
): Space {
  if (!Number.isInteger(n) || n < 1 || n > MAX_ALPHAS) {
    throw new BoSearchError(
      'E_SPACE',
      `alphaSpace: expected a number of latents from 1 to ${MAX_ALPHAS}, got ${String(n)}`,
    );
  }
  const { seeds = true } = options;
  return spaceOf({
    kind: 'alphas',
    names: Array.from({ length: n }, (_, i) => `alpha_${i}`),
    parameters: Array.from({ length: n }, () => ALPHA),
    seeds: typeof seeds === 'boolean' ? (seeds ? alphaSeeds(n) : []) : seeds,
  });
}

/** The structured points for n latents: each point once, under its first name. */
export function alphaSeeds(n: number): SeedPoint[] {
  const steps = STEP_SHARES.map((share) => Math.round(share * n)).map((from) => ({
    label: `step ${from}`,
    values: stepSchedule(n, from),
  }));
  const seeds = [
    { label: 'linear', values: linearSchedule(n) },
    { label: 'cosine', values: cosineSchedule(n) },
    { label: 'constant 0.5', values: constantSchedule(n, 0.5) },
    { label: 'constant 0', values: constantSchedule(n, 0) },
    ...steps,
  ];
  return seeds.filter(({ values }, i) => seeds.findIndex((other) => same(other.values, values)) === i);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.every((x, j) => x === b[j]);
}
