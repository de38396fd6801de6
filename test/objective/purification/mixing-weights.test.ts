import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assertAlphas,
  mixingWeights,
  sliceWeights,
  untouchedPrefix,
} from '../../../src/objective/purification/mixing-weights.js';
import { thrown } from '../thrown.js';

const shape = { latents: 3, images: 2, attenuation: 1 };

describe('mixingWeights', () => {
  it('attenuates once', () => {
    expect(mixingWeights([0, 0.5, 1], { ...shape, attenuation: 0.7 })).toEqual([0, 0.35, 0.7]);
  });

  it('gives a number where all images agree, else one number an image', () => {
    const rows = [
      [0, 0.25, 0.1],
      [0, 0.75, 0.1],
    ];
    expect(mixingWeights(rows, shape)).toEqual([0, Float64Array.of(0.25, 0.75), 0.1]);
  });

  it('gives the same for one vector as for the same vector an image', () => {
    const alpha = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(alpha, { minLength: 3, maxLength: 3 }), alpha, (alphas, attenuation) => {
        const options = { ...shape, attenuation };
        expect(mixingWeights([alphas, alphas], options)).toEqual(mixingWeights(alphas, options));
      }),
      { seed: 1 },
    );
  });

  it.each([
    [[0.1, 0.2], 'alphas: expected 3 numbers, one a latent, got 2'],
    [[0.1, 0.2, 0.3, 0.4], 'alphas: expected 3 numbers, one a latent, got 4'],
    [[], 'alphas: expected 3 numbers, one a latent, got 0'],
    [[0.1, NaN, 0.3], 'alphas[1]: expected a number in [0, 1], got NaN'],
    [[0.1, 0.2, 1.5], 'alphas[2]: expected a number in [0, 1], got 1.5'],
    [[-1e-9, 0.2, 1], 'alphas[0]: expected a number in [0, 1], got -1e-9'],
    [[0, Infinity, 1], 'alphas[1]: expected a number in [0, 1], got Infinity'],
    [[[0, 0, 0]], 'alphas: expected 2 rows, one an image, got 1'],
    [[[0, 0, 0], [0, 0, 2]], 'alphas[1][2]: expected a number in [0, 1], got 2'], // prettier-ignore
    [[[0, 0, 0], [0, 0]], 'alphas[1]: expected 3 numbers, one a latent, got 2'], // prettier-ignore
  ])('refuses %j', (alphas, message) => {
    expect(thrown(() => mixingWeights(alphas as number[], shape))).toEqual(['E_ALPHAS', message]);
  });
});

describe('assertAlphas', () => {
  it('takes both bounds', () => {
    expect(() => assertAlphas([0, 1, -0], 3, 'alphas')).not.toThrow();
  });
});

describe('untouchedPrefix', () => {
  it('counts the leading latents that no image re-samples', () => {
    expect(untouchedPrefix([0, 0, 0.5, 0])).toBe(2);
    expect(untouchedPrefix([0, Float64Array.of(0, 1), 0])).toBe(1);
    expect(untouchedPrefix([0.1])).toBe(0);
    expect(untouchedPrefix([0, 0])).toBe(2);
    expect(untouchedPrefix([])).toBe(0);
  });
});

describe('sliceWeights', () => {
  it('keeps shared numbers and cuts the others', () => {
    expect(sliceWeights([0.5, Float64Array.of(1, 2, 3)], 1, 3)).toEqual([0.5, Float64Array.of(2, 3)]);
  });
});
