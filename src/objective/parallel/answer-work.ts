/** What a worker thread does with its share: it opens runtime and model once, then answers one request after another. */
import * as tf from '@tensorflow/tfjs-core';
import type { CotangentOf } from '../attacks/model/attackable-model.js';
import { openModel } from '../models/open-model.js';
import type { OpenedModel } from '../models/open-model.js';
import { bareClassifier } from '../purification/bare-classifier.js';
import type { DifferentiableClassifier } from '../purification/bare-classifier.js';
import { createDefence } from '../purification/defence.js';
import type { PurificationOptions } from '../purification/pipeline.js';
import { prepareImages } from '../purification/prepared-images.js';
import type { CachedImages } from '../purification/prepared-images.js';
import { createMemoryBudget } from '../purification/state-cache.js';
import type { MemoryBudget } from '../purification/state-cache.js';
import { openRuntime } from '../tensors/runtime.js';
import { internalError } from '../../errors.js';
import { awaitCotangent } from './cotangent-meeting.js';
import type { Answer, OpenedFacts, Target, WireCotangent, Work, WorkerSettings } from './messages.js';

/** A worker's own copy of everything. */
export interface Workshop {
  readonly facts: OpenedFacts;
  /** @param meet - tells the pool the logits of a `vjp` whose cotangent is asked for at a meeting. */
  answer(work: Work, meet: (logits: Float32Array) => void): Promise<Answer>;
}

/**
 * Opens runtime and model, and checks the settings of the defence.
 * @throws BoSearchError as `openRuntime`, `openModel` and `createDefence` do.
 */
export async function openWorkshop(settings: WorkerSettings): Promise<Workshop> {
  const runtime = await openRuntime({ backend: settings.backend });
  const model = await openModel(settings.model, { runtime, task: settings.task });
  const { mlvgm, classifier } = model;
  const { attenuation, preprocessing, chunkSize } = settings;
  const bench: Bench = {
    options: {
      runtime,
      mlvgm,
      classifier,
      temperature: settings.temperature ?? model.temperature,
      ...(attenuation === undefined ? {} : { attenuation }),
      ...(preprocessing === undefined ? {} : { preprocessing }),
      ...(chunkSize === undefined ? {} : { chunkSize }),
    },
    classifier: bareClassifier({ runtime, classifier, ...(chunkSize === undefined ? {} : { chunkSize }) }),
    memory: createMemoryBudget(settings.memoryBytes),
    prepared: new Map(),
  };
  createDefence({ ...bench.options, alphas: mlvgm.latents.map(() => 0) }).dispose();
  return {
    facts: factsOf(model, runtime.description),
    answer: (work, meet) => answer(bench, work, meet),
  };
}

interface Bench {
  readonly options: PurificationOptions;
  readonly classifier: DifferentiableClassifier;
  readonly memory: MemoryBudget;
  readonly prepared: Map<number, CachedImages>;
}

function factsOf({ mlvgm, classifier }: OpenedModel, runtime: string): OpenedFacts {
  const { height, width, channels } = mlvgm.image;
  return {
    runtime,
    classifier: classifier.name,
    classes: classifier.classes.length,
    pixels: height * width * channels,
    latents: mlvgm.latents.length,
  };
}

async function answer(bench: Bench, work: Work, meet: (logits: Float32Array) => void): Promise<Answer> {
  switch (work.kind) {
    case 'prepare': {
      const { ids, pixels } = work;
      bench.prepared.set(
        work.handle,
        prepareImages({ ...bench.options, memory: bench.memory }, { ids, pixels }),
      );
      return {};
    }
    case 'score':
      return { logits: await preparedAt(bench, work.handle).logits(work.alphas, work.draws) };
    case 'release':
      bench.prepared.get(work.handle)?.dispose();
      bench.prepared.delete(work.handle);
      return {};
    case 'logits':
      return withTarget(bench, work.target, async (model) => ({
        logits: await model.logits(work.images, work.draw),
      }));
    case 'vjp':
      return withTarget(bench, work.target, (model) =>
        model.vjp(work.images, work.draw, cotangentOf(work.cotangent, meet)),
      );
    case 'memory': {
      const { numTensors, numBytes } = tf.memory();
      return { memory: { tensors: numTensors, bytes: numBytes } };
    }
  }
}

function preparedAt(bench: Bench, handle: number): CachedImages {
  const prepared = bench.prepared.get(handle);
  if (prepared === undefined) throw internalError(`worker: images ${handle} were not prepared`);
  return prepared;
}

/** A defence is made for one call: it owns little, and so nobody must free it. */
async function withTarget<T>(
  bench: Bench,
  target: Target,
  use: (model: DifferentiableClassifier) => Promise<T>,
): Promise<T> {
  if (target.kind === 'classifier') return use(bench.classifier);
  const { alphas, purifications } = target;
  const defence = createDefence({ ...bench.options, alphas, purifications });
  try {
    return await use(defence);
  } finally {
    defence.dispose();
  }
}

function cotangentOf(cotangent: WireCotangent, meet: (logits: Float32Array) => void): CotangentOf {
  if (cotangent.kind === 'fixed') return cotangent.values;
  return (logits) => {
    meet(logits);
    return awaitCotangent(cotangent.buffer);
  };
}
