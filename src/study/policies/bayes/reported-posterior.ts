/**
 * The posterior that a recommendation's interval is read off: counts have at least their binomial noise.
 *
 * The fit infers one noise for all counts, and often finds half of what yes/no draws have: the search is the bolder for
 * it (bench/README.md), but an interval would cover too seldom.
 */
import type { ExactGp } from '../../../gp/index.js';
import { exactGp, noiseAt } from '../../../gp/index.js';
import type { Observations } from './observations.js';
import { MOST_VARIANCE, type Surrogate } from './surrogate.js';

/** The surrogate's own GP where all noise is known or nothing was counted. */
export function reportedPosterior({ all }: Observations, { gp, fit, model }: Surrogate): ExactGp {
  const { noise } = gp.data;
  const counted = noise.kind === 'inferred' && all.some(({ variance }) => variance > 0);
  if (!counted || gp.n !== all.length) return gp;
  const { scale } = fit.standardisation;
  const { hyperparameters } = gp;
  const variances = Float64Array.from(all, ({ variance }, i) =>
    Math.max(
      noiseAt(noise, i, hyperparameters.noiseVariance),
      Math.min(variance / scale / scale, MOST_VARIANCE),
    ),
  );
  const data = { ...gp.data, noise: { kind: 'fixed', variances } } as const;
  return exactGp(data, { ...hyperparameters, noiseVariance: 0 }, model);
}
