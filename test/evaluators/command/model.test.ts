import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandEvaluatorOptions, DeployedSpec } from '../../../src/evaluators/index.js';
import { fgsmL2 } from '../../../src/objective/attacks/methods/fgsm-l2.js';
import { pgdL2 } from '../../../src/objective/attacks/methods/pgd-l2.js';
import { runAttack } from '../../../src/objective/attacks/run/run-attack.js';
import { expectError, expectRejection } from '../../objective/expect-error.js';
import { temporaryFolder } from '../../objective/temporary-folder.js';
import { affineModel } from '../../objective/attacks/models.js';
import { linesOf, openPuppet, type Plan } from './puppets.js';

const PUPPET = fileURLToPath(new URL('attackable.mjs', import.meta.url));
const EVALUATOR = `evaluator ${JSON.stringify(process.execPath)}`;
const PIXELS = 4;
const WEIGHTS = [1, -2, 0.5, 0, -1, 1, 0, 2, 0.25, 0.5, -1, -1];
const BIAS = [0.5, -0.5, 0.25];

const BARE: DeployedSpec = {
  alphas: null,
  purifications: 1,
  defence: { temperature: null, attenuation: 1, blur: null, noise: null },
};
const HALF: DeployedSpec = { ...BARE, alphas: [0.5, 0.5] };

const open = (plan: Plan = {}, options: Partial<CommandEvaluatorOptions> = {}) =>
  openPuppet({}, { command: [process.execPath, PUPPET, JSON.stringify(plan)], ...options });

const logFile = async (): Promise<string> => join(await temporaryFolder(), 'log.txt');

/** Requests in a log, without starts. */
const requestsOf = (log: string): string[] =>
  linesOf(log).filter((line) => line !== 'start' && line !== 'describe');

const images = (count: number): Float32Array =>
  Float32Array.from({ length: count * PIXELS }, (_, i) => 0.5 + 0.4 * Math.sin(3 * i));
const drawOf = (count: number, index = 0) => ({
  key: 'test',
  index,
  imageIds: Array.from({ length: count }, (_, i) => `image ${i}`),
});
const here = () =>
  affineModel({
    classes: 3,
    pixels: PIXELS,
    weights: Float64Array.from(WEIGHTS),
    bias: Float64Array.from(BIAS),
  });

describe('CommandEvaluator.model(spec)', () => {
  it('gives the logits and gradients of the process', async () => {
    const model = (await open()).model(BARE);
    expect(model).toMatchObject({ classes: 3, pixels: PIXELS, gradients: { kind: 'exact' } });
    expect(await model.logits(images(3), drawOf(3))).toEqual(await here().logits(images(3), drawOf(3)));
    const cotangent = Float32Array.from({ length: 9 }, (_, i) => i - 4);
    expect(await model.vjp?.(images(3), drawOf(3), cotangent)).toEqual(
      await here().vjp(images(3), drawOf(3), cotangent),
    );
  });

  it('asks for the logits first where the cotangent depends on them, under the same draw', async () => {
    const log = await logFile();
    const model = (await open({ log })).model(HALF);
    const square = (z: Float32Array) => z.map((value) => 2 * value);
    const found = await model.vjp?.(images(2), drawOf(2, 3), square);
    expect(requestsOf(log)).toEqual(['logits 2 3', 'vjp 2 3']);
    const z = await model.logits(images(2), drawOf(2, 3));
    expect(found?.logits).toEqual(z);
    expect(found).toEqual(await model.vjp?.(images(2), drawOf(2, 3), square(z)));
  });

  it('draws by key, index and id, and an image is the same alone', async () => {
    const model = (await open()).model(HALF);
    const both = await model.logits(images(2), drawOf(2));
    expect(await model.logits(images(2), drawOf(2))).toEqual(both);
    expect(await model.logits(images(2), drawOf(2, 1))).not.toEqual(both);
    expect(await model.logits(images(2).subarray(PIXELS), { ...drawOf(1), imageIds: ['image 1'] })).toEqual(
      both.subarray(3),
    );
  });

  it('cuts calls into requests of as many images as are wanted or fit into a line', async () => {
    const cotangent = Float32Array.from({ length: 15 }, (_, i) => i);
    const whole = await (await open()).model(HALF).vjp?.(images(5), drawOf(5), cotangent);
    const say = {
      attackable: { shape: [2, 2, 1], dtype: 'float32', gradients: true, draws: true, batch: 2 },
    };
    for (const [plan, options] of [
      [{ say }, {}],
      [{}, { maxLineBytes: 1000 }],
    ] as const) {
      const log = await logFile();
      const cut = await open({ ...plan, log }, options);
      expect(await cut.model(HALF).vjp?.(images(5), drawOf(5), cotangent)).toEqual(whole);
      if ('say' in plan) expect(requestsOf(log)).toEqual(['vjp 2 0', 'vjp 2 0', 'vjp 1 0']);
    }
  });

  it('is attacked as a model of this process, to the same bytes', async () => {
    const puppet = await open();
    const set = await puppet.images({ set: 'heldOut', images: 10, seed: 1 });
    const run = { images: set.pixels, labels: set.labels, ids: set.ids, seed: 1 };
    for (const attack of [fgsmL2({ l2Bound: 0.3 }), pgdL2({ l2Bound: 0.3, steps: 3, randomStart: true })]) {
      const there = await runAttack({ ...run, attack, model: puppet.model(BARE) });
      expect(there).toEqual(await runAttack({ ...run, attack, model: here() }));
      expect(there.perImage.filter(({ outcome }) => outcome === 'clean-error')).toHaveLength(2);
      expect(there.perImage.some(({ outcome }) => outcome === 'success')).toBe(true);
    }
  });

  it('asks the next process again where one breaks down', async () => {
    const log = await logFile();
    const puppet = await open({ log, faults: { 1: 'dies', 2: 'few' } });
    const model = puppet.model(HALF);
    const first = await model.logits(images(2), drawOf(2));
    expect(await model.logits(images(2), drawOf(2))).toEqual(first);
    expect(puppet.events.flatMap((event) => (event.kind === 'fault' ? [event.message] : []))).toEqual([
      'expected it to go on, got exit with code 9',
      'scores.logits: expected base64 of 6 float32 numbers, got 24 characters',
    ]);
    expect(linesOf(log).filter((line) => line === 'start')).toHaveLength(3);
  });

  it.each([
    ['few', 'scores.logits: expected base64 of 3 float32 numbers, got 8 characters'],
    ['no-base64', 'scores.logits: expected base64 of 3 float32 numbers, got 16 characters'],
    ['dies', 'expected it to go on, got exit with code 9'],
  ])('gives up after its restarts where every process has the fault "%s"', async (always, message) => {
    const puppet = await open({ always }, { restarts: 1 });
    await expectRejection(puppet.model(BARE).logits(images(1), drawOf(1)), {
      code: 'E_EVALUATOR',
      message: new RegExp(`^.*: expected a good answer within one restart, got none; ${message}`),
    });
  });

  it('ends a process whose gradients are too few', async () => {
    const puppet = await open({ always: 'few-gradients' }, { restarts: 0 });
    const asked = puppet.model(BARE).vjp?.(images(1), drawOf(1), new Float32Array(3)) as Promise<unknown>;
    await expectRejection(asked, {
      code: 'E_EVALUATOR',
      message: /gradient\.gradient: expected base64 of 4 float32 numbers, got 16 characters/,
    });
  });

  it('tells of an error it answers, and goes on with the process', async () => {
    const log = await logFile();
    const puppet = await open({ log });
    await expectRejection(puppet.model({ ...BARE, alphas: [0.123, 0] }).logits(images(1), drawOf(1)), {
      code: 'E_EVALUATOR',
      message: `${EVALUATOR}: logits of draw 0 of test: expected an answer, got the error "this α is not liked"`,
    });
    await puppet.model(BARE).logits(images(1), drawOf(1));
    expect(linesOf(log).filter((line) => line === 'start')).toHaveLength(1);
  });

  it('hands NaN on, which is flagged and moves no image', async () => {
    const puppet = await open({ faults: { 1: 'no-gradient' } });
    const pixels = Float32Array.of(0.5, 0.5, 0.5, 0.5);
    const run = { images: pixels, labels: Int32Array.of(1), ids: ['one'], seed: 1 };
    const attack = fgsmL2({ l2Bound: 1 });
    const result = await runAttack({ ...run, attack, model: puppet.model(BARE) });
    expect(result.images).toEqual(pixels);
    expect(result.perImage[0]).toMatchObject({ outcome: 'failure', flags: { nonFinite: true } });
  });

  it('has no vjp where the evaluator gives no gradients', async () => {
    const say = { attackable: { shape: [2, 2, 1], dtype: 'float32', gradients: false, draws: true } };
    const model = (await open({ say })).model(BARE);
    expect(model).not.toHaveProperty('vjp');
    expect(model.gradients).toEqual({ kind: 'none' });
  });

  it('is refused for an evaluator that only judges, and for α of another number', async () => {
    const judge = await openPuppet();
    expectError(() => judge.model(BARE), {
      code: 'E_ATTACK',
      message: `${EVALUATOR}: expected an evaluator that can be attacked, got one whose description has no attackable`,
    });
    const puppet = await open();
    expectError(() => puppet.model({ ...BARE, alphas: [1] }), {
      code: 'E_ALPHAS',
      message: `${EVALUATOR}: expected 2 alphas, got 1`,
    });
  });

  it('is refused images and cotangents of another length', async () => {
    const model = (await open()).model(BARE);
    await expectRejection(model.logits(images(1), drawOf(2)), {
      code: 'E_SHAPE',
      message: `${EVALUATOR}: images must hold B·H·W·C = 8 numbers (B = 2), got 4`,
    });
    await expectRejection(model.vjp?.(images(1), drawOf(1), new Float32Array(2)) as Promise<unknown>, {
      code: 'E_SHAPE',
      message: `${EVALUATOR}: cotangent must hold B·K = 3 numbers, got 2`,
    });
  });

  it('is given up by its signal', async () => {
    const puppet = await open({ always: 'hangs' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const asked = puppet.model(BARE, { signal: controller.signal }).logits(images(1), drawOf(1));
    setTimeout(() => controller.abort(reason), 50);
    await expect(asked).rejects.toBe(reason);
  });
});

describe('CommandEvaluator.images(asked)', () => {
  it('gives labelled images with their pixels, a request at a time', async () => {
    const whole = await (await open()).images({ set: 'search', images: 7, seed: 1 });
    expect(whole).toMatchObject({
      shape: { height: 2, width: 2, channels: 1 },
      classes: ['cat', 'dog', 'owl'],
      ids: Array.from({ length: 7 }, (_, i) => `search ${i}`),
    });
    expect(whole.pixels).toHaveLength(28);
    const log = await logFile();
    const say = {
      attackable: { shape: [2, 2, 1], dtype: 'float32', gradients: true, draws: true, batch: 3 },
    };
    const cut = await (await open({ say, log })).images({ set: 'search', images: 7, seed: 1 });
    expect(cut.hash).toBe(whole.hash);
    expect(requestsOf(log)).toEqual(['images', 'images', 'images']);
  });

  it.each([
    ['few', 'E_EVALUATOR', /pixels\.ids: expected 2 ids, got 1/],
    ['odd-label', 'E_EVALUATOR', /pixels\.labels\[0\]: expected a class from 0 to 2, got 3/],
    ['odd-pixels', 'E_IMAGES', /image "search 0" value 2: expected a number from 0 to 1, got 1\.5$/],
  ])('refuses images with the fault "%s"', async (always, code, message) => {
    const puppet = await open({ always }, { restarts: 0 });
    await expectRejection(puppet.images({ set: 'search', images: 2, seed: 1 }), { code, message });
  });

  it('refuses a set there is not, and more images than it has', async () => {
    const puppet = await open();
    await expectRejection(puppet.images({ set: 'other', images: 1, seed: 1 }), {
      code: 'E_CONFIG',
      message: `${EVALUATOR}: expected one of its image sets (search, heldOut), got other`,
    });
    await expectRejection(puppet.images({ set: 'heldOut', images: 25, seed: 1 }), {
      code: 'E_CONFIG',
      message: `${EVALUATOR}: expected at most 24 images of heldOut, got 25`,
    });
  });
});
