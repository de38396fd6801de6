/** What computes for a packed model: this thread, or worker threads that share the images; the numbers are the same. */
import { BoSearchError } from '../errors.js';
import type { WithDefence } from '../objective/evaluation/adaptive-images.js';
import type { PrepareImages } from '../objective/evaluation/evaluation-blocks.js';
import { openWorkerPool } from '../objective/parallel/open-worker-pool.js';
import { bareClassifier, type DifferentiableClassifier } from '../objective/purification/bare-classifier.js';
import { createDefence } from '../objective/purification/defence.js';
import type { PurificationOptions } from '../objective/purification/pipeline.js';
import { prepareImages } from '../objective/purification/prepared-images.js';
import { createMemoryBudget } from '../objective/purification/state-cache.js';

export interface ComputeOptions {
  readonly purification: PurificationOptions;
  /** A bundled model's name or a folder, and which of its tasks: workers open it themselves. */
  readonly place: string;
  readonly task: string;
  /** α of the defence that is attacked (N). */
  readonly alphas: readonly number[];
  /** What images made ready may keep, in all. */
  readonly memoryBytes: number;
  /** Threads that share the images; 1 for this one. */
  readonly workers: number;
}

export interface Compute {
  /** Makes images ready for many α. */
  readonly prepare: PrepareImages;
  /** The bare classifier. */
  readonly classifier: DifferentiableClassifier;
  /** The whole defence with the α of the options. */
  readonly defence: DifferentiableClassifier;
  /** The whole defence with any α. */
  readonly withDefence: WithDefence;
  close(): Promise<void>;
}

/**
 * Starts what computes.
 * @throws BoSearchError `E_CONFIG` for workers with another runtime than wasm; as `openWorkerPool` and `createDefence` do.
 */
export function openCompute(options: ComputeOptions): Promise<Compute> {
  return options.workers > 1 ? inWorkers(options) : here(options);
}

async function here({ purification, alphas, memoryBytes }: ComputeOptions): Promise<Compute> {
  const { runtime, classifier } = purification;
  const defence = createDefence({ ...purification, alphas });
  const memory = createMemoryBudget(memoryBytes);
  return {
    prepare: (pixels, ids) => prepareImages({ ...purification, memory }, { pixels, ids }),
    classifier: bareClassifier({ runtime, classifier }),
    defence,
    async withDefence(its, purifications, use) {
      const lent = createDefence({ ...purification, alphas: its, purifications });
      try {
        return await use(lent);
      } finally {
        lent.dispose();
      }
    },
    close: async () => defence.dispose(),
  };
}

async function inWorkers(options: ComputeOptions): Promise<Compute> {
  const { purification, place, task, alphas, memoryBytes, workers } = options;
  const { runtime, temperature, attenuation, preprocessing } = purification;
  if (runtime.name !== 'wasm') {
    throw new BoSearchError('E_CONFIG', `workers: expected 1 with backend ${runtime.name}, got ${workers}`, {
      hint: 'only wasm is shared among threads: leave workers out, or ask for backend wasm',
    });
  }
  const pool = await openWorkerPool({
    workers,
    model: place,
    task,
    temperature,
    ...(attenuation === undefined ? {} : { attenuation }),
    ...(preprocessing === undefined ? {} : { preprocessing }),
    memoryBytes,
  });
  const { prepare, classifier } = pool;
  return {
    prepare,
    classifier,
    defence: pool.defence(alphas),
    withDefence: (its, purifications, use) => use(pool.defence(its, purifications)),
    close: () => pool.close(),
  };
}
