import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BoSearchError, ShapeError } from '../../../src/errors.js';
import type { AttackableModel, Draw } from '../../../src/objective/attacks/model/attackable-model.js';
import { chooseImages } from '../../../src/objective/images/choose-images.js';
import { loadImagePool } from '../../../src/objective/images/image-pool.js';
import type { ImageSet } from '../../../src/objective/images/image-set.js';
import { openModel } from '../../../src/objective/models/open-model.js';
import type { OpenedModel } from '../../../src/objective/models/open-model.js';
import type { WorkerPool } from '../../../src/objective/parallel/open-worker-pool.js';
import { bareClassifier } from '../../../src/objective/purification/bare-classifier.js';
import { createDefence } from '../../../src/objective/purification/defence.js';
import type { PurificationOptions } from '../../../src/objective/purification/pipeline.js';
import { prepareImages } from '../../../src/objective/purification/prepared-images.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { linearSchedule } from '../../../src/schedules/index.js';
import type { CompiledSources } from '../../compiled-sources.js';
import { expectError, expectRejection } from '../expect-error.js';
import { compileWorkers, MODEL, openPuppets, openTestPool } from './pools.js';

const PIXELS = 784;
const CHUNK = 16;
const ALPHAS = linearSchedule(12);
const SETTINGS = {
  attenuation: 0.7,
  preprocessing: { noise: { l2Norm: 0.5 } },
  chunkSize: CHUNK,
};

let sources: CompiledSources;
let model: OpenedModel;
let images: ImageSet;
let options: PurificationOptions;
let pool: WorkerPool;

beforeAll(async () => {
  sources = compileWorkers('worker-pool');
  const runtime = await openRuntime();
  model = await openModel('fashion-mnist', { runtime, task: 'coarse' });
  const { mlvgm, classifier, temperature } = model;
  options = { runtime, mlvgm, classifier, temperature, ...SETTINGS };
  const all = await loadImagePool(model.imagesManifest);
  images = chooseImages(all, { split: 'search', count: 37, task: model.task, seed: 1 });
  pool = await openTestPool(sources, SETTINGS);
});

afterAll(async () => {
  await pool.close();
  model.dispose();
  sources.remove();
});

/** The first images, and a draw for them. */
function first(count: number): { pixels: Float32Array; ids: readonly string[]; draw: Draw } {
  const ids = images.ids.slice(0, count);
  return { pixels: images.pixels.slice(0, count * PIXELS), ids, draw: { key: 'k', index: 2, imageIds: ids } };
}

/** Some ∂loss/∂logits that depends on the logits. */
const cotangentAt = (logits: Float32Array): Float32Array =>
  logits.map((value, i) => Math.sin(i + 1) + 0.1 * value);

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a worker pool', () => {
  it('says how many workers it has, and what runs in them', () => {
    expect([pool.workers, pool.runtime]).toEqual([2, options.runtime.description]);
  });

  // One image for two workers; shares within a chunk, at its boundary and across it.
  it.each([1, CHUNK + 1, 37])('scores %i prepared images as one thread does, bit for bit', async (count) => {
    const { pixels, ids } = first(count);
    const [one, many] = [prepareImages(options, { pixels, ids }), await pool.prepare(pixels, ids)];
    for (const alphas of [ALPHAS, ALPHAS.map(() => 0)]) {
      const draws = { key: 'sample', draws: 2 };
      expect(await many.logits(alphas, draws)).toEqual(await one.logits(alphas, draws));
    }
    one.dispose();
    many.dispose();
  });

  it.each([1, CHUNK + 5])(
    'gives logits and gradients of %i images as one thread does, bit for bit',
    async (count) => {
      const { pixels, draw } = first(count);
      const defence = createDefence({ ...options, alphas: ALPHAS, purifications: 2 });
      const { runtime, classifier } = options;
      const pairs: [AttackableModel, AttackableModel][] = [
        [defence, pool.defence(ALPHAS, 2)],
        [bareClassifier({ runtime, classifier, chunkSize: CHUNK }), pool.classifier],
      ];
      for (const [one, many] of pairs) {
        expect([many.classes, many.pixels]).toEqual([one.classes, one.pixels]);
        const logits = await one.logits(pixels, draw);
        expect(await many.logits(pixels, draw)).toEqual(logits);
        for (const cotangent of [cotangentAt, cotangentAt(logits)]) {
          expect(await many.vjp?.(pixels, draw, cotangent)).toEqual(await one.vjp?.(pixels, draw, cotangent));
        }
      }
      defence.dispose();
    },
  );

  it('asks a cotangent function once, with the logits of all images', async () => {
    const { pixels, draw } = first(5);
    const seen: Float32Array[] = [];
    const cotangent = (logits: Float32Array): Float32Array => {
      seen.push(logits.slice());
      return logits;
    };
    const { logits } = await pool.classifier.vjp(pixels, draw, cotangent);
    expect(seen).toEqual([logits]);
  });

  it('answers calls made at once, also where each waits for its cotangent', async () => {
    const { pixels, draw } = first(6);
    const defence = pool.defence(ALPHAS);
    const alone = await defence.vjp(pixels, draw, cotangentAt);
    const together = await Promise.all([1, 2, 3].map(() => defence.vjp(pixels, draw, cotangentAt)));
    expect(together).toEqual([alone, alone, alone]);
  });

  it('throws what a cotangent function throws, and goes on', async () => {
    const { pixels, draw } = first(4);
    const reason = new Error('no such loss');
    const fails = (): never => {
      throw reason;
    };
    expect(await caught(pool.classifier.vjp(pixels, draw, fails))).toBe(reason);
    expect((await pool.classifier.logits(pixels, draw)).length).toBe(4 * pool.classifier.classes);
  });

  it('refuses a cotangent of another length, given or made', async () => {
    const { pixels, draw } = first(4);
    const classes = pool.classifier.classes;
    const message = `cotangent: expected ${4 * classes} numbers (4 images, ${classes} classes), got 3`;
    for (const cotangent of [new Float32Array(3), () => new Float32Array(3)]) {
      await expectRejection(pool.classifier.vjp(pixels, draw, cotangent), { code: 'E_SHAPE', message });
    }
  });

  it('answers for no images with nothing', async () => {
    const draw = { key: 'k', index: 0, imageIds: [] };
    expect(await pool.classifier.logits(new Float32Array(0), draw)).toEqual(new Float32Array(0));
    const result = await pool.defence(ALPHAS).vjp(new Float32Array(0), draw, cotangentAt);
    expect(result).toEqual({ logits: new Float32Array(0), gradient: new Float32Array(0) });
  });

  it('refuses images, α and draws with the words of one thread', async () => {
    const { pixels, ids, draw } = first(4);
    const dark = pixels.with(3 * PIXELS + 7, -1);
    const inBox = (where: string) => ({
      code: 'E_IMAGES',
      message: `${where}: image "${ids[3]}" value 7: expected a number in [0, 1], got -1`,
    });
    await expectRejection(pool.classifier.logits(dark, draw), inBox(model.classifier.name));
    await expectRejection(pool.defence(ALPHAS).logits(dark, draw), inBox('defence'));
    await expectRejection(Promise.resolve(pool.prepare(dark, ids)), inBox('prepareImages'));
    expectError(() => pool.defence([0.5]), {
      code: 'E_ALPHAS',
      message: 'alphas: expected 12 numbers, one a latent, got 1',
    });
    expectError(() => pool.defence(ALPHAS, 0), {
      code: 'E_ARGUMENT',
      message: 'draws: expected an integer of at least 1, got 0',
    });
  });

  it('throws an error of a worker with its code, message and hint', async () => {
    const { pixels, ids } = first(4);
    const [one, many] = [prepareImages(options, { pixels, ids }), await pool.prepare(pixels, ids)];
    for (const [alphas, draws] of [
      [[0.5], 1],
      [ALPHAS, 0],
    ] as const) {
      const expected = (await caught(one.logits(alphas, { key: 'k', draws }))) as BoSearchError;
      const got = (await caught(many.logits(alphas, { key: 'k', draws }))) as BoSearchError;
      expect(got).toBeInstanceOf(BoSearchError);
      expect([got.code, got.message, got.hint]).toEqual([expected.code, expected.message, expected.hint]);
    }
    one.dispose();
    many.dispose();
  });

  it('answers nothing for images that were disposed, and keeps no tensor of them', async () => {
    const before = await pool.memory();
    const { pixels, ids } = first(6);
    const prepared = await pool.prepare(pixels, ids);
    await prepared.logits(ALPHAS, { key: 'k', draws: 1 });
    expect((await pool.memory())[0]?.tensors).toBeGreaterThan(before[0]?.tensors ?? NaN);
    prepared.dispose();
    prepared.dispose();
    expect(await pool.memory()).toEqual(before);
    await expectRejection(prepared.logits(ALPHAS, { key: 'k', draws: 1 }), {
      code: 'E_ARGUMENT',
      message: 'prepareImages: logits asked for after dispose',
    });
  });
});

describe('openWorkerPool', () => {
  it('throws what opening the model throws, and leaves no thread', async () => {
    const expected = (await caught(
      openModel(MODEL, { runtime: options.runtime, task: 'none' }),
    )) as BoSearchError;
    const got = (await caught(openTestPool(sources, { task: 'none' }))) as BoSearchError;
    expect([got.code, got.message, got.hint]).toEqual([expected.code, expected.message, expected.hint]);
    await expectRejection(openTestPool(sources, { temperature: 2 }), {
      code: 'E_ARGUMENT',
      message: 'temperature: expected a number in (0, 1], got 2',
    });
  });

  it('refuses a number of workers or bytes out of range before a thread starts', async () => {
    for (const workers of [0, 1.5, NaN, 257]) {
      await expectRejection(openTestPool(sources, { workers }), {
        code: 'E_ARGUMENT',
        message: `workers: expected an integer from 1 to 256, got ${workers}`,
      });
    }
    await expectRejection(openTestPool(sources, { memoryBytes: -1 }), {
      code: 'E_ARGUMENT',
      message: 'memoryBytes: expected a number of at least 0, got -1',
    });
  });

  it('stops at an aborted signal: before, while opening, and in the middle of a call', async () => {
    const reason = new Error('enough');
    await expect(openPuppets('meets', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const early = new AbortController();
    const opening = openTestPool(sources, { signal: early.signal });
    early.abort(reason);
    await expect(opening).rejects.toBe(reason);
    const late = new AbortController();
    const stopped = await openTestPool(sources, { signal: late.signal });
    const { pixels, draw } = first(37);
    const call = caught(stopped.defence(ALPHAS, 50).logits(pixels, draw));
    late.abort(reason);
    expect(await call).toBe(reason);
    await expect(stopped.classifier.logits(pixels, draw)).rejects.toBe(reason);
  });

  it('answers no call after close, and rejects those under way', async () => {
    const closing = await openTestPool(sources, { workers: 1 });
    const { pixels, ids, draw } = first(37);
    const prepared = await closing.prepare(pixels, ids);
    const call = caught(closing.defence(ALPHAS, 50).logits(pixels, draw));
    await closing.close();
    await closing.close();
    prepared.dispose();
    const expected = {
      code: 'E_ARGUMENT',
      message: 'worker pool: expected calls before close, got one that it cut off or that came after',
    };
    await expectRejection(
      call.then((error) => Promise.reject(error as Error)),
      expected,
    );
    await expectRejection(closing.classifier.logits(pixels, draw), expected);
  });
});

describe('a worker that dies', () => {
  const ask = (puppets: WorkerPool): Promise<Float32Array> =>
    puppets.classifier.logits(new Float32Array(2), { key: 'k', index: 0, imageIds: ['a', 'b'] });

  it('before it opened is an error that names it', async () => {
    await expectRejection(openPuppets('never-opens', { workers: 1 }), {
      code: 'E_BACKEND',
      message: 'worker 1 of 1: expected answers until the pool closes, but it ended with exit code 3',
    });
  });

  it('in the middle of a call is an error that names it, now and at later calls', async () => {
    const puppets = await openPuppets('dies');
    const expected = {
      code: 'E_BACKEND',
      message: 'worker 1 of 2: expected answers until the pool closes, but it ended with exit code 7',
    };
    await expectRejection(ask(puppets), expected);
    await expectRejection(ask(puppets), expected);
    await puppets.close();
  });

  it('of an error nobody caught is named with that error', async () => {
    const puppets = await openPuppets('throws');
    await expectRejection(ask(puppets), {
      code: 'E_BACKEND',
      message: 'worker 1 of 2: expected answers until the pool closes, but it threw "puppet fell over"',
    });
    await puppets.close();
  });
});

describe('the meeting of workers for a cotangent', () => {
  const draw = (...imageIds: string[]): Draw => ({ key: 'k', index: 0, imageIds });
  const twice = (logits: Float32Array): Float32Array => logits.map((value) => 2 * value);

  it('is called off where one share fails: its error is thrown, nobody waits, and the next call is answered', async () => {
    const puppets = await openPuppets('meets');
    const pixels = new Float32Array([0.25, 0.5]);
    for (const ids of [
      ['good', 'bad'],
      ['bad', 'good'],
    ]) {
      await expectRejection(puppets.classifier.vjp(pixels, draw(...ids), twice), {
        code: 'E_NON_FINITE',
        message: 'puppet: got NaN on image "bad"',
      });
    }
    const { gradient } = await puppets.classifier.vjp(pixels, draw('a', 'b'), twice);
    expect(gradient).toEqual(new Float32Array([0.5, 1]));
    await puppets.close();
  });

  it('ends with the pool while a worker sleeps', async () => {
    const puppets = await openPuppets('meets', { workers: 1 });
    const reason = new ShapeError('stop here');
    const call = puppets.classifier.vjp(new Float32Array(1), draw('a'), () => {
      void puppets.close();
      throw reason;
    });
    expect(await caught(call)).toBeInstanceOf(BoSearchError);
  });
});

describe('a process that leaves a pool open', () => {
  it('ends by itself once nothing is under way', async () => {
    const entry = JSON.stringify(join(sources.folder, 'objective/parallel/open-worker-pool.js'));
    const program = `
      const { openWorkerPool } = await import(${entry});
      const pool = await openWorkerPool({ workers: 1, model: ${JSON.stringify(MODEL)}, task: 'coarse' });
      const draw = { key: 'k', index: 0, imageIds: ['a'] };
      console.log((await pool.classifier.logits(new Float32Array(784), draw)).length);`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 30_000,
    });
    expect(await run).toEqual({ stdout: `${model.classifier.classes.length}\n`, stderr: '' });
  });
});

describe('a process that closes a pool while answers are on their way', () => {
  it('waits for the threads to stop: it ended half-way, with exit code 13', async () => {
    const entry = JSON.stringify(join(sources.folder, 'objective/parallel/open-worker-pool.js'));
    const program = `
      const { openWorkerPool } = await import(${entry});
      const pool = await openWorkerPool({ workers: 2, model: ${JSON.stringify(MODEL)}, task: 'coarse' });
      const images = await pool.prepare(new Float32Array(784 * 2), ['a', 'b']);
      images.dispose();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300); // both have answered, nobody has heard
      await pool.close();
      console.log('closed');`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 30_000,
    });
    expect(await run).toEqual({ stdout: 'closed\n', stderr: '' });
  });
});
