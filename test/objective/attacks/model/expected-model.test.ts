import { describe, expect, it } from '@jest/globals';
import { randomStream } from '../../../../src/math/random.js';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import type { Draw } from '../../../../src/objective/attacks/model/attackable-model.js';
import {
  withExpectation,
  type ExpectationPlan,
} from '../../../../src/objective/attacks/model/expected-model.js';
import { blackBox } from '../../../../src/objective/attacks/model/gradient-paths.js';
import { pgdL2 } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import { FINITE_DIFFERENCE_TOLERANCE } from '../../../tolerances.js';
import { expectError } from '../../expect-error.js';
import { attackOwn } from '../attack-laws.js';
import { affineModel, binaryModel, keyedNoise, randomAffine, uniformImages } from '../models.js';

type Mode = ExpectationPlan['mode'];
const MODES: readonly Mode[] = ['mean-logits', 'mean-gradient'];

/** ∂(−log softmax(z)_0)/∂z of every row. */
function crossEntropySlope(classes: number) {
  return (z: Float32Array): Float32Array =>
    z.map((_, at) => {
      const from = at - (at % classes);
      const all = z.subarray(from, from + classes).reduce((sum, value) => sum + Math.exp(value), 0);
      return Math.exp(z[at]) / all - (at === from ? 1 : 0);
    });
}

/** z = ((w + σξ)·x, 0), ξ normal, one an image, draw and value: E z = (w·x, 0). */
function shakingModel(w: readonly number[], sigma: number): DifferentiableModel {
  const weightsOf = ({ key, index, imageIds }: Draw, row: number): number[] => {
    const stream = randomStream('shake', key, index, imageIds[row]);
    return w.map((value) => value + sigma * stream.normal());
  };
  const logits = async (images: Float32Array, draw: Draw) =>
    Float32Array.from(
      draw.imageIds.flatMap((_, row) => [
        weightsOf(draw, row).reduce((sum, value, j) => sum + value * images[row * w.length + j], 0),
        0,
      ]),
    );
  return {
    classes: 2,
    pixels: w.length,
    logits,
    async vjp(images, draw, cotangent) {
      const z = await logits(images, draw);
      const c = typeof cotangent === 'function' ? cotangent(z) : cotangent;
      const gradient = draw.imageIds.flatMap((_, row) =>
        weightsOf(draw, row).map((value) => c[2 * row] * value),
      );
      return { logits: z, gradient: Float32Array.from(gradient) };
    },
  };
}

const draw = (ids: readonly string[], index = 0, key = 'k'): Draw => ({ key, index, imageIds: ids });

describe('withExpectation(model, { draws, mode }) of a model that draws nothing', () => {
  it.each(MODES)('gives the same bits for any number of draws (%s)', async (mode) => {
    const model = affineModel(randomAffine(3, 7, 1));
    const { images, ids } = uniformImages(4, 7, 2);
    const fixed = Float32Array.from({ length: 12 }, (_, at) => Math.cos(1.7 * at));
    for (const draws of [1, 7, 32]) {
      const expected = withExpectation(model, { draws, mode });
      expect(await expected.logits(images, draw(ids))).toEqual(await model.logits(images, draw(ids)));
      for (const cotangent of [fixed, crossEntropySlope(3)]) {
        const one = await model.vjp(images, draw(ids), cotangent);
        expect(await expected.vjp(images, draw(ids), cotangent)).toEqual(one);
      }
    }
  });
});

describe('withExpectation(model, { draws, mode }): which draws', () => {
  const asked = async (
    plan: ExpectationPlan,
    cotangent: Float32Array | ((z: Float32Array) => Float32Array),
  ) => {
    const model = binaryModel([1, 2], 0);
    const calls: string[] = [];
    const spy: DifferentiableModel = {
      ...model,
      logits: (images, one) => (calls.push(`logits ${one.index}`), model.logits(images, one)),
      vjp: (images, one, c) => (calls.push(`vjp ${one.index}`), model.vjp(images, one, c)),
    };
    const { images, ids } = uniformImages(1, 2, 2);
    await withExpectation(spy, plan).vjp(images, draw(ids, 2), cotangent);
    expect(model.draws.every(({ key, imageIds }) => key === 'k' && imageIds.join() === ids.join())).toBe(
      true,
    );
    return calls;
  };
  const fixed = Float32Array.of(1, 0);

  it('takes draws i·n … i·n + n − 1 for draw i', async () => {
    const model = binaryModel([1, 2], 0);
    const { images, ids } = uniformImages(1, 2, 2);
    await withExpectation(model, { draws: 3, mode: 'mean-logits' }).logits(images, draw(ids, 2));
    expect(model.draws.map(({ index }) => index)).toEqual([6, 7, 8]);
  });
  it('asks once a draw where the cotangent is fixed', async () => {
    for (const mode of MODES) expect(await asked({ draws: 2, mode }, fixed)).toEqual(['vjp 4', 'vjp 5']);
  });
  it('asks for the mean logits first, by the same draws, where the cotangent needs them', async () => {
    const calls = await asked({ draws: 2, mode: 'mean-logits' }, () => fixed);
    expect(calls).toEqual(['logits 4', 'logits 5', 'vjp 4', 'vjp 5']);
  });
  it('asks once a draw for the mean gradient, and once in all where there is one draw', async () => {
    expect(await asked({ draws: 2, mode: 'mean-gradient' }, () => fixed)).toEqual(['vjp 4', 'vjp 5']);
    for (const mode of MODES) expect(await asked({ draws: 1, mode }, () => fixed)).toEqual(['vjp 2']);
  });
  it('counts n runs of the defence a draw, on top of those behind each', () => {
    const model = { ...binaryModel([1, 2], 0), runs: 4 };
    expect(withExpectation(model, { draws: 8, mode: 'mean-logits' }).runs).toBe(32);
    expect(withExpectation(binaryModel([1], 0), { draws: 8, mode: 'mean-logits' }).runs).toBe(8);
  });
  it('counts every run of them as a query of the attack', async () => {
    const model = withExpectation(affineModel(randomAffine(3, 5, 1)), { draws: 4, mode: 'mean-gradient' });
    const run = await attackOwn(pgdL2({ l2Bound: 0.1, steps: 3 }), model, uniformImages(2, 5, 3));
    expect(run.perImage.map(({ tally }) => [tally.queries, tally.gradients])).toEqual([
      [16, 3],
      [16, 3],
    ]);
  });
  it('keeps the gradient path, and is a black box where the model is', () => {
    const bpda = { kind: 'bpda', surrogate: 'identity' } as const;
    const plan = { draws: 2, mode: 'mean-logits' } as const;
    expect(withExpectation({ ...binaryModel([1], 0), gradients: bpda }, plan).gradients).toEqual(bpda);
    const black = withExpectation(blackBox(binaryModel([1], 0)), plan);
    expect(['vjp' in black, black.gradients]).toEqual([false, { kind: 'none' }]);
  });
  it.each([0, -1, 1.5, NaN])('refuses %p draws', (draws) => {
    expectError(() => withExpectation(binaryModel([1], 0), { draws, mode: 'mean-logits' }), {
      code: 'E_ATTACK',
      message: `expectation draws: expected an integer of at least 1, got ${draws}`,
    });
  });
});

describe('withExpectation(model, { draws, mode }) of a model with a known expectation', () => {
  const W = [1, -2, 0.5];
  const SIGMA = 0.8;
  const images = Float32Array.of(0.3, 0.6, 0.9);
  const model = shakingModel(W, SIGMA);
  const mean = W.reduce((sum, value, j) => sum + value * images[j], 0);
  const size = Math.hypot(...images);

  it('has unbiased logits and gradients, with errors of σ/√n', async () => {
    for (const n of [1, 4, 64]) {
      const expected = withExpectation(model, { draws: n, mode: 'mean-logits' });
      const repeats = 400;
      const sums = { z: 0, zz: 0, g: 0, gg: 0 };
      for (let r = 0; r < repeats; r += 1) {
        const one = await expected.vjp(images, draw(['a'], r), Float32Array.of(1, 0));
        const [z, g] = [one.logits[0] - mean, one.gradient[1] - W[1]];
        sums.z += z / repeats;
        sums.zz += z ** 2 / repeats;
        sums.g += g / repeats;
        sums.gg += g ** 2 / repeats;
      }
      const error = SIGMA / Math.sqrt(n);
      expect(Math.abs(sums.z)).toBeLessThan((3 * error * size) / Math.sqrt(repeats));
      expect(Math.abs(sums.g)).toBeLessThan((3 * error) / Math.sqrt(repeats));
      // a mean of squares of normals has the relative standard error √(2/repeats)
      expect(Math.abs(sums.zz / (error * size) ** 2 - 1)).toBeLessThan(3 * Math.sqrt(2 / repeats));
      expect(Math.abs(sums.gg / error ** 2 - 1)).toBeLessThan(3 * Math.sqrt(2 / repeats));
    }
  });

  it.each(MODES)(
    'has, in %s, the gradient of its own loss: central differences by the same draws',
    async (mode) => {
      const n = 5;
      const loss = async (at: Float32Array): Promise<number> => {
        const each = await Promise.all(
          [...Array(n).keys()].map((i) => model.logits(at, draw(['a'], 2 * n + i))),
        );
        const logLoss = (z: number): number => Math.log1p(Math.exp(-z));
        const zs = each.map(([z]) => z);
        const meanOf = (values: readonly number[]): number =>
          values.reduce((sum, value) => sum + value / n, 0);
        return mode === 'mean-logits' ? logLoss(meanOf(zs)) : meanOf(zs.map(logLoss));
      };
      const expected = withExpectation(model, { draws: n, mode });
      const { gradient } = await expected.vjp(images, draw(['a'], 2), crossEntropySlope(2));
      for (const j of [0, 1, 2]) {
        const moved = (step: number) => images.map((value, at) => value + (at === j ? step : 0));
        const slope = ((await loss(moved(1e-2))) - (await loss(moved(-1e-2)))) / 2e-2;
        expect(Math.abs(gradient[j] - slope)).toBeLessThan(FINITE_DIFFERENCE_TOLERANCE * Math.abs(slope));
      }
    },
  );

  it('gives an image the same bits alone and in any batch', async () => {
    const noisy = affineModel(randomAffine(3, 6, 4), keyedNoise(0.5));
    const set = uniformImages(3, 6, 5);
    for (const mode of MODES) {
      const expected = withExpectation(noisy, { draws: 3, mode });
      const all = await expected.vjp(set.images, draw(set.ids), crossEntropySlope(3));
      for (const row of [0, 1, 2]) {
        const own = set.images.subarray(row * 6, row * 6 + 6);
        const alone = await expected.vjp(own, draw([set.ids[row]]), crossEntropySlope(3));
        expect(alone.gradient).toEqual(all.gradient.slice(row * 6, row * 6 + 6));
        expect(alone.logits).toEqual(all.logits.slice(row * 3, row * 3 + 3));
      }
    }
  });
});

describe('the two modes on softmax cross-entropy, z = (2x + 3n, 0) at x = ½', () => {
  const model = binaryModel([2], 0, keyedNoise(3));
  const n = 4096;
  const slope = async (mode: Mode): Promise<number> => {
    const { gradient } = await withExpectation(model, { draws: n, mode }).vjp(
      Float32Array.of(0.5),
      draw(['a']),
      crossEntropySlope(2),
    );
    return gradient[0];
  };
  const sigmoid = (t: number): number => 1 / (1 + Math.exp(-t));

  it('differ: −2σ(−1) = −0.538 is the slope of the loss of the mean logits', async () => {
    const error = 2 * sigmoid(-1) * sigmoid(1) * 3;
    expect(-2 * sigmoid(-1)).toBeCloseTo(-0.538, 3);
    expect(Math.abs((await slope('mean-logits')) + 2 * sigmoid(-1))).toBeLessThan((3 * error) / Math.sqrt(n));
  });
  it('and −2·E σ(−1 − 3n) = −0.776 the mean slope of the losses', async () => {
    // E over the normal by the trapezoid rule, which converges faster than any power for such integrands.
    const h = 0.01;
    let [first, second] = [0, 0];
    for (let t = -10; t <= 10; t += h) {
      const value = -2 * sigmoid(-1 - 3 * t);
      const weight = (h * Math.exp((-t * t) / 2)) / Math.sqrt(2 * Math.PI);
      first += value * weight;
      second += value ** 2 * weight;
    }
    expect(first).toBeCloseTo(-0.776, 2);
    const error = Math.sqrt((second - first ** 2) / n);
    expect(Math.abs((await slope('mean-gradient')) - first)).toBeLessThan(3 * error);
  });
});
