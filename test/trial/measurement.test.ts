import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sampleVariance } from 'simple-statistics';
import { bitsFrom, countOnes, measurementOf, type OutcomeBlock } from '../../src/trial/index.js';
import { thrown } from '../objective/thrown.js';
import { ROUNDING } from '../tolerances.js';

const bits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.boolean(), { minLength: length, maxLength: length }).map(bitsFrom);

const weights = fc
  .integer({ min: 0, max: 10 })
  .map((tenths) => ({ clean: tenths / 10, robust: 1 - tenths / 10 }));

const twoPart = fc.integer({ min: 1, max: 40 }).chain((m) => fc.record({ clean: bits(m), robust: bits(m) }));

const block = (sample: string, number: number, outcomes: OutcomeBlock['outcomes']): OutcomeBlock => ({
  sample,
  block: number,
  outcomes,
});

describe('measurementOf(blocks, weights)', () => {
  it('is the mean of w_c·clean + w_r·robust over images, and the sample variance of these scores over m', () => {
    fc.assert(
      fc.property(twoPart, weights, ({ clean, robust }, w) => {
        const scores = [...clean].map((c, i) => w.clean * Number(c) + w.robust * Number(robust[i]));
        const { mean, variance, images } = measurementOf([block('s', 0, { clean, robust })], w);
        expect(images).toBe(scores.length);
        expect(mean).toBeCloseTo(scores.reduce((a, b) => a + b, 0) / images, 12);
        const expected = images === 1 ? 0.25 : sampleVariance(scores) / images;
        expect(Math.abs(variance - expected)).toBeLessThan(ROUNDING);
      }),
    );
  });

  it('is the same, bit for bit, however the images are cut into blocks and in whatever order these came', () => {
    fc.assert(
      fc.property(twoPart, weights, fc.nat(), ({ clean, robust }, w, at) => {
        const cut = at % clean.length;
        const whole = measurementOf([block('s', 0, { clean, robust })], w);
        if (cut === 0) return;
        const head = block('s', 0, { clean: clean.slice(0, cut), robust: robust.slice(0, cut) });
        const tail = block('s', 1, { clean: clean.slice(cut), robust: robust.slice(cut) });
        expect(measurementOf([head, tail], w)).toEqual(whole);
        expect(measurementOf([tail, head], w)).toEqual(whole);
      }),
    );
  });

  it('stays within [0, 1], and is 1 with variance 0 when every image is right', () => {
    fc.assert(
      fc.property(twoPart, weights, ({ clean, robust }, w) => {
        const { mean } = measurementOf([block('s', 0, { clean, robust })], w);
        expect(mean >= 0 && mean <= 1).toBe(true);
      }),
    );
    const perfect = measurementOf([block('s', 0, { clean: '111', robust: '111' })]);
    expect([perfect.mean, perfect.variance]).toEqual([1, 0]);
  });

  it('weighs clean and robust alike by default', () => {
    expect(measurementOf([block('s', 0, { clean: '1100', robust: '1000' })])).toEqual({
      sample: 's',
      images: 4,
      mean: 0.375,
      variance: 0.6875 / 3 / 4,
      clean: 0.5,
      robust: 0.25,
    });
  });

  it('takes the largest variance there is, 1/4, for one image', () => {
    expect(measurementOf([block('s', 0, { clean: '1', robust: '0' })])).toMatchObject({
      mean: 0.5,
      variance: 0.25,
    });
  });

  it('does without clean bits where their weight is 0, and without robust bits where theirs is', () => {
    expect(measurementOf([block('s', 0, { robust: '10' })], { clean: 0, robust: 1 })).toEqual({
      sample: 's',
      images: 2,
      mean: 0.5,
      variance: 0.25,
      robust: 0.5,
    });
    expect(measurementOf([block('s', 0, { clean: '11' })], { clean: 1, robust: 0 })).toMatchObject({
      mean: 1,
      clean: 1,
    });
  });

  it('refuses no block at all, and a missing part with weight', () => {
    expect(thrown(() => measurementOf([]))).toEqual([
      'E_OUTCOME',
      'measurementOf: expected at least one block, got none',
    ]);
    expect(thrown(() => measurementOf([block('s', 3, { robust: '10' })]))).toEqual([
      'E_OUTCOME',
      'measurementOf: expected clean bits in block 3, whose weight is 0.5, got none',
    ]);
  });
});

describe('countOnes(bits)', () => {
  it('counts what bitsFrom wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (results) => {
        expect(countOnes(bitsFrom(results))).toBe(results.filter(Boolean).length);
      }),
    );
  });
});
