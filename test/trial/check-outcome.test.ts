import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkOutcome, isFailed, observedInterval, observedValue } from '../../src/trial/index.js';
import { thrown } from '../objective/thrown.js';

const check = (outcome: unknown): unknown => checkOutcome(outcome, 'tell(trial 3)');
const measured = { sample: 's', images: 4, mean: 0.5, variance: 0.01, clean: 0.75, robust: 0.25 };

describe('checkOutcome(outcome)', () => {
  it.each([
    [{ value: 1.5 }],
    [{ value: -0.5, variance: 0 }],
    [{ successes: 0, trials: 1 }],
    [{ successes: 431, trials: 512 }],
    [measured],
    [{ sample: 's', images: 1, mean: 1, variance: 0.25 }],
    [{ failed: 'out of memory' }],
  ])('takes %j as it is', (outcome) => {
    expect(check(outcome)).toEqual(outcome);
  });

  it('drops fields that are undefined', () => {
    const kept = check({ value: 1, variance: undefined, failed: undefined });
    expect(Object.keys(kept as object)).toEqual(['value']);
  });

  it.each([
    [{ value: NaN }, 'value is NaN'],
    [{ value: Infinity, variance: NaN }, 'value is Infinity'],
    [{ value: -Infinity }, 'value is -Infinity'],
    [{ ...measured, mean: NaN }, 'mean is NaN'],
  ])('makes %p a failure with the reason', (outcome, failed) => {
    expect(check(outcome)).toEqual({ failed });
  });

  const ONE_OF = 'one of { value }, { successes, trials }, { sample, images, mean, variance } or { failed }';
  it.each([
    [0.3, `tell(trial 3): expected ${ONE_OF}, got 0.3`],
    [null, `tell(trial 3): expected ${ONE_OF}, got null`],
    [[1], `tell(trial 3): expected ${ONE_OF}, got [1]`],
    [{ score: 1 }, `tell(trial 3): expected ${ONE_OF}, got { score }`],
    [{ value: 1, failed: 'x' }, `tell(trial 3): expected ${ONE_OF}, got { value, failed }`],
    [{ value: 1, varience: 2 }, 'tell(trial 3): expected no fields but value, variance, got varience'],
    [{ value: '1' }, 'tell(trial 3).value: expected a number, got "1"'],
    [{ value: 1, variance: -1 }, 'tell(trial 3).variance: expected a finite number of at least 0, got -1'],
    [{ value: 1, variance: NaN }, 'tell(trial 3).variance: expected a finite number of at least 0, got NaN'],
    [
      { value: 1, variance: Infinity },
      'tell(trial 3).variance: expected a finite number of at least 0, got Infinity',
    ],
    [{ successes: 5, trials: 4 }, 'tell(trial 3).successes: expected an integer from 0 to trials = 4, got 5'],
    [
      { successes: -1, trials: 4 },
      'tell(trial 3).successes: expected an integer from 0 to trials = 4, got -1',
    ],
    [
      { successes: 1.5, trials: 4 },
      'tell(trial 3).successes: expected an integer from 0 to trials = 4, got 1.5',
    ],
    [
      { successes: NaN, trials: 4 },
      'tell(trial 3).successes: expected an integer from 0 to trials = 4, got NaN',
    ],
    [{ successes: 0, trials: 0 }, 'tell(trial 3).trials: expected an integer of at least 1, got 0'],
    [{ successes: 0 }, 'tell(trial 3).trials: expected a number, got undefined'],
    [{ ...measured, sample: '' }, 'tell(trial 3).sample: expected a name, got ""'],
    [{ ...measured, images: 0 }, 'tell(trial 3).images: expected an integer of at least 1, got 0'],
    [{ ...measured, mean: 1.5 }, 'tell(trial 3).mean: expected a share from 0 to 1, got 1.5'],
    [{ ...measured, clean: -0.5 }, 'tell(trial 3).clean: expected a share from 0 to 1, got -0.5'],
    [{ failed: '' }, 'tell(trial 3).failed: expected a reason in words, got ""'],
  ])('refuses %p', (outcome, message) => {
    expect(thrown(() => check(outcome))).toEqual(['E_OUTCOME', message]);
  });

  it('never lets through a number that JSON cannot hold', () => {
    fc.assert(
      fc.property(fc.double(), fc.option(fc.double(), { nil: undefined }), (value, variance) => {
        let kept: unknown;
        try {
          kept = check({ value, variance });
        } catch {
          return;
        }
        expect(JSON.parse(JSON.stringify(kept))).toEqual(JSON.parse(JSON.stringify(kept)) as unknown);
        expect(JSON.stringify(kept)).not.toContain('null');
      }),
    );
  });
});

describe('observedValue(outcome)', () => {
  it('is the value, the share or the mean, and nothing for failures', () => {
    expect(observedValue({ value: -2 })).toBe(-2);
    expect(observedValue({ successes: 3, trials: 4 })).toBe(0.75);
    expect(observedValue(measured)).toBe(0.5);
    expect(observedValue({ failed: 'x' })).toBeUndefined();
    expect(isFailed({ failed: 'x' })).toBe(true);
  });
});

describe('observedInterval(outcome)', () => {
  it("is Wilson's for counts: 7 of 10 gives (0.3968, 0.8922)", () => {
    const [low, high] = observedInterval({ successes: 7, trials: 10 })!;
    expect(low).toBeCloseTo(0.3967781, 6);
    expect(high).toBeCloseTo(0.8922087, 6);
  });

  it('lies in [0, 1], holds the share and has width even at 0 and 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(), (trials, k) => {
        const successes = k % (trials + 1);
        const [low, high] = observedInterval({ successes, trials })!;
        const share = successes / trials;
        expect(low >= 0 && low <= share && share <= high && high <= 1).toBe(true);
        expect(high - low).toBeGreaterThan(0);
      }),
    );
  });

  it('is as wide for scores as for the yes/no images that would have their variance', () => {
    const mean = 0.75;
    const images = 100;
    const variance = (mean * (1 - mean)) / 200;
    expect(observedInterval({ sample: 's', images, mean, variance })).toEqual(
      observedInterval({ successes: 150, trials: 200 }),
    );
  });

  it('is 1.96 standard deviations either side of a value, and absent where its variance is unknown', () => {
    const [low, high] = observedInterval({ value: 10, variance: 4 })!;
    expect([low, high]).toEqual([10 - 2 * 1.959963984540054, 10 + 2 * 1.959963984540054]);
    expect(observedInterval({ value: 10 })).toBeUndefined();
    expect(observedInterval({ failed: 'x' })).toBeUndefined();
  });
});
