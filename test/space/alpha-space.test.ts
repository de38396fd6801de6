import { describe, expect, it } from '@jest/globals';
import { alphaSeeds, alphaSpace } from '../../src/space/index.js';
import { thrown } from '../objective/thrown.js';

describe('alphaSpace(n)', () => {
  it('is the unit cube of n named numbers', () => {
    const space = alphaSpace(3);
    expect(space.kind).toBe('alphas');
    expect(space.names).toEqual(['alpha_0', 'alpha_1', 'alpha_2']);
    expect(space.parameters).toEqual([0, 1, 2].map(() => ({ kind: 'real', low: 0, high: 1 })));
  });

  it.each([0, 513, 1.5, NaN, '18' as never])('refuses %p latents', (n) => {
    expect(thrown(() => alphaSpace(n))).toEqual([
      'E_SPACE',
      `alphaSpace: expected a number of latents from 1 to 512, got ${n}`,
    ]);
  });

  it('takes 1 and 512', () => {
    expect(alphaSpace(1).names).toHaveLength(1);
    expect(alphaSpace(512).names).toHaveLength(512);
  });

  it('brings the structured points unless told otherwise', () => {
    expect(alphaSpace(12).seeds).toEqual(alphaSeeds(12));
    expect(alphaSpace(12, { seeds: false }).seeds).toEqual([]);
    const own = [{ label: 'mine', values: [0, 0.5] }];
    expect(alphaSpace(2, { seeds: own }).seeds).toEqual(own);
  });

  it('refuses seeds outside [0, 1]', () => {
    expect(thrown(() => alphaSpace(2, { seeds: [{ label: 'mine', values: [0, 1.5] }] }))).toEqual([
      'E_SPACE',
      'seeds[0].values[1]: expected a number from 0 to 1, got 1.5',
    ]);
  });
});

describe('alphaSeeds(n)', () => {
  it('are eight points at n = 12: linear, cosine, two constants and four steps', () => {
    expect(alphaSeeds(12).map(({ label }) => label)).toEqual([
      'linear',
      'cosine',
      'constant 0.5',
      'constant 0',
      'step 3',
      'step 4',
      'step 6',
      'step 9',
    ]);
  });

  it('hold α_i = (i+1)/N and ½(1 − cos(π(i+1)/N)), which both end in 1', () => {
    const [linear, cosine] = alphaSeeds(4);
    expect(linear.values).toEqual([0.25, 0.5, 0.75, 1]);
    cosine.values.forEach((alpha, i) => {
      expect(alpha).toBeCloseTo((1 - Math.cos((Math.PI * (i + 1)) / 4)) / 2, 15);
    });
    expect(cosine.values[3]).toBe(1);
  });

  it('hold each point once, under labels of their own, at every n', () => {
    for (const n of [1, 2, 3, 4, 5, 18, 512]) {
      const seeds = alphaSeeds(n);
      expect(new Set(seeds.map(({ values }) => values.join())).size).toBe(seeds.length);
      expect(new Set(seeds.map(({ label }) => label)).size).toBe(seeds.length);
    }
    expect(alphaSeeds(1).map(({ values }) => values)).toEqual([[1], [0.5], [0]]);
  });
});
