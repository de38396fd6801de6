import { describe, expect, it } from '@jest/globals';
import { randomStream } from '../../../../src/math/index.js';
import { blockVariances, signalUnits } from '../../../../src/study/policies/bayes/racing/block-variances.js';
import type { BlockRows } from '../../../../src/study/policies/bayes/racing/row-groups.js';
import { UNIT_IMAGES } from '../../../../src/study/policies/bayes/racing/row-groups.js';
import { ROUNDING } from '../../../tolerances.js';

const GROUPS = 8;
const POINTS = 40;
const L = Float64Array.of(0.5);

/** Points in two clusters far apart; images with a hardness, a liking for each cluster and a rest. */
function world(hardness: number, liking: number, rest: number, factor = 1) {
  const stream = randomStream('block-variances', hardness, liking, rest);
  const x = Float64Array.from({ length: POINTS * GROUPS }, (_, i) => (Math.floor(i / GROUPS) % 2) * 50);
  const images = Array.from({ length: GROUPS * UNIT_IMAGES }, () => ({
    hardness: Math.sqrt(hardness) * stream.normal(),
    likings: [0, 1].map(() => Math.sqrt(liking) * stream.normal()),
  }));
  const residuals = Array.from(x, (at, i) => {
    const group = i % GROUPS;
    const scores = images
      .slice(group * UNIT_IMAGES, (group + 1) * UNIT_IMAGES)
      .map(
        (image) =>
          factor * (image.hardness + image.likings[at > 0 ? 1 : 0] + Math.sqrt(rest) * stream.normal()),
      );
    const mean = scores.reduce((sum, s) => sum + s / scores.length, 0);
    return Float64Array.from(scores, (s) => s - mean);
  });
  const rows: BlockRows = {
    of: Int32Array.from(x, (_, i) => i % GROUPS),
    images: new Array<number>(GROUPS).fill(UNIT_IMAGES),
    residuals,
    point: Int32Array.from(x, (_, i) => i - (i % GROUPS)),
  };
  return { x, dimension: 1, rows };
}

describe('blockVariances', () => {
  it.each([
    [1, 0.5, 0.2],
    [0.3, 0, 1],
    [2, 1, 0],
    [0, 1, 0.5],
  ])('finds hardness %d beside liking %d and rest %d of images, to a seventh of their sum', (a, g, e) => {
    const { x, dimension, rows } = world(a, g, e);
    const { offset, bias, nugget } = blockVariances({ x, dimension }, rows, 'matern52', L);
    expect(Math.abs(UNIT_IMAGES * offset - a)).toBeLessThan((a + g + e) / 7);
    expect(Math.abs(UNIT_IMAGES * (offset + bias + nugget) - (a + g + e))).toBeLessThan((a + g + e) / 7);
    expect(Math.abs(nugget / (offset + bias + nugget) - 0.08)).toBeLessThan(ROUNDING);
  });

  it('does not look at points near each other', () => {
    const { x, dimension, rows } = world(1, 0.5, 0.2);
    const near = { x: x.map((at) => at / 1000), dimension };
    const found = blockVariances(near, rows, 'matern52', L);
    expect(Math.abs(found.offset / (found.offset + found.bias + found.nugget) - 0.7)).toBeLessThan(ROUNDING);
  });

  it('scales with the square of the scores', () => {
    const one = world(1, 0.5, 0.2);
    const ten = world(1, 0.5, 0.2, 10);
    const [a, b] = [one, ten].map(({ rows, ...rest }) => blockVariances(rest, rows, 'matern52', L));
    for (const part of ['offset', 'bias', 'nugget'] as const) {
      expect(Math.abs(b[part] / a[part] - 100)).toBeLessThan(100 * ROUNDING);
    }
  });

  it('is the prior where no two points saw the same images: 0.7, 0.22 and 0.08 of the variance of the scores', () => {
    const rows: BlockRows = {
      of: Int32Array.of(0, 1),
      images: [2, 2],
      residuals: [Float64Array.of(-0.5, 0.5), Float64Array.of(0.5, -0.5)],
      point: Int32Array.of(0, 1),
    };
    const found = blockVariances({ x: Float64Array.of(0, 1), dimension: 1 }, rows, 'matern52', L);
    expect(Math.abs(UNIT_IMAGES * found.offset - 0.35)).toBeLessThan(ROUNDING);
    expect(Math.abs(UNIT_IMAGES * found.bias - 0.11)).toBeLessThan(ROUNDING);
    expect(Math.abs(UNIT_IMAGES * found.nugget - 0.04)).toBeLessThan(ROUNDING);
  });

  it('takes yes/no images at ½ where nothing is known', () => {
    const rows: BlockRows = {
      of: Int32Array.of(-1),
      images: [],
      residuals: [new Float64Array(0)],
      point: Int32Array.of(0),
    };
    const { offset, bias, nugget } = blockVariances({ x: Float64Array.of(0), dimension: 1 }, rows, 'rbf', L);
    expect(Math.abs(UNIT_IMAGES * (offset + bias + nugget) - 0.25)).toBeLessThan(ROUNDING);
  });
});

describe('signalUnits', () => {
  const variances = { offset: 1, bias: 0, nugget: 0 };
  const rows: BlockRows = {
    of: Int32Array.of(0, 1, 0, 1),
    images: [25, 25],
    residuals: [],
    point: Int32Array.of(0, 0, 2, 2),
  };

  it('is the spread of the points alone, whatever the blocks are off by', () => {
    const at = (off: number) => signalUnits(Float64Array.of(1, 1 + off, 3, 3 + off), rows, variances);
    expect(at(0)).toEqual({ shift: 2, scale: 1 });
    expect(at(100).scale).toBe(1);
    expect(at(100).shift).toBe(52);
  });

  it('takes off what the images bring, but leaves half of the spread', () => {
    const y = Float64Array.of(1, 1, 3, 3);
    expect(signalUnits(y, rows, { ...variances, nugget: 0.5 }).scale).toBe(Math.sqrt(0.75));
    expect(signalUnits(y, rows, { ...variances, nugget: 9 }).scale).toBe(Math.sqrt(0.5));
  });

  it('has scale 1 where all is equal, and for one point', () => {
    expect(signalUnits(Float64Array.of(2, 2, 2, 2), rows, variances)).toEqual({ shift: 2, scale: 1 });
    const one: BlockRows = { of: Int32Array.of(0), images: [25], residuals: [], point: Int32Array.of(0) };
    expect(signalUnits(Float64Array.of(7), one, variances)).toEqual({ shift: 7, scale: 1 });
  });
});
