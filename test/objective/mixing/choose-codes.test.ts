import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { chooseCodes } from '../../../src/objective/mixing/choose-codes.js';
import { expectError } from '../expect-error.js';

const roles = (...args: Parameters<typeof chooseCodes>) => chooseCodes(...args).map(({ role }) => role);
const reasons = (...args: Parameters<typeof chooseCodes>) => chooseCodes(...args).map(({ reason }) => reason);

describe('chooseCodes without losses', () => {
  it('takes every kept latent for a class code, α = 0.25 included', () => {
    expect(reasons([0, 0.25, 0.2500001, 1], undefined)).toEqual(['kept', 'kept', 're-sampled', 're-sampled']);
    expect(roles([0, 0.25, 0.2500001, 1], undefined)).toEqual(['class', 'class', 'detail', 'detail']);
  });
});

describe('chooseCodes with losses', () => {
  const sure = (mean: number) => ({ mean, sd: 0 });

  it('leaves out kept latents whose loss may be chance', () => {
    const losses = [
      { mean: 0.1, sd: 0.02 },
      { mean: 0.02, sd: 0.004 },
      { mean: 0.003, sd: 0.0017 },
      { mean: 0.5, sd: 0 },
    ];
    expect(reasons([0, 0, 0, 1], losses)).toEqual([
      'kept-and-matters',
      'kept-and-matters',
      'kept-but-indifferent',
      're-sampled',
    ]);
  });

  it('leaves out kept latents whose loss is sure and small: 5 % of the largest of a kept latent, itself excluded', () => {
    expect(roles([0, 0, 0], [sure(1), sure(0.05), sure(0.051)])).toEqual(['class', 'detail', 'class']);
    expect(roles([0, 0, 1], [sure(0.01), sure(0.001), sure(1)])).toEqual(['class', 'class', 'detail']);
  });

  it('finds no class code where re-sampling costs nothing, or gains', () => {
    expect(roles([0, 0], [sure(0), sure(-1)])).toEqual(['detail', 'detail']);
    expect(roles([0], [{ mean: NaN, sd: NaN }])).toEqual(['detail']);
  });

  it('does not depend on the unit of the losses', () => {
    const loss = fc.record({
      mean: fc.double({ min: -1, max: 1, noNaN: true }).map((value) => Math.fround(value)),
      sd: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => Math.fround(value)),
    });
    fc.assert(
      fc.property(
        fc.array(loss, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: -20, max: 20 }),
        (all, exponent) => {
          const alphas = all.map(() => 0);
          // powers of 2, so that no rounding differs
          const scaled = all.map(({ mean, sd }) => ({ mean: mean * 2 ** exponent, sd: sd * 2 ** exponent }));
          expect(roles(alphas, scaled)).toEqual(roles(alphas, all));
        },
      ),
      { seed: 1 },
    );
  });

  it('refuses another number of losses, and a rule out of range', () => {
    expectError(() => chooseCodes([0, 1], [sure(1)]), {
      code: 'E_SHAPE',
      message: 'chooseCodes: expected 2 losses, one a latent, got 1',
    });
    expectError(() => chooseCodes([0], undefined, { mostAlpha: 1, leastLoss: 0 }), {
      code: 'E_ARGUMENT',
      message: 'chooseCodes mostAlpha: expected a number in [0, 1), got 1',
    });
    expectError(() => chooseCodes([0], undefined, { mostAlpha: 0, leastLoss: NaN }), {
      code: 'E_ARGUMENT',
      message: 'chooseCodes leastLoss: expected a number in [0, 1), got NaN',
    });
  });
});
