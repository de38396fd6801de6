/** The Sobol policy: the next point of one scrambled Sobol sequence. */
import { BoSearchError } from '../../errors.js';
import { MAX_SOBOL_DIMENSIONS, randomStream, sobolPoints } from '../../math/index.js';
import { bestObserved } from './model-free.js';
import type { Policy } from './policy.js';

/**
 * Points of a Sobol sequence scrambled by the study's seed; recommends the best observed. Trials that came from
 * elsewhere (seeds, enqueued points) take no point of the sequence.
 * @throws (suggest) BoSearchError E_ARGUMENT for more than 128 parameters.
 */
export function createSobolPolicy(): Policy {
  return {
    name: 'sobol',
    settings: {},
    suggest: ({ seed, dimension, trials }) => {
      if (dimension > MAX_SOBOL_DIMENSIONS) {
        throw new BoSearchError(
          'E_ARGUMENT',
          `sobol policy: expected at most ${MAX_SOBOL_DIMENSIONS} parameters, got ${dimension}`,
          { hint: "use the policy 'random'" },
        );
      }
      const skip = trials.filter((trial) => trial.origin.by === 'sobol').length;
      const scramble = randomStream(seed, 'sobol-policy');
      return { unit: [...sobolPoints(1, dimension, { scramble, skip })], by: 'sobol', notes: [] };
    },
    recommend: bestObserved,
  };
}
