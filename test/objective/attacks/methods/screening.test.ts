import { describe, expect, it } from '@jest/globals';
import { screenPoints } from '../../../../src/objective/attacks/methods/screening.js';
import { affineModel, binaryModel } from '../models.js';

/** Class 0 where x > 0.5; the margin of a draw changes by what `noise` says. */
function batchOf(noise: (index: number) => number) {
  const model = binaryModel([1], -0.5, (draw, _, k) => (k === 0 ? noise(draw.index) : 0));
  const images = Float32Array.of(0.9, 0.9);
  return { model, images, labels: Int32Array.of(0, 0), ids: ['a', 'b'], key: 'k', seed: 1 };
}
const POINTS = [Float32Array.of(0.4), Float32Array.of(0.6)];

describe('screenPoints(batch, points, screening, turn)', () => {
  it('says which points hold under draws enough, and the mean margin over them', async () => {
    // Draws 0 to 3 add 0, 0.2, 0.2, 0.2 to the margin: the first point is wrong in one of four.
    const noise = (index: number) => (index === 0 ? 0 : 0.2);
    const at = async (share: number) => screenPoints(batchOf(noise), POINTS, { draws: 4, share }, 0);
    const [first, second] = await at(0.25);
    expect([first.holds, second.holds]).toEqual([true, false]);
    expect(first.margin).toBeCloseTo(0.1 - 0.15, 6);
    expect(second.margin).toBeCloseTo(-0.1 - 0.15, 6);
    expect((await at(0.26))[0].holds).toBe(false);
  });
  it('takes fresh draws at every turn', async () => {
    const batch = batchOf(() => 0);
    await screenPoints(batch, POINTS, { draws: 3, share: 1 }, 2);
    expect(batch.model.draws.map(({ index, key }) => [key, index])).toEqual([
      ['k', 6],
      ['k', 7],
      ['k', 8],
    ]);
  });
  it('never lets a point hold for logits that are not finite', async () => {
    const weights = Float64Array.of(1, 0);
    const model = affineModel({ classes: 2, pixels: 1, weights, bias: Float64Array.of(NaN, 0) });
    const judged = await screenPoints({ ...batchOf(() => 0), model }, POINTS, { draws: 2, share: 0.5 }, 0);
    expect(judged).toEqual(POINTS.map(() => ({ holds: false, margin: -Infinity })));
  });
});
