import { describe, expect, it } from '@jest/globals';
import { l2Distance } from '../../../src/objective/attacks/geometry/l2.js';
import { randomNoise } from '../../../src/objective/evaluation/random-noise.js';
import { FLOAT32_TOLERANCE } from '../../tolerances.js';

const d = 200;
const ids = ['a', 'b', 'c'];
const grey = new Float32Array(ids.length * d).fill(0.5);
const row = (images: Float32Array, i: number) => images.slice(i * d, (i + 1) * d);

describe('randomNoise', () => {
  it('moves every image by the L2 bound where the box is far', () => {
    const moved = randomNoise(grey, ids, { norm: 'l2', bound: 1 }, 1, 0);
    for (const i of ids.keys()) {
      const norm = l2Distance(moved, grey, i * d, d);
      expect(norm).toBeLessThanOrEqual(1);
      expect(norm).toBeGreaterThan(1 - 20 * FLOAT32_TOLERANCE);
    }
  });

  it('moves every value by the L∞ bound, up as often as down', () => {
    const moved = randomNoise(grey, ids, { norm: 'linf', bound: 0.1 }, 1, 0);
    const steps = Array.from(moved, (value) => value - 0.5);
    expect(Math.max(...steps.map((step) => Math.abs(Math.abs(step) - 0.1)))).toBeLessThan(FLOAT32_TOLERANCE);
    const up = steps.filter((step) => step > 0).length;
    // 600 fair coins: five standard deviations
    expect(Math.abs(up - 300)).toBeLessThan(5 * Math.sqrt(150));
  });

  it.each(['l2', 'linf'] as const)('stays in box and %s ball from any image', (norm) => {
    const corner = grey.map((_, j) => j % 2);
    const moved = randomNoise(corner, ids, { norm, bound: norm === 'l2' ? 3 : 0.3 }, 1, 0);
    expect(moved.every((value) => value >= 0 && value <= 1)).toBe(true);
    for (const i of ids.keys())
      expect(l2Distance(moved, corner, i * d, d)).toBeLessThanOrEqual(0.3 * Math.sqrt(d));
    expect(l2Distance(moved, corner, 0, d)).toBeLessThanOrEqual(norm === 'l2' ? 3 : Infinity);
  });

  it('follows the id, the try and the seed, never the place', () => {
    const ball = { norm: 'l2', bound: 1 } as const;
    const all = randomNoise(grey, ids, ball, 1, 0);
    expect(randomNoise(row(grey, 0), ['b'], ball, 1, 0)).toEqual(row(all, 1));
    const turned = randomNoise(grey, ['c', 'b', 'a'], ball, 1, 0);
    expect([row(turned, 2), row(turned, 0)]).toEqual([row(all, 0), row(all, 2)]);
    expect(randomNoise(grey, ids, ball, 1, 1)).not.toEqual(all);
    expect(randomNoise(grey, ids, ball, 2, 0)).not.toEqual(all);
    expect(randomNoise(new Float32Array(0), [], ball, 1, 0)).toHaveLength(0);
  });
});
