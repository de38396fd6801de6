/** Pools for tests: threads run the sources as they stand, compiled to a folder of their own. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openPoolWith } from '../../../src/objective/parallel/open-worker-pool.js';
import type { WorkerPool, WorkerPoolOptions } from '../../../src/objective/parallel/open-worker-pool.js';
import { compileSources } from '../../compiled-sources.js';
import type { CompiledSources } from '../../compiled-sources.js';

/** The bundled model's folder: the compiled sources lie elsewhere, so that its name finds nothing. */
export const MODEL = fileURLToPath(new URL('../../../examples/fashion-mnist', import.meta.url));

/** @param name - of the test file. */
export function compileWorkers(name: string): CompiledSources {
  return compileSources(name, ['objective']);
}

/** A pool on the bundled model's coarse task. */
export function openTestPool(
  sources: CompiledSources,
  options: Partial<WorkerPoolOptions> = {},
): Promise<WorkerPool> {
  const entry = pathToFileURL(join(sources.folder, 'objective/parallel/worker.js'));
  return openPoolWith(entry, { workers: 2, model: MODEL, task: 'coarse', ...options });
}

/** A pool of two workers of `puppet-worker.mjs`. */
export function openPuppets(model: string, options: Partial<WorkerPoolOptions> = {}): Promise<WorkerPool> {
  const entry = new URL('./puppet-worker.mjs', import.meta.url);
  return openPoolWith(entry, { workers: 2, task: 'none', ...options, model });
}
