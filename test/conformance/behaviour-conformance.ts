/** What a backend must do beside computing rightly: run where it says, read asynchronously, leak nothing, keep NaN. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Draw } from '../../src/objective/attacks/model/attackable-model.js';
import type { DifferentiableModel } from '../../src/objective/attacks/contract/attack-batch.js';
import type { OpenedModel } from '../../src/objective/models/open-model.js';
import { bareClassifier } from '../../src/objective/purification/bare-classifier.js';
import { createDefence } from '../../src/objective/purification/defence.js';
import { prepareImages } from '../../src/objective/purification/prepared-images.js';
import { clampUnit, silu, softClamp } from '../../src/objective/tensors/activations.js';
import type { Runtime } from '../../src/objective/tensors/runtime.js';
import { hierarchicalToy, toyClassifier, toyImages } from '../objective/toys.js';
import type { ConformanceCase, ConformanceSetting, Deviation } from './conformance-case.js';
import { holds } from './conformance-case.js';
import { largestError, relativeError } from './derivatives.js';

const ALPHAS = [0.2, 0.5, 0.9];
const NOISE = { key: 'conformance', index: 0 };

/** What the description of a backend must look like. */
const DESCRIPTIONS: Readonly<Record<string, RegExp>> = {
  wasm: /^tensorflow\.js 4\.22\.0, wasm \((no )?SIMD\)$/,
  cpu: /^tensorflow\.js 4\.22\.0, cpu$/,
  webgpu: /^tensorflow\.js 4\.22\.0, webgpu \(.+\)$/,
  tensorflow: /^tensorflow \d+\.\d+\.\d+, (CPU|GPU):0$/,
};

export function behaviourCases(runtime: Runtime, model: OpenedModel): ConformanceCase[] {
  return [
    { title: 'the device that is named is the one that runs', run: () => deviceFound(runtime) },
    { title: 'NaN stays NaN, in its place and nowhere else', run: () => nanKept() },
    {
      title: 'nothing is read synchronously, on the way or where a NaN is looked for',
      run: () => onlyAsync(runtime),
    },
    { title: 'the number of tensors is flat over repetitions', run: () => flatMemory(runtime) },
    {
      title: 'two images in a batch are two images alone: classifier',
      run: (setting) => batchOfTwo(bareClassifier({ runtime, classifier: model.classifier }), 784, setting),
    },
    {
      title: 'two images in a batch are two images alone: toy defence',
      run: (setting) => batchOfTwo(toyDefence(runtime), 16, setting),
    },
    ...(runtime.name === 'webgpu' ? [] : [bundledDefence(runtime, model)]),
  ];
}

/** Left out on webgpu, where a software device takes minutes for it. */
function bundledDefence(runtime: Runtime, { mlvgm, classifier, temperature }: OpenedModel): ConformanceCase {
  return {
    title: 'two images in a batch are two images alone: bundled defence',
    run: (setting) => {
      const alphas = mlvgm.latents.map((_, i) => (i % 3) / 4);
      return batchOfTwo(createDefence({ runtime, mlvgm, classifier, alphas, temperature }), 784, setting);
    },
  };
}

function toyDefence(runtime: Runtime): DifferentiableModel {
  const { mlvgm } = hierarchicalToy();
  return createDefence({ runtime, mlvgm, classifier: toyClassifier(), alphas: ALPHAS, temperature: 0.6 });
}

async function deviceFound({ name, description }: Runtime): Promise<Deviation[]> {
  const sum = tf.tidy(() => tf.matMul(tf.ones([40, 40]), tf.ones([40, 40])));
  const backend = tf.engine().state.tensorInfo.get(sum.dataId)?.backend;
  const values = await sum.data();
  sum.dispose();
  return [
    holds(
      `described by ${String(DESCRIPTIONS[name])}: ${description}`,
      DESCRIPTIONS[name]?.test(description) === true,
    ),
    holds(`TensorFlow.js names ${name} as its backend`, tf.getBackend() === name),
    holds(`a product lies on ${name}`, backend === tf.findBackend(name)),
    holds(
      'and is right',
      values.every((value) => value === 40),
    ),
  ];
}

async function nanKept(): Promise<Deviation[]> {
  const values = [NaN, 0.25, NaN, 0.5, 0.75, NaN, 0.1];
  const functions: [string, (x: Tensor) => Tensor][] = [
    ['exp', (x) => tf.exp(x)],
    ['log', (x) => tf.log(x)],
    ['sigmoid', (x) => tf.sigmoid(x)],
    ['softplus', (x) => tf.softplus(x)],
    ['tanh', (x) => tf.tanh(x)],
    ['silu', silu],
    ['clampUnit', clampUnit],
    ['softClamp', (x) => softClamp(x, 4)],
    ['a sum', (x) => tf.mul(tf.ones([7]), tf.sum(x))],
  ];
  const found: Deviation[] = [];
  for (const [name, f] of functions) {
    const output = tf.tidy(() => f(tf.tensor1d(values)));
    const got = Array.from(await output.data(), Number.isNaN);
    output.dispose();
    const expected = name === 'a sum' ? values.map(() => true) : values.map(Number.isNaN);
    found.push(holds(name, got.join() === expected.join()));
  }
  return found;
}

/** Runs what a search runs while synchronous reads throw. */
async function onlyAsync(runtime: Runtime): Promise<Deviation[]> {
  const prototype = tf.Tensor.prototype as { dataSync: unknown; arraySync: unknown };
  const { dataSync, arraySync } = prototype;
  const refuse = (): never => {
    throw new Error('read synchronously');
  };
  Object.assign(prototype, { dataSync: refuse, arraySync: refuse });
  try {
    const gradient = await everyCall(runtime);
    const named = await messageOfBroken(runtime);
    return [
      holds('logits, gradients, purified and prepared images', gradient.every(Number.isFinite)),
      holds(`a NaN is named: ${named}`, /expected finite numbers in .+ on image "image-1"$/.test(named)),
    ];
  } catch (error) {
    return [holds(String(error), false)];
  } finally {
    Object.assign(prototype, { dataSync, arraySync });
  }
}

async function flatMemory(runtime: Runtime): Promise<Deviation[]> {
  const counts: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    await everyCall(runtime);
    await messageOfBroken(runtime);
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    counts.push(numTensors, numDataBuffers, numBytes);
  }
  const first = counts.slice(0, 3).join();
  return [1, 2, 3].map((round) =>
    holds(`round ${round}: ${first}`, counts.slice(3 * round, 3 * round + 3).join() === first),
  );
}

/** Every call of the public objective on a toy; answers the gradient. */
async function everyCall(runtime: Runtime): Promise<Float32Array> {
  const { pixels, ids } = toyImages(2);
  const options = { runtime, mlvgm: hierarchicalToy().mlvgm, classifier: toyClassifier(), temperature: 0.6 };
  const defence = createDefence({ ...options, alphas: ALPHAS, purifications: 2 });
  const draw: Draw = { ...NOISE, imageIds: ids };
  await defence.logits(pixels, draw);
  await defence.purify(pixels, draw);
  const { gradient } = await defence.vjp(pixels, draw, (logits) => logits.map((value) => Math.cos(value)));
  const prepared = prepareImages(options, { ids, pixels });
  await prepared.logits(ALPHAS, { key: 'conformance', draws: 2 });
  prepared.dispose();
  defence.dispose();
  return gradient;
}

/** What is said of a NaN in the second of two images. */
async function messageOfBroken(runtime: Runtime): Promise<string> {
  const { pixels, ids } = toyImages(2);
  const { mlvgm } = hierarchicalToy();
  const broken = {
    ...mlvgm,
    posterior: (state: never, i: number) => {
      const z = mlvgm.posterior(state, i);
      return i === 1 ? tf.mul(z, tf.tensor2d([1, NaN], [2, 1])) : z;
    },
  };
  const defence = createDefence({
    runtime,
    mlvgm: broken,
    classifier: toyClassifier(),
    alphas: ALPHAS,
    temperature: 0.6,
  });
  try {
    await defence.vjp(pixels, { ...NOISE, imageIds: ids }, new Float32Array(6));
    return 'nothing was thrown';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    defence.dispose();
  }
}

/** Logits and gradient of two images together, and of each alone. */
async function batchOfTwo(
  model: DifferentiableModel,
  size: number,
  { tolerances }: ConformanceSetting,
): Promise<Deviation[]> {
  const pixels = Float32Array.from({ length: 2 * size }, (_, i) => 0.5 + 0.4 * Math.sin(0.37 * i));
  const draw = (...imageIds: string[]): Draw => ({ ...NOISE, imageIds });
  const slope = (logits: Float32Array): Float32Array =>
    logits.map((_, i) => (i % model.classes === 0 ? 1 : -0.5));
  const together = await model.vjp(pixels, draw('a', 'b'), slope);
  const first = await model.vjp(pixels.slice(0, size), draw('a'), slope);
  const second = await model.vjp(pixels.slice(size), draw('b'), slope);
  const joined = (part: 'logits' | 'gradient'): number[] => [...first[part], ...second[part]];
  return [
    { what: 'logits', got: largestError(joined('logits'), together.logits), bound: tolerances.batch },
    {
      what: 'gradient',
      got: relativeError(joined('gradient'), together.gradient),
      bound: tolerances.batchGradient,
    },
  ];
}
