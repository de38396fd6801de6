import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createDefence } from '../../../src/objective/purification/defence.js';
import { prepareImages } from '../../../src/objective/purification/prepared-images.js';
import type { CachedImages, PrepareOptions } from '../../../src/objective/purification/prepared-images.js';
import { createMemoryBudget } from '../../../src/objective/purification/state-cache.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import type { Runtime } from '../../../src/objective/tensors/runtime.js';
import { rejected, thrown } from '../thrown.js';
import { hierarchicalToy, toyClassifier, toyImages } from '../toys.js';

const ALPHAS = [0.2, 0.5, 0.9];
const COUNT = 5;
const CHUNK = 2;
/** Bytes of the toy: features and hidden of 4 numbers each, noise of 2 + 2 + 3 numbers. */
const STATE_BYTES = 4 * (4 + 4);
const NOISE_BYTES = 4 * 7;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openRuntime();
});

let tensorsBefore = 0;
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

const options = (more: Partial<PrepareOptions> = {}): PrepareOptions => ({
  runtime,
  mlvgm: hierarchicalToy().mlvgm,
  classifier: toyClassifier(),
  temperature: 0.6,
  chunkSize: CHUNK,
  ...more,
});

const prepare = (more: Partial<PrepareOptions> = {}): CachedImages =>
  prepareImages(options(more), toyImages(COUNT));

/** The reference: the deployed defence, which caches nothing. */
async function defended(
  alphas: readonly number[],
  draws: number,
  index: number,
  more: Partial<PrepareOptions> = {},
) {
  const { pixels, ids } = toyImages(COUNT);
  const model = createDefence({ ...options(more), alphas, purifications: draws });
  const logits = await model.logits(pixels, { key: 'k', index, imageIds: ids });
  model.dispose();
  return logits;
}

describe('prepareImages', () => {
  const preprocessing = { blur: { sigma: 0.7, kernelSize: 3 }, noise: { l2Norm: 0.3 } };

  it.each([
    ['plain', {}],
    ['with preprocessing', { preprocessing }],
    ['attenuated', { attenuation: 0.7 }],
  ])('gives the logits of the defence, bit for bit, first and again: %s', async (_, more) => {
    const prepared = prepare(more);
    for (const alphas of [ALPHAS, [0, 0, 0], [1, 1, 1], [0, 0.3, 1], ALPHAS]) {
      for (const draws of [1, 3]) {
        const logits = await prepared.logits(alphas, { key: 'k', draws, from: 2 * draws });
        expect(logits).toEqual(await defended(alphas, draws, 2, more));
      }
    }
    prepared.dispose();
  });

  it('gives the same with any memory', async () => {
    const expected = await defended(ALPHAS, 2, 0);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 * COUNT * (STATE_BYTES + 2 * NOISE_BYTES) }),
        async (memory) => {
          const prepared = prepare({ memory });
          for (let i = 0; i < 2; i += 1) {
            expect(await prepared.logits(ALPHAS, { key: 'k', draws: 2 })).toEqual(expected);
            expect(prepared.bytes).toBeLessThanOrEqual(memory);
          }
          prepared.dispose();
        },
      ),
      { seed: 5, numRuns: 15 },
    );
  });

  it('encodes once for all α, and draws noise once for all α of a key', async () => {
    const { mlvgm, calls } = hierarchicalToy();
    const prepared = prepare({ mlvgm });
    expect([prepared.bytes, calls.begin]).toEqual([0, 0]);
    await prepared.logits(ALPHAS, { key: 'k', draws: 2 });
    const held = prepared.bytes;
    expect(held).toBe(COUNT * (STATE_BYTES + 2 * NOISE_BYTES));
    expect(calls.begin).toBe(Math.ceil(COUNT / CHUNK));
    for (const alphas of [
      [1, 0, 0.5],
      [0, 0, 0],
      [0.3, 0.3, 0.3],
    ]) {
      // prettier-ignore
      await prepared.logits(alphas, { key: 'k', draws: 2 });
    }
    expect([prepared.bytes, calls.begin]).toEqual([held, Math.ceil(COUNT / CHUNK)]);
    prepared.dispose();
  });

  it('encodes each time where nothing may be kept', async () => {
    const { mlvgm, calls } = hierarchicalToy();
    const prepared = prepare({ mlvgm, memory: 0 });
    await prepared.logits(ALPHAS, { key: 'k', draws: 1 });
    await prepared.logits(ALPHAS, { key: 'k', draws: 1 });
    expect([prepared.bytes, calls.begin]).toEqual([0, 2 * Math.ceil(COUNT / CHUNK)]);
    prepared.dispose();
  });

  it('keeps the encoding but not the noise when the key changes', async () => {
    const { mlvgm, calls } = hierarchicalToy();
    const prepared = prepare({ mlvgm });
    const first = await prepared.logits(ALPHAS, { key: 'k', draws: 1 });
    await prepared.logits(ALPHAS, { key: 'l', draws: 1 });
    expect(prepared.bytes).toBe(COUNT * (STATE_BYTES + NOISE_BYTES));
    expect(calls.begin).toBe(Math.ceil(COUNT / CHUNK));
    expect(await prepared.logits(ALPHAS, { key: 'k', draws: 1 })).toEqual(first);
    prepared.dispose();
  });

  it('shares a budget with others', async () => {
    const memory = createMemoryBudget(COUNT * (STATE_BYTES + NOISE_BYTES) + 1);
    const [one, two] = [prepare({ memory }), prepare({ memory })];
    await one.logits(ALPHAS, { key: 'k', draws: 1 });
    expect(await two.logits(ALPHAS, { key: 'k', draws: 1 })).toEqual(await defended(ALPHAS, 1, 0));
    expect(one.bytes + two.bytes).toBe(memory.usedBytes);
    expect(two.bytes).toBe(0);
    one.dispose();
    expect(memory.usedBytes).toBe(0);
    await two.logits(ALPHAS, { key: 'k', draws: 1 });
    expect(two.bytes).toBe(COUNT * (STATE_BYTES + NOISE_BYTES));
    two.dispose();
  });

  it('takes one α an image', async () => {
    const prepared = prepare();
    const rows = Array.from({ length: COUNT }, (_, b) => [b / COUNT, 1 - b / COUNT, b % 2]);
    const together = await prepared.logits(rows, { key: 'k', draws: 2 });
    for (const [b, row] of rows.entries()) {
      const own = await prepared.logits(row, { key: 'k', draws: 2 });
      expect(together.slice(3 * b, 3 * (b + 1))).toEqual(own.slice(3 * b, 3 * (b + 1)));
    }
    prepared.dispose();
  });

  it('answers calls that overlap, each with its own key', async () => {
    const prepared = prepare();
    const keys = ['k', 'l', 'k', 'm'];
    const alone = [];
    for (const key of keys) alone.push(await prepared.logits(ALPHAS, { key, draws: 2 }));
    const together = await Promise.all(keys.map((key) => prepared.logits(ALPHAS, { key, draws: 2 })));
    expect(together).toEqual(alone);
    prepared.dispose();
  });

  it('leaves the number of tensors flat over a search', async () => {
    const prepared = prepare();
    await prepared.logits(ALPHAS, { key: 'k', draws: 2 });
    const held = tf.memory().numTensors;
    for (let i = 0; i < 10; i += 1) await prepared.logits([i / 10, 0.5, 1 - i / 10], { key: 'k', draws: 2 });
    expect(tf.memory().numTensors).toBe(held);
    prepared.dispose();
  });

  it('refuses wrong α, draws, images and use after dispose', async () => {
    const prepared = prepare();
    const ask = (alphas: number[], draws = 1, from = 0) =>
      rejected(prepared.logits(alphas, { key: 'k', draws, from }));
    expect(await ask([0, 0])).toEqual(['E_ALPHAS', 'alphas: expected 3 numbers, one a latent, got 2']);
    expect(await ask(ALPHAS, 0)).toEqual(['E_ARGUMENT', 'draws: expected an integer of at least 1, got 0']);
    expect(await ask(ALPHAS, 1, -1)).toEqual([
      'E_ARGUMENT',
      'from: expected an integer of at least 0, got -1',
    ]);
    prepared.dispose();
    expect(await ask(ALPHAS)).toEqual(['E_ARGUMENT', 'prepareImages: logits asked for after dispose']);
    const { pixels, ids } = toyImages(2);
    expect(thrown(() => prepareImages(options(), { pixels, ids: ids.slice(1) }))).toEqual([
      'E_SHAPE',
      'prepareImages: expected 16 values (1 images of 16), got 32',
    ]);
    expect(thrown(() => prepareImages(options({ memory: -1 }), { pixels, ids }))).toEqual([
      'E_ARGUMENT',
      'memory: limit must be at least 0 bytes, got -1',
    ]);
  });
});
