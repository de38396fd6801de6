import { describe, expect, it } from '@jest/globals';
import { normalCdf } from '../../../../src/math/special.js';
import type { AttackMachine } from '../../../../src/objective/attacks/contract/attack-machine.js';
import type {
  Candidates,
  MinimumNormAttack,
} from '../../../../src/objective/attacks/contract/minimum-norm-attack.js';
import type { AttackableModel } from '../../../../src/objective/attacks/model/attackable-model.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { isFooled, verifyCandidates } from '../../../../src/objective/attacks/run/verification.js';
import { binaryModel, keyedNoise } from '../models.js';

/** A model of one pixel that is fooled by those draws that `isWrong` names. */
function fooledBy(isWrong: (index: number, pixel: number, id: string) => boolean | undefined) {
  const asked: number[] = [];
  const model: AttackableModel = {
    classes: 2,
    pixels: 1,
    logits: async (images, { index, imageIds }) => {
      asked.push(index);
      return Float32Array.from(
        imageIds.flatMap((id, row) => {
          const wrong = isWrong(index, images[row], id);
          return wrong === undefined ? [NaN, 0] : wrong ? [0, 1] : [1, 0];
        }),
      );
    },
  };
  return { model, asked };
}

const plan = (victim: AttackableModel, ids: readonly string[], draws: number, share = 0.5) => ({
  victim,
  ids,
  labels: new Int32Array(ids.length),
  key: 'verify',
  batchSize: 2,
  verification: { draws, share },
});

const images = (...values: number[]): Float32Array[] => values.map((value) => Float32Array.of(value));

describe('isFooled(share, { share: least })', () => {
  it.each([
    [0.5, 0.5, true],
    [0.49, 0.5, false],
    [7 / 10, 0.7, true],
    [3 / 10, 0.3, true],
    [1, 1, true],
    [0.99, 1, false],
    [0, 1e-9, false],
    [1e-3, 1e-3, true],
  ])('of %p with at least %p is %p', (share, least, fooled) => {
    expect(isFooled(share, { draws: 10, share: least })).toBe(fooled);
  });
});

describe('verifyCandidates(run, candidates): shares', () => {
  const sharesOf = async (run: Parameters<typeof verifyCandidates>[0], ...values: number[]) =>
    (
      await verifyCandidates(
        run,
        values.map((value) => images(value)),
      )
    ).map(({ shares, nonFinite }) => ({
      ...shares,
      nonFinite,
    }));

  it('is the share of the draws, each image for its own, the same draws for both forms', async () => {
    const { model, asked } = fooledBy((index, _, id) => index < Number(id));
    const run = plan(model, ['0', '1', '3', '4'], 4);
    expect(await sharesOf(run, 0, 0, 0, 0)).toEqual(
      [0, 0.25, 0.75, 1].map((share) => ({ float32: share, eightBit: share, nonFinite: false })),
    );
    // two batches of two images, as float32 and as 8-bit
    expect(asked).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
  });
  it('judges the image rounded to 8 bits beside the one that is stored', async () => {
    const { model } = fooledBy((index, pixel) => pixel > 0.5 + index / 1000);
    const [share] = await sharesOf(plan(model, ['a'], 4), 0.5015);
    // 0.5015 passes the draws 0 and 1; 128/255 = 0.50196 is all that 8 bits have near it, and passes the same two
    expect(share).toEqual({ float32: 0.5, eightBit: 0.5, nonFinite: false });
    const [rounded] = await sharesOf(plan(model, ['a'], 4), 0.4999);
    // 127/255 = 0.498
    expect(rounded).toEqual({ float32: 0, eightBit: 0, nonFinite: false });
    const [lifted] = await sharesOf(plan(model, ['a'], 4), 0.5001);
    expect(lifted).toEqual({ float32: 0.25, eightBit: 0.5, nonFinite: false });
  });
  it('counts a draw that is not finite as not fooled, and says so', async () => {
    const { model } = fooledBy((index) => (index === 1 ? undefined : true));
    const [share] = await sharesOf(plan(model, ['a'], 4), 0);
    expect(share).toEqual({ float32: 0.75, eightBit: 0.75, nonFinite: true });
  });
});

describe('verifyCandidates(run, candidates)', () => {
  it('takes of every image the nearest that fools draws enough', async () => {
    // A pixel of p fools the share p of ten draws.
    const { model } = fooledBy((index, pixel) => (index % 10) + 0.5 < 10 * pixel);
    const run = plan(model, ['a', 'b', 'c', 'd'], 10);
    const verified = await verifyCandidates(run, [
      images(0.2, 0.4, 0.6, 0.8),
      images(0.6, 1),
      images(0.2, 0.4),
      [],
    ]);
    expect(verified).toEqual([
      { candidate: 2, shares: { float32: 0.6, eightBit: 0.6 }, nonFinite: false },
      { candidate: 0, shares: { float32: 0.6, eightBit: 0.6 }, nonFinite: false },
      { shares: { float32: 0.2, eightBit: 0.2 }, nonFinite: false },
      { shares: { float32: 0, eightBit: 0 }, nonFinite: false },
    ]);
  });
  it('judges candidate c by draws c·m … c·m + m − 1, which no other candidate was judged by', async () => {
    const { model, asked } = fooledBy(() => false);
    await verifyCandidates(plan(model, ['a'], 2), [images(0.1, 0.2, 0.3)]);
    // in 8 bits only the nearest, whose shares are kept where none holds
    expect(asked).toEqual([0, 1, 0, 1, 2, 3, 4, 5]);
  });
  it('judges in 8 bits, by the same draws, the candidate that holds', async () => {
    const { model, asked } = fooledBy((_, pixel) => pixel > 0.25);
    const [one] = await verifyCandidates(plan(model, ['a'], 2), [images(0.1, 0.2, 0.3)]);
    expect(one).toEqual({ candidate: 2, shares: { float32: 1, eightBit: 1 }, nonFinite: false });
    expect(asked).toEqual([0, 1, 0, 1, 2, 3, 4, 5, 4, 5]);
  });
  it('asks nothing more of an image whose candidate holds', async () => {
    const { model, asked } = fooledBy(() => true);
    await verifyCandidates(plan(model, ['a'], 1), [images(0.1, 0.2)]);
    expect(asked).toEqual([0, 0]);
  });
  it('asks nothing where there are no candidates', async () => {
    const { model, asked } = fooledBy(() => true);
    expect(await verifyCandidates(plan(model, ['a'], 1), [[]])).toHaveLength(1);
    expect(await verifyCandidates(plan(model, [], 1), [])).toEqual([]);
    expect(asked).toEqual([]);
  });
  it('keeps the flag of a nearer candidate whose logits were not finite', async () => {
    const { model } = fooledBy((_, pixel) => (pixel < 0.15 ? undefined : true));
    const [one] = await verifyCandidates(plan(model, ['a'], 1), [images(0.1, 0.2)]);
    expect(one).toEqual({ candidate: 1, shares: { float32: 1, eightBit: 1 }, nonFinite: true });
  });
  it('does not depend on the batch', async () => {
    const { model } = fooledBy((index, pixel, id) => (index * 7 + id.charCodeAt(0)) % 10 < 10 * pixel);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const candidates = ids.map(() => images(0.3, 0.5, 0.7));
    const together = await verifyCandidates({ ...plan(model, ids, 4), batchSize: 100 }, candidates);
    for (const [row, id] of ids.entries()) {
      expect(await verifyCandidates(plan(model, [id], 4), [candidates[row]])).toEqual([together[row]]);
    }
  });
});

describe('a linear model with normal noise on its margin, where every probability is known', () => {
  const W = [3, 4];
  const MARGIN = 0.4;
  const DISTANCE = MARGIN / 5;
  /** Of the margin: a point at t·D is misclassified with probability Φ((t − 1)/0.4). */
  const NOISE = 0.4;
  const M = 400;
  const model = binaryModel(W, MARGIN - 3.5, keyedNoise(NOISE * MARGIN));
  const ids = Array.from({ length: 6 }, (_, i) => `image ${i}`);

  /** A minimum-norm attack whose candidates lie at such multiples of D, straight towards the boundary. */
  const proposing = (...multiples: number[]): MinimumNormAttack => {
    const machine: AttackMachine<AttackableModel, object, Candidates> = {
      begin: () => ({}),
      isDone: () => true,
      step: async () => undefined,
      result: (batch) =>
        batch.ids.map(() =>
          multiples.map((t) => Float32Array.from(W, (value) => 0.5 - (t * DISTANCE * value) / 5)),
        ),
    };
    return { kind: 'minimum-norm', settings: { name: 'known' }, needs: 'logits', machine };
  };
  const run = (attack: MinimumNormAttack, share: number) =>
    runAttack({
      attack,
      model,
      images: new Float32Array(2 * ids.length).fill(0.5),
      labels: new Int32Array(ids.length),
      ids,
      seed: 1,
      verification: { draws: M, share },
    });

  it.each([0.3, 0.7, 1, 1.3, 1.8])(
    'is fooled at %p·D by the share of draws that the normal cdf gives',
    async (t) => {
      const { perImage } = await run(proposing(t), 0.5);
      const expected = normalCdf((t - 1) / NOISE);
      for (const { shares } of perImage) {
        const error = Math.sqrt((expected * (1 - expected)) / M);
        expect(Math.abs(shares.float32 - expected)).toBeLessThan(4 * error);
      }
    },
  );
  it('refuses the lucky candidate and accepts the farther one, with its own norm', async () => {
    // Φ(−0.75) = 0.23 and Φ(0.75) = 0.77 lie 13 standard errors on either side of ½.
    const { perImage, images: stored } = await run(proposing(0.7, 1.3, 2), 0.5);
    for (const { outcome, norm } of perImage) {
      expect(outcome).toBe('success');
      expect(norm / DISTANCE).toBeCloseTo(1.3, 5);
    }
    expect(stored[0]).toBeCloseTo(0.5 - (1.3 * DISTANCE * 3) / 5, 6);
  });
  it('keeps the clean image where only luck speaks for a candidate', async () => {
    const { perImage, images: stored } = await run(proposing(0.5, 0.7), 0.5);
    for (const { outcome, norm, shares } of perImage) {
      expect([outcome, norm]).toEqual(['failure', 0]);
      expect(shares.float32).toBeGreaterThan(0);
    }
    expect(stored.every((value) => value === 0.5)).toBe(true);
  });
  it('asks for more of a candidate where the share asks for more', async () => {
    // Φ(0.75) = 0.77 is no 90 %; Φ(2.5) = 0.99 is.
    const { perImage } = await run(proposing(1.3, 2), 0.9);
    for (const { norm } of perImage) expect(norm / DISTANCE).toBeCloseTo(2, 5);
  });
});
