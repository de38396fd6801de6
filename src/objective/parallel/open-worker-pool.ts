/**
 * Data parallelism: worker threads that each open runtime and model, and own a contiguous share of the images.
 *
 * TensorFlow.js' wasm backend runs on one thread in Node; two workers on two cores do twice the images a second. An
 * image's numbers depend neither on the others of its batch nor on its place, and its noise follows its id: so the
 * results are those of one thread, bit for bit, for any number of workers.
 */
import { availableParallelism } from 'node:os';
import { BoSearchError } from '../../errors.js';
import type { PrepareImages } from '../evaluation/evaluation-blocks.js';
import type { PreparedImages } from '../evaluation/prepared-images.js';
import { assertDraws } from '../purification/chunk-mean.js';
import type { DifferentiableClassifier } from '../purification/bare-classifier.js';
import { assertImages } from '../purification/image-chunks.js';
import { assertAlphas } from '../purification/mixing-weights.js';
import { DEFAULT_MEMORY_BYTES } from '../purification/prepared-images.js';
import type { PreprocessingOptions } from '../purification/preprocessing.js';
import { askShares, bufferOf, joined, modelInShares } from './in-shares.js';
import type { Team } from './in-shares.js';
import type { WorkerMemory, WorkerSettings } from './messages.js';
import { WorkerThread } from './worker-thread.js';

/** More threads than any machine this was tried on has cores. */
const MOST_WORKERS = 256;

export interface WorkerPoolOptions {
  /** Threads, from 1 to 256; default the processors that are there. */
  readonly workers?: number;
  /** A bundled model's name, or a folder. Each worker reads the files itself. */
  readonly model: string;
  /** Which of the model's tasks the classifier solves. */
  readonly task: string;
  /** Default `wasm`. */
  readonly backend?: 'wasm' | 'cpu';
  /** Of the prior, in (0, 1]; default the model's own. */
  readonly temperature?: number;
  /** Factor on every α, in [0, 1]; default 1. */
  readonly attenuation?: number;
  /** Default none. */
  readonly preprocessing?: PreprocessingOptions;
  /** Images a pass of a worker, at least 1; default 100. It changes speed and memory, not results. */
  readonly chunkSize?: number;
  /** Bytes that all prepared images may keep, over all workers; default 512 MiB. Results do not depend on it. */
  readonly memoryBytes?: number;
  /** Stops the threads when it is aborted; calls under way and later ones reject with its reason. */
  readonly signal?: AbortSignal;
}

/** A started pool. Threads that are idle keep no process alive. */
export interface WorkerPool {
  readonly workers: number;
  /** What runs, for logs and journals, for example `tensorflow.js 4.22.0, wasm (SIMD)`. */
  readonly runtime: string;
  /** Makes images ready for many α, as `prepareImages` does; the pixels are copied. */
  readonly prepare: PrepareImages;
  /** The classifier alone, as `bareClassifier` makes it. */
  readonly classifier: DifferentiableClassifier;
  /**
   * The defence with these α, as `createDefence` makes it; nothing of it must be freed.
   * @param purifications - K, at least 1; default 1.
   * @throws BoSearchError `E_ALPHAS` or `E_ARGUMENT`
   */
  defence(alphas: readonly number[], purifications?: number): DifferentiableClassifier;
  /** What each worker holds. */
  memory(): Promise<WorkerMemory[]>;
  /** Stops the threads; calls under way reject. Done once more, it changes nothing. */
  close(): Promise<void>;
}

/**
 * Starts worker threads, each with a runtime and model of its own.
 *
 * An error in a worker is thrown here with the same code, message and hint; of several, the one of the first images. A
 * thread that dies is an error `E_BACKEND` that names it, now and at every later call.
 * @throws BoSearchError `E_ARGUMENT` for options out of range; `E_BACKEND`, `E_MODEL`, `E_WEIGHTS` or `E_NON_FINITE` as
 * `openRuntime`, `openModel` and `createDefence` do; no thread is left then. An aborted signal throws its reason.
 */
export function openWorkerPool(options: WorkerPoolOptions): Promise<WorkerPool> {
  return openPoolWith(new URL('./worker.js', import.meta.url), options);
}

/**
 * `openWorkerPool` with threads that run another module.
 * @internal
 */
export async function openPoolWith(entry: URL, options: WorkerPoolOptions): Promise<WorkerPool> {
  const { workers = availableParallelism(), signal } = options;
  assertWorkers(workers);
  const settings = settingsFor(options, workers);
  signal?.throwIfAborted();
  const threads = Array.from(
    { length: workers },
    (_, i) => new WorkerThread({ name: `worker ${i + 1} of ${workers}`, entry, settings }),
  );
  const stop = async (reason: unknown): Promise<void> => {
    signal?.removeEventListener('abort', abort);
    await Promise.all(threads.map((thread) => thread.stop(reason)));
  };
  const abort = (): void => void stop(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    const [facts] = await Promise.all(threads.map((thread) => thread.opened));
    return poolOf({ threads, facts }, () => stop(closed()));
  } catch (error) {
    await stop(error);
    throw error;
  }
}

function poolOf(team: Team, close: () => Promise<void>): WorkerPool {
  const { threads, facts } = team;
  let handles = 0;
  return {
    workers: threads.length,
    runtime: facts.runtime,
    prepare: (pixels, ids) => prepareInShares(team, (handles += 1), pixels, ids),
    classifier: modelInShares(team, { kind: 'classifier' }, (images, draw) => {
      assertImages(facts.classifier, images, draw.imageIds, facts.pixels);
    }),
    defence(alphas, purifications = 1) {
      assertAlphas(alphas, facts.latents, 'alphas');
      assertDraws(purifications, 0);
      return modelInShares(team, { kind: 'defence', alphas: [...alphas], purifications }, (images, draw) => {
        assertDraws(1, draw.index);
        assertImages('defence', images, draw.imageIds, facts.pixels);
      });
    },
    async memory() {
      const answers = await Promise.all(threads.map((thread) => thread.ask({ kind: 'memory' })));
      return answers.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
    },
    close,
  };
}

async function prepareInShares(
  team: Team,
  handle: number,
  pixels: Float32Array,
  ids: readonly string[],
): Promise<PreparedImages> {
  const size = team.facts.pixels;
  assertImages('prepareImages', pixels, ids, size);
  await askShares(team, ids.length, (thread, { from, to }) => {
    const own = pixels.slice(from * size, to * size);
    return thread.ask({ kind: 'prepare', handle, ids: ids.slice(from, to), pixels: own }, [bufferOf(own)]);
  });
  let disposed = false;
  return {
    count: ids.length,
    async logits(alphas, draws) {
      if (disposed) throw new BoSearchError('E_ARGUMENT', 'prepareImages: logits asked for after dispose');
      const answers = await askShares(team, ids.length, (thread) =>
        thread.ask({ kind: 'score', handle, alphas, draws }),
      );
      return joined(answers, 'logits');
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      // A thread that is gone has nothing to free.
      askShares(team, ids.length, (thread) => thread.ask({ kind: 'release', handle })).catch(() => undefined);
    },
  };
}

function settingsFor(options: WorkerPoolOptions, workers: number): WorkerSettings {
  const { model, task, backend = 'wasm', memoryBytes = DEFAULT_MEMORY_BYTES } = options;
  const { temperature, attenuation, preprocessing, chunkSize } = options;
  if (!(memoryBytes >= 0)) {
    throw new BoSearchError('E_ARGUMENT', `memoryBytes: expected a number of at least 0, got ${memoryBytes}`);
  }
  return {
    model,
    task,
    backend,
    memoryBytes: memoryBytes / workers,
    ...(temperature === undefined ? {} : { temperature }),
    ...(attenuation === undefined ? {} : { attenuation }),
    ...(preprocessing === undefined ? {} : { preprocessing }),
    ...(chunkSize === undefined ? {} : { chunkSize }),
  };
}

function assertWorkers(workers: number): void {
  if (Number.isInteger(workers) && workers >= 1 && workers <= MOST_WORKERS) return;
  throw new BoSearchError(
    'E_ARGUMENT',
    `workers: expected an integer from 1 to ${MOST_WORKERS}, got ${workers}`,
    { hint: 'one a processor core is most' },
  );
}

function closed(): BoSearchError {
  return new BoSearchError(
    'E_ARGUMENT',
    'worker pool: expected calls before close, got one that it cut off or that came after',
  );
}
