import { describe, expect, it } from '@jest/globals';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import { type AttackMachine, runMachine } from '../../../../src/objective/attacks/contract/attack-machine.js';
import type { Candidates } from '../../../../src/objective/attacks/contract/minimum-norm-attack.js';
import { carliniWagnerL2 } from '../../../../src/objective/attacks/methods/carlini-wagner-l2.js';
import type { CarliniWagnerL2Options } from '../../../../src/objective/attacks/methods/carlini-wagner-settings.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { expectError } from '../../expect-error.js';
import { minimumNormLaws } from '../minimum-norm-laws.js';
import {
  affineModel,
  binaryModel,
  constantModel,
  ownLabels,
  randomAffine,
  uniformImages,
} from '../models.js';

/** d = 6, ‖w‖₂ = √5.94. */
const W = [1, -0.5, 1.5, -0.6, 0.8, 1.2];
const L2 = Math.hypot(...W);
const SUM = W.reduce((sum, value) => sum + value, 0);

/** Enough for 1 % on models of six pixels. */
const QUICK = { iterations: 300 };

/** The paper's search, with steps as for images of height 8. */
const PAPER = {
  search: 'multiplicative',
  initialConstant: 4,
  iterations: 300,
  restarts: 6,
  startNorm: 0.25,
  noiseNorm: 0.05,
} as const;

/** Of f = w·x + b in logits (f, 0), the image (0.5, …) of class 0, whose margin is `margin`. */
function binaryAt(margin: number, scale = 1, shift = 0) {
  const weights = W.map((value) => value * scale);
  const model = binaryModel(weights, margin - 0.5 * SUM * scale, () => shift);
  return { model, images: new Float32Array(6).fill(0.5), labels: Int32Array.of(0), ids: ['a'] };
}

type Asked = ReturnType<typeof binaryAt>;

async function attack(asked: Asked, options: CarliniWagnerL2Options) {
  const run = await runAttack({ attack: carliniWagnerL2(options), ...asked, seed: 1 });
  return { ...run.perImage[0], images: run.images };
}

/** All points the attack asked about, and its candidates. */
async function watched({ model, ...asked }: Asked, options: CarliniWagnerL2Options) {
  const points: Float32Array[] = [];
  const watching: DifferentiableModel = {
    ...model,
    vjp: (images, draw, cotangent) => (points.push(images.slice()), model.vjp(images, draw, cotangent)),
  };
  const machine = carliniWagnerL2(options).machine as AttackMachine<DifferentiableModel, object, Candidates>;
  const candidates = await runMachine(machine, { ...asked, model: watching, key: 'k', seed: 1 });
  return { points, candidates };
}

const normOf = (point: Float32Array): number => Math.hypot(...[...point].map((value) => value - 0.5));

describe('carliniWagnerL2() on linear models with two classes', () => {
  const margin = 0.8;
  const distance = margin / L2;

  it.each([0.2, 0.5, 0.8])(
    'stops at c‖w‖/2 where c is too small to succeed (%p of 2m/‖w‖²)',
    async (share) => {
      const c = (share * 2 * margin) / L2 ** 2;
      const { points, candidates } = await watched(binaryAt(margin), {
        searchSteps: 1,
        initialConstant: c,
        iterations: 1000,
        abortEarly: false,
      });
      expect(candidates[0]).toEqual([]);
      const t = normOf(points.at(-1)!);
      expect(Math.abs(t / ((c * L2) / 2) - 1)).toBeLessThan(0.01);
    },
  );
  it('succeeds with one c if and only if c > 2m/‖w‖²', async () => {
    const needed = (2 * margin) / L2 ** 2;
    const at = (c: number) =>
      attack(binaryAt(margin), {
        searchSteps: 1,
        initialConstant: c,
        iterations: 2000,
        abortEarly: false,
        learningRate: 1e-3,
      });
    expect((await at(0.98 * needed)).outcome).toBe('failure');
    expect((await at(1.02 * needed)).outcome).toBe('success');
  });
  it.each([0, 0.05, 0.5])('ends between D and 1.01 (D + κ/‖w‖) (κ = %p)', async (confidence) => {
    const { norm, outcome } = await attack(binaryAt(margin), { ...QUICK, confidence });
    expect(outcome).toBe('success');
    expect(norm).toBeGreaterThanOrEqual((distance + confidence / L2) * (1 - 1e-5));
    expect(norm).toBeLessThanOrEqual(1.01 * (distance + confidence / L2));
  });
  it.each([0.01, 100])('does so whatever the scale of the logits (%p)', async (scale) => {
    const { norm } = await attack(binaryAt(margin * scale, scale), { ...QUICK, searchSteps: 12 });
    expect(norm).toBeGreaterThanOrEqual(distance * (1 - 1e-5));
    expect(norm).toBeLessThanOrEqual(1.01 * distance);
  });
  it('gives every candidate the confidence asked for', async () => {
    const asked = binaryAt(margin);
    const { candidates } = await watched(asked, { ...QUICK, confidence: 0.3 });
    expect(candidates[0].length).toBeGreaterThan(0);
    for (const point of candidates[0]) {
      const [z0, z1] = await asked.model.logits(point, { key: 'k', index: 0, imageIds: ['a'] });
      expect(z1 - z0).toBeGreaterThanOrEqual(0.3);
    }
  });
  it('does not change where all logits move by −20, binary and multiplicative', async () => {
    for (const options of [QUICK, PAPER]) {
      const there = await attack(binaryAt(margin), options);
      const here = await attack(binaryAt(margin, 1, -20), options);
      expect(here.outcome).toBe('success');
      // logits of about −20 have their last bit at 2e-6, in which the boundary is seen
      expect(Math.abs(here.norm / there.norm - 1)).toBeLessThan(1e-3);
    }
  });
  it('goes along the faces of the box where the error is there', async () => {
    // t = 0.5 moves the pixels with weights of 1 and more to their faces, and leaves 0.25·(0.5 + 0.6 + 0.8) to the others
    const boxed = 0.5 * (1 + 1.5 + 1.2) + 0.25 * (0.5 + 0.6 + 0.8);
    const { norm, images, outcome } = await attack(binaryAt(boxed), { iterations: 1000, searchSteps: 12 });
    expect(outcome).toBe('success');
    expect(images.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(norm).toBeGreaterThanOrEqual(boxedDistance(boxed) * (1 - 1e-5));
    expect(norm).toBeLessThanOrEqual(1.01 * boxedDistance(boxed));
  });
});

/** Least norm of δ = clip(−λw, −½, ½) with w·δ = −margin, by bisection on λ. */
function boxedDistance(margin: number): number {
  const delta = (lambda: number) => W.map((value) => Math.max(-0.5, Math.min(0.5, lambda * value)));
  const fall = (lambda: number) => delta(lambda).reduce((sum, value, j) => sum + value * W[j], 0);
  let [low, high] = [0, 1e3];
  for (let i = 0; i < 200; i += 1) {
    const middle = (low + high) / 2;
    if (fall(middle) < margin) low = middle;
    else high = middle;
  }
  return Math.hypot(...delta(high));
}

describe('carliniWagnerL2() on images with pixels of exactly 0 and 1', () => {
  it('stays finite, and leaves pixels that do not matter within 1e-5 of what they were', async () => {
    const images = Float32Array.of(0, 1, 0.5, 0, 1, 0.5);
    for (const options of [{ iterations: 1000 }, PAPER]) {
      const model = binaryModel([0, 0, 1, 0, 0, 0], -0.4);
      const { outcome, images: stored } = await attack(
        { model, images, labels: Int32Array.of(0), ids: ['a'] },
        options,
      );
      expect(outcome).toBe('success');
      expect([...stored].every(Number.isFinite)).toBe(true);
      // the paper's search moves them by its noise
      const room = options === PAPER ? PAPER.noiseNorm : 1e-5;
      for (const j of [0, 1, 3, 4, 5]) expect(Math.abs(stored[j] - images[j])).toBeLessThan(room);
      expect(stored[2]).toBeCloseTo(0.4, 2);
    }
  });
  it('moves such pixels off their faces where only they matter', async () => {
    const model = binaryModel([1, -1], 0.3);
    const asked = { model, images: Float32Array.of(0, 1), labels: Int32Array.of(1), ids: ['a'] };
    const { outcome, norm } = await attack(asked, { iterations: 2000, learningRate: 0.05, searchSteps: 12 });
    expect(outcome).toBe('success');
    expect(norm).toBeGreaterThanOrEqual((0.7 / Math.SQRT2) * (1 - 1e-5));
    expect(norm).toBeLessThanOrEqual((1.02 * 0.7) / Math.SQRT2);
  });
});

describe('carliniWagnerL2() round by round', () => {
  it('draws the defence afresh in every round, with the number searchStep·iterations + iteration', async () => {
    const asked = binaryAt(0.8);
    await watched(asked, { searchSteps: 2, iterations: 3, abortEarly: false });
    expect(asked.model.draws).toEqual(
      [0, 1, 2, 3, 4, 5].map((index) => ({ key: 'k', index, imageIds: ['a'] })),
    );
  });
  it('lets an image whose loss no longer falls sit out until the next search step', async () => {
    // the pixel of image a would have to fall below 0
    const weights = Float64Array.of(1, -1);
    const model = affineModel({ classes: 2, pixels: 1, weights, bias: Float64Array.of(0.1, 0) });
    const set = { images: Float32Array.of(0, 0.5), labels: Int32Array.of(0, 0), ids: ['a', 'b'] };
    await watched({ ...set, model }, { searchSteps: 2, iterations: 20, initialConstant: 1 });
    const both = model.draws.filter(({ imageIds }) => imageIds.join() === 'a,b');
    const alone = model.draws.filter(({ imageIds }) => imageIds.join() === 'b');
    expect(both.map(({ index }) => index)).toEqual([0, 1, 2, 20, 21, 22]);
    expect(alone.map(({ index }) => index).slice(0, 3)).toEqual([3, 4, 5]);
  });
  it('ends a search step early once all images sit out, and numbers draws as if it had not', async () => {
    const model = constantModel([1, 0], 3);
    await watched(
      { model, images: new Float32Array(3).fill(0.5), labels: Int32Array.of(0), ids: ['a'] },
      { searchSteps: 2, iterations: 100 },
    );
    expect(model.draws.map(({ index }) => index)).toEqual([
      ...Array.from({ length: 11 }, (_, i) => i),
      ...Array.from({ length: 11 }, (_, i) => 100 + i),
    ]);
  });
  it('does not count the clean image, whatever one draw says of it', async () => {
    const { candidates } = await watched(
      { ...binaryAt(0.8), labels: Int32Array.of(1) },
      { searchSteps: 1, iterations: 1 },
    );
    expect(candidates).toEqual([[]]);
  });
});

describe('carliniWagnerL2({ search: multiplicative })', () => {
  it('ends between D and 1.06 D on affine models, as the paper’s code does', async () => {
    for (const seed of [1, 2, 3]) {
      const model = binaryAt(0.8);
      const { norm, outcome } = await attack(model, { ...PAPER, confidence: 0.02, initialConstant: seed });
      expect(outcome).toBe('success');
      expect(norm).toBeGreaterThanOrEqual((0.8 / L2) * (1 - 1e-5));
      expect(norm).toBeLessThanOrEqual((1.06 * 0.8) / L2);
    }
  });
  it('begins every run with one gradient at the clean image, then at a sign step and noise of its own', async () => {
    const asked = binaryAt(5);
    const { points } = await watched(asked, { ...PAPER, restarts: 2, iterations: 3 });
    expect(points).toHaveLength(8);
    expect(points[0]).toEqual(asked.images);
    expect(points[4]).toEqual(asked.images);
    for (const start of [points[1], points[5]]) {
      const noise = [...start].map((value, j) => value - 0.5 + (Math.sign(W[j]) * 0.25) / Math.sqrt(6));
      expect(Math.hypot(...noise)).toBeCloseTo(0.05, 6);
    }
    expect(points[1]).not.toEqual(points[5]);
    expect(asked.model.draws.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
  it('begins at the noise alone where the gradient is 0 or not finite', async () => {
    const asked = binaryAt(5);
    for (const value of [0, NaN]) {
      const broken: DifferentiableModel = {
        ...asked.model,
        vjp: async (...call) => ({
          ...(await asked.model.vjp(...call)),
          gradient: new Float32Array(6).fill(value),
        }),
      };
      const { points } = await watched(
        { ...asked, model: Object.assign(broken, { draws: [] }) },
        { ...PAPER, restarts: 1, iterations: 1 },
      );
      expect(normOf(points[1])).toBeCloseTo(0.05, 6);
    }
  });
  it('counts points without the confidence, which is in the loss alone', async () => {
    const asked = binaryAt(0.8);
    const { candidates } = await watched(asked, { ...PAPER, confidence: 0.5 });
    const [z0, z1] = await asked.model.logits(candidates[0][0], { key: 'k', index: 0, imageIds: ['a'] });
    expect(z1 - z0).toBeGreaterThan(0);
    expect(z1 - z0).toBeLessThan(0.5);
  });
  it('keeps a misclassified point although a nearer one that is right comes after it', async () => {
    // class 1 wins only in a shell around |x − 0.5| = 0.2, and the gradient says nothing: noise and pull alone move x
    const z = (images: Float32Array) =>
      Float32Array.from(
        [...images].flatMap((x) => (Math.abs(Math.abs(x - 0.5) - 0.2) < 0.03 ? [0, 1] : [1, 0])),
      );
    const shell: DifferentiableModel = {
      classes: 2,
      pixels: 1,
      logits: async (images) => z(images),
      vjp: async (images) => ({ logits: z(images), gradient: new Float32Array(images.length) }),
    };
    const run = await runAttack({
      attack: carliniWagnerL2({ ...PAPER, noiseNorm: 0.2, learningRate: 0.05 }),
      model: shell,
      images: Float32Array.of(0.5),
      labels: Int32Array.of(0),
      ids: ['a'],
      seed: 1,
    });
    expect(run.perImage[0].outcome).toBe('success');
    expect(Math.abs(run.perImage[0].norm - 0.2)).toBeLessThan(0.03);
  });
  it('ends a run early only at misclassified points', async () => {
    const failing = binaryAt(30);
    await watched(failing, { ...PAPER, restarts: 1 });
    expect(failing.model.draws).toHaveLength(301);
    const easy = binaryAt(0.1);
    await watched(easy, { ...PAPER, restarts: 1, earlyStopWindow: 4 });
    expect(easy.model.draws.length).toBeLessThan(301);
  });
});

describe('carliniWagnerL2() on affine models with more classes', () => {
  it.each([3, 5])('ends between D and 1.01 D where D is many first steps long (K = %p)', async (classes) => {
    const affine = randomAffine(classes, 40, 3);
    const model = affineModel(affine);
    let attacked = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const set = uniformImages(1, 40, seed);
      const distance = nearestBoundary(affine, set.images);
      if (distance < 0.1) continue;
      const labels = await ownLabels(model, set.images, set.ids);
      const options = { ...QUICK, learningRate: 0.002 };
      const run = await runAttack({ attack: carliniWagnerL2(options), model, ...set, labels, seed: 1 });
      expect(run.perImage[0].outcome).toBe('success');
      expect(run.perImage[0].norm).toBeGreaterThanOrEqual(distance * (1 - 1e-5));
      expect(run.perImage[0].norm).toBeLessThanOrEqual(1.01 * distance);
      attacked += 1;
    }
    expect(attacked).toBeGreaterThan(1);
  });
});

/** Distance to the nearest other class, the box not counted. */
function nearestBoundary(
  { classes, pixels, weights }: ReturnType<typeof randomAffine>,
  image: Float32Array,
): number {
  const row = (k: number) => [...weights.subarray(k * pixels, (k + 1) * pixels)];
  const z = Array.from({ length: classes }, (_, k) => row(k).reduce((sum, w, j) => sum + w * image[j], 0));
  const own = z.indexOf(Math.max(...z));
  const distances = z.map((value, k) =>
    k === own ? Infinity : (z[own] - value) / Math.hypot(...row(k).map((w, j) => w - row(own)[j])),
  );
  return Math.min(...distances);
}

describe('carliniWagnerL2() where the model misbehaves', () => {
  it('fails with a flag where logits are NaN on the way, and asks no longer than to the first check', async () => {
    const asked = binaryAt(0.8);
    const model = binaryModel(W, 0.8 - 0.5 * SUM, ({ key }) => (/clean|verify/.test(key) ? 0 : NaN));
    const run = await attack({ ...asked, model }, { ...QUICK, searchSteps: 2 });
    expect([run.outcome, run.flags]).toEqual(['failure', { zeroGradient: false, nonFinite: true }]);
    expect(run.tally.queries).toBe(2);
  });
  it('goes on after one answer that is not finite', async () => {
    const asked = binaryAt(0.8);
    const model = binaryModel(W, 0.8 - 0.5 * SUM, ({ index, key }) =>
      index % 7 === 3 && !/clean|verify/.test(key) ? NaN : 0,
    );
    const run = await attack({ ...asked, model }, { ...QUICK, abortEarly: false });
    expect([run.outcome, run.flags.nonFinite]).toEqual(['success', true]);
    expect(run.norm).toBeLessThan((1.01 * 0.8) / L2);
  });
});

describe('carliniWagnerL2: settings', () => {
  it('are those of the original by default', () => {
    expect(carliniWagnerL2().settings).toEqual({
      name: 'cw-l2',
      search: 'binary',
      searchSteps: 9,
      initialConstant: 1e-3,
      iterations: 10_000,
      learningRate: 0.01,
      confidence: 0,
      abortEarly: true,
    });
  });
  it('of the paper’s search have its 8 runs of 1,024 points by default', () => {
    const options = { search: 'multiplicative', initialConstant: 64, startNorm: 8, noiseNorm: 1 } as const;
    expect(carliniWagnerL2(options).settings).toEqual({
      name: 'cw-l2',
      ...options,
      restarts: 8,
      iterations: 1024,
      learningRate: 0.01,
      confidence: 0,
      earlyStopWindow: 16,
    });
  });
  it.each([{}, PAPER])('make the same attack again (%p)', (options) => {
    const { settings } = carliniWagnerL2(options);
    expect(carliniWagnerL2(settings).settings).toEqual(settings);
  });
  it.each([
    [{ searchSteps: 0 }, 'cw-l2 searchSteps: expected an integer of at least 1, got 0'],
    [{ iterations: 0.5 }, 'cw-l2 iterations: expected an integer of at least 1, got 0.5'],
    [
      { initialConstant: 0 },
      'cw-l2 initialConstant: expected a number above 0 and at most 10000000000, got 0',
    ],
    [{ confidence: -1 }, 'cw-l2 confidence: expected a number from 0 to 1e100, got -1'],
    [{ learningRate: NaN }, 'cw-l2 learningRate: expected a number above 0, got NaN'],
    [{ abortEarly: 1 }, 'cw-l2 abortEarly: expected true or false, got 1'],
    [{ search: 'linear' }, 'cw-l2 search: expected "binary" or "multiplicative", got "linear"'],
    [{ restarts: 2 }, 'cw-l2: expected settings of cw-l2 with search "binary" only, got restarts'],
    [
      { ...PAPER, searchSteps: 2 },
      'cw-l2: expected settings of cw-l2 with search "multiplicative" only, got searchSteps',
    ],
    [
      { search: 'multiplicative', initialConstant: 1, noiseNorm: 1 },
      'cw-l2 startNorm: expected a number above 0, got nothing',
    ],
  ])('refuses %p', (options, message) => {
    expectError(() => carliniWagnerL2(options as CarliniWagnerL2Options), { code: 'E_ATTACK', message });
  });
});

/** Enough to find the errors of the laws' models. */
const FEW = { iterations: 30, searchSteps: 4, initialConstant: 1, learningRate: 0.05 };

minimumNormLaws(() => carliniWagnerL2(FEW));
minimumNormLaws(() => carliniWagnerL2({ ...FEW, confidence: 0.1, abortEarly: false }));
minimumNormLaws(() =>
  carliniWagnerL2({ ...PAPER, iterations: 30, restarts: 3, earlyStopWindow: 4, learningRate: 0.05 }),
);
