/** All checks of a model, one after another: what a search takes for granted. */
import { performance } from 'node:perf_hooks';
import { BoSearchError } from '../../errors.js';
import { checkAccuracy } from './check-accuracy.js';
import { checkBatch } from './check-batch.js';
import { checkDeterminism } from './check-determinism.js';
import { checkClassifierGradient, checkDefenceGradient } from './check-gradient.js';
import { checkLatents } from './check-latents.js';
import { checkNoiseFree } from './check-noise-free.js';
import { checkNoiseKeys } from './check-noise-keys.js';
import { checkNoiseReaches } from './check-noise-reaches.js';
import { checkOutputs } from './check-outputs.js';
import { checkSpeed } from './check-speed.js';
import { checkTensors } from './check-tensors.js';
import type { Check, CheckedModel, Clock, Finding } from './checked-model.js';

/** In the order in which they run: what others build on comes first. */
const CHECKS = {
  'latent shapes': checkLatents,
  'output range': checkOutputs,
  'clean accuracy': checkAccuracy,
  'no noise at α = 0': checkNoiseFree,
  'noise at α = 1': checkNoiseReaches,
  'noise by image id': checkNoiseKeys,
  'batch of two': checkBatch,
  determinism: checkDeterminism,
  'classifier gradient': checkClassifierGradient,
  'defence gradient': checkDefenceGradient,
  'tensor count': checkTensors,
  speed: checkSpeed,
} as const satisfies Readonly<Record<string, Check>>;

export type CheckName = keyof typeof CHECKS;

/** Names of all checks, in the order in which they run. */
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

export interface CheckResult extends Finding {
  readonly name: CheckName;
  readonly seconds: number;
}

export interface CheckModelOptions {
  /** Which checks, in their own order; default all. */
  readonly checks?: readonly CheckName[];
  readonly onStart?: (name: CheckName, index: number, of: number) => void;
  readonly onResult?: (result: CheckResult) => void;
  /** Gives up before the next check. */
  readonly signal?: AbortSignal;
  /** Seconds of a clock that never goes back; for figures alone. */
  readonly clock?: Clock;
}

/**
 * Checks a model and its classifier on a started runtime. An error a check throws is its finding; the checks after it go
 * on.
 * @throws BoSearchError `E_IMAGES` for fewer than 2 images or labels that are not one an image within the classes; the
 * signal's reason if it is aborted.
 */
export async function checkModel(
  model: CheckedModel,
  options: CheckModelOptions = {},
): Promise<readonly CheckResult[]> {
  const { checks = CHECK_NAMES, onStart, onResult, signal, clock = seconds } = options;
  assertImages(model);
  const names = CHECK_NAMES.filter((name) => checks.includes(name));
  const results: CheckResult[] = [];
  for (const [index, name] of names.entries()) {
    signal?.throwIfAborted();
    onStart?.(name, index, names.length);
    const start = clock();
    const finding = await found(CHECKS[name], model, clock);
    const result = { name, ...finding, seconds: clock() - start };
    results.push(result);
    onResult?.(result);
  }
  return results;
}

async function found(check: Check, model: CheckedModel, clock: Clock): Promise<Finding> {
  try {
    return await check(model, clock);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const hint = error instanceof BoSearchError ? error.hint : undefined;
    return { status: 'failed', detail, ...(hint === undefined ? {} : { hint }) };
  }
}

function assertImages({ images, classifier }: CheckedModel): void {
  const { ids, labels } = images;
  const classes = classifier.classes.length;
  if (ids.length < 2) {
    throw new BoSearchError('E_IMAGES', `checkModel: expected at least 2 images, got ${ids.length}`);
  }
  if (labels.length !== ids.length) {
    const message = `checkModel: expected one label an image (${ids.length}), got ${labels.length}`;
    throw new BoSearchError('E_IMAGES', message);
  }
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong < 0) return;
  throw new BoSearchError(
    'E_IMAGES',
    `checkModel: labels[${wrong}]: expected a class from 0 to ${classes - 1}, got ${labels[wrong]}`,
  );
}

function seconds(): number {
  return performance.now() / 1000;
}
