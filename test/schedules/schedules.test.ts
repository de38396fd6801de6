import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assertAlphas,
  constantSchedule,
  cosineSchedule,
  linearSchedule,
  paperPresets,
  reversedSchedule,
  stepSchedule,
} from '../../src/schedules/index.js';
import type { BoSearchError } from '../../src/errors.js';

const counts = fc.integer({ min: 1, max: 512 });

const makers: readonly (readonly [string, (n: number) => number[]])[] = [
  ['linearSchedule', linearSchedule],
  ['cosineSchedule', cosineSchedule],
  ['stepSchedule', (n) => stepSchedule(n, Math.floor(n / 2))],
  ['constantSchedule', (n) => constantSchedule(n, 0.25)],
];

function thrown(run: () => unknown): BoSearchError {
  try {
    run();
  } catch (error) {
    return error as BoSearchError;
  }
  throw new Error('nothing was thrown');
}

describe.each(makers)('%s(n)', (name, make) => {
  it('is an α vector of n values for every n', () => {
    fc.assert(fc.property(counts, (n) => assertAlphas(name, make(n), n)));
  });

  it('never falls from one latent to the next', () => {
    fc.assert(fc.property(counts, (n) => make(n).every((alpha, i, all) => i === 0 || alpha >= all[i - 1])));
  });

  it.each([0, -1, 1.5, 513, NaN, Infinity])('refuses n = %p', (n) => {
    const error = thrown(() => make(n));
    expect(error.code).toBe('E_ARGUMENT');
    expect(error.message).toBe(`${name}: expected n to be an integer from 1 to 512, got ${n}`);
  });
});

describe('linearSchedule(n)', () => {
  it('is (i + 1) / n', () => {
    expect(linearSchedule(1)).toEqual([1]);
    expect(linearSchedule(4)).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('begins above 0 and ends at exactly 1', () => {
    fc.assert(fc.property(counts, (n) => linearSchedule(n)[0] > 0 && linearSchedule(n).at(-1) === 1));
  });
});

describe('cosineSchedule(n)', () => {
  it('is 1 at the end and ½ in the middle of an even n', () => {
    expect(cosineSchedule(1)).toEqual([1]);
    expect(cosineSchedule(4)[1]).toBeCloseTo(0.5, 15);
    expect(cosineSchedule(512).at(-1)).toBe(1);
  });

  it('is sin² of half the angle (another way to the same number)', () => {
    fc.assert(
      fc.property(counts, (n) =>
        cosineSchedule(n).every(
          (alpha, i) => Math.abs(alpha - Math.sin((Math.PI * (i + 1)) / (2 * n)) ** 2) < 1e-15,
        ),
      ),
    );
  });

  it('mirrors itself: α_i + α_(n−2−i) = 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 512 }), (n) => {
        const alphas = cosineSchedule(n);
        for (let i = 0; i <= n - 2; i++) expect(alphas[i] + alphas[n - 2 - i]).toBeCloseTo(1, 14);
      }),
      { numRuns: 20 },
    );
  });
});

describe('stepSchedule(n, from)', () => {
  it('is 0 before and 1 from `from` on', () => {
    expect(stepSchedule(4, 0)).toEqual([1, 1, 1, 1]);
    expect(stepSchedule(4, 3)).toEqual([0, 0, 0, 1]);
    expect(stepSchedule(4, 4)).toEqual([0, 0, 0, 0]);
  });

  it.each([-1, 5, 0.5, NaN])('refuses from = %p', (from) => {
    const error = thrown(() => stepSchedule(4, from));
    expect(error.code).toBe('E_ARGUMENT');
    expect(error.message).toBe(`stepSchedule: expected from to be an integer from 0 to 4, got ${from}`);
  });
});

describe('constantSchedule(n, value)', () => {
  it('repeats the value', () => {
    expect(constantSchedule(3, 0.5)).toEqual([0.5, 0.5, 0.5]);
  });

  it.each([-0.1, 1.1, NaN, Infinity])('refuses the value %p', (value) => {
    const error = thrown(() => constantSchedule(3, value));
    expect(error.code).toBe('E_ALPHAS');
    expect(error.message).toBe(`constantSchedule: expected alphas[0] in [0, 1], got ${value}`);
  });
});

describe('reversedSchedule(alphas)', () => {
  it('is 1 − α, of a vector or of a baseline by name', () => {
    expect(reversedSchedule([0, 0.25, 1])).toEqual([1, 0.75, 0]);
    expect(reversedSchedule('linear', 4)).toEqual([0.75, 0.5, 0.25, 0]);
    expect(reversedSchedule('cosine', 1)).toEqual([0]);
  });

  it('takes typed arrays and leaves what it was given alone', () => {
    const alphas = Float64Array.of(0.25, 0.5);
    expect(reversedSchedule(alphas)).toEqual([0.75, 0.5]);
    expect(alphas).toEqual(Float64Array.of(0.25, 0.5));
  });

  it('turned twice is what it was, to rounding', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (alphas) => {
        const twice = reversedSchedule(reversedSchedule(alphas));
        twice.forEach((alpha, i) => expect(Math.abs(alpha - alphas[i])).toBeLessThan(1e-15));
      }),
    );
  });
});

describe('assertAlphas(where, alphas, n)', () => {
  it.each([
    [undefined, 'here: expected an array of numbers, got nothing'],
    ['0.5', 'here: expected an array of numbers, got "0.5"'],
    [{ length: 3 }, 'here: expected an array of numbers, got an object'],
    [[], 'here: expected 3 alphas, one a latent, got 0'],
    [[0, 1], 'here: expected 3 alphas, one a latent, got 2'],
    [[0, 1, NaN], 'here: expected alphas[2] in [0, 1], got NaN'],
    [[0, -1e-12, NaN], 'here: expected alphas[1] in [0, 1], got -1e-12'],
    [[0, 1, 1 + 2e-16 + 2e-16], 'here: expected alphas[2] in [0, 1], got 1.0000000000000004'],
    [['0', 1, 1], 'here: expected alphas[0] in [0, 1], got "0"'],
    [[0, null, 1], 'here: expected alphas[1] in [0, 1], got null'],

    [[0, , 1], 'here: expected alphas[1] in [0, 1], got nothing'],
  ])('refuses %j', (alphas, message) => {
    const error = thrown(() => assertAlphas('here', alphas, 3));
    expect(error.code).toBe('E_ALPHAS');
    expect(error.message).toBe(message);
  });

  it('refuses no alphas and more than 512, where the number is not known', () => {
    expect(thrown(() => assertAlphas('here', [])).message).toBe('here: expected from 1 to 512 alphas, got 0');
    expect(thrown(() => assertAlphas('here', new Float64Array(513))).message).toBe(
      'here: expected from 1 to 512 alphas, got 513',
    );
  });
});

describe('paperPresets', () => {
  it.each(Object.values(paperPresets))('$name has one α a latent', (preset) => {
    assertAlphas(preset.name, preset.learned, preset.latents);
    expect(paperPresets[preset.name]).toBe(preset);
  });

  it('has the published facts', () => {
    const facts = Object.values(paperPresets).map((p) => [
      p.latents,
      p.attenuation,
      p.temperature,
      p.l2Bound,
    ]);
    expect(facts).toEqual([
      [18, 1, 1, 4],
      [24, 0.7, 0.6, 2],
      [16, 0.7, 0.8, 4],
    ]);
  });

  it('re-samples more from scale to scale on identities, and few codes wholly on cars', () => {
    const { learned } = paperPresets['celeba-64-identities'];
    const mean = (part: readonly number[]) => part.reduce((a, b) => a + b, 0) / part.length;
    expect(mean(learned.slice(0, 8))).toBeLessThan(mean(learned.slice(8, 16)));
    expect(mean(learned.slice(8, 16))).toBeLessThan(mean(learned.slice(16)));
    expect(paperPresets['stanford-cars'].learned.filter((alpha) => alpha === 1)).toHaveLength(4);
  });
});
