/** The random policy: independent uniform points. */
import { randomStream } from '../../math/index.js';
import { bestObserved } from './model-free.js';
import type { Policy } from './policy.js';

/** Points uniform on the cube, each keyed by the study's seed and the trial's number; recommends the best observed. */
export function createRandomPolicy(): Policy {
  return {
    name: 'random',
    settings: {},
    suggest: ({ seed, dimension, trials }) => {
      const stream = randomStream(seed, trials.length, 'random-policy');
      return { unit: Array.from({ length: dimension }, () => stream.uniform()), by: 'random', notes: [] };
    },
    recommend: bestObserved,
  };
}
