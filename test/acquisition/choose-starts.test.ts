import { describe, expect, it } from '@jest/globals';

import { chooseStarts, valueUnit } from '../../src/acquisition/choose-starts.js';
import { randomStream } from '../../src/math/index.js';

const stream = (seed: number) => randomStream('starts', seed);
const DRAWS = 20_000;

describe('chooseStarts(values, count, scale, stream)', () => {
  it('begins with the best and repeats none', () => {
    const values = Float64Array.of(1, 5, 2, 4);
    for (let seed = 0; seed < 20; seed++) {
      const starts = chooseStarts(values, 4, 'log', stream(seed));
      expect(starts[0]).toBe(1);
      expect([...starts].sort()).toEqual([0, 1, 2, 3]);
    }
  });

  it.each([
    ['log', [0, Math.log(2), Math.log(5), 9], [1 / 8, 2 / 8, 5 / 8]],
    ['log', [1000, 1000 + Math.log(3), -1e9, 2000], [1 / 4, 3 / 4, 0]],
    ['linear', [0, 0, 0, 4], [1 / 3, 1 / 3, 1 / 3]],
  ] as const)(
    'draws the second start in proportion to worth, %s scale, values %j',
    (scale, values, shares) => {
      const counts = [0, 0, 0];
      const source = stream(99);
      for (let k = 0; k < DRAWS; k++) counts[chooseStarts(Float64Array.from(values), 2, scale, source)[1]]++;
      shares.forEach((p, i) => {
        expect(Math.abs(counts[i] / DRAWS - p)).toBeLessThanOrEqual(4.5 * Math.sqrt((p * (1 - p)) / DRAWS));
      });
    },
  );

  it('does not see a shift of the values, nor a factor on the linear scale', () => {
    const values = Float64Array.from({ length: 30 }, (_, i) => Math.sin(i));
    const from = (v: Float64Array, scale: 'log' | 'linear') => chooseStarts(v, 8, scale, stream(3));
    expect(
      from(
        values.map((v) => v + 64),
        'log',
      ),
    ).toEqual(from(values, 'log'));
    expect(
      from(
        values.map((v) => 1e-6 * v),
        'linear',
      ),
    ).toEqual(from(values, 'linear'));
  });

  it('leaves out what is not finite', () => {
    const values = Float64Array.of(Number.NaN, 1, -Infinity, Infinity, 0);
    expect(chooseStarts(values, 8, 'log', stream(1))).toEqual([1, 4]);
    expect(chooseStarts(Float64Array.of(Number.NaN, -Infinity), 3, 'log', stream(1))).toEqual([]);
    expect(chooseStarts(new Float64Array(0), 3, 'log', stream(1))).toEqual([]);
  });
});

describe('valueUnit(values, scale)', () => {
  it('is 1 for logarithms, and the standard deviation of finite values else', () => {
    expect(valueUnit(Float64Array.of(5, 7), 'log')).toBe(1);
    expect(valueUnit(Float64Array.of(5, 7, Number.NaN, -Infinity), 'linear')).toBe(1);
    expect(valueUnit(Float64Array.of(50, 70), 'linear')).toBe(10);
    expect(valueUnit(Float64Array.of(5, 5), 'linear')).toBe(1);
    expect(valueUnit(new Float64Array(0), 'linear')).toBe(1);
  });
});
