import { describe, expect, it } from '@jest/globals';
import { predictionBits, predictions } from '../../../src/objective/evaluation/predictions.js';
import { expectError } from '../expect-error.js';

const origin = { classes: 3, ids: ['a', 'b'], stage: 'attacked images' };

describe('predictions(logits, origin)', () => {
  it('are the first classes of largest logit', () => {
    expect([...predictions(Float32Array.of(1, 3, 2, 5, 5, -1), origin)]).toEqual([1, 0]);
  });
  it('are none for no images', () => {
    expect(predictions(new Float32Array(0), { ...origin, ids: [] })).toHaveLength(0);
  });
  it.each([NaN, Infinity, -Infinity])('never hide a logit of %p', (value) => {
    expectError(() => predictions(Float32Array.of(1, 2, 3, 1, value, 1), origin), {
      code: 'E_NON_FINITE',
      message: `attacked images: image "b" logit 1: expected a finite number, got ${value}`,
    });
  });
  it('need B·K logits', () => {
    expectError(() => predictions(new Float32Array(5), origin), {
      code: 'E_SHAPE',
      message: 'attacked images: expected B·K = 6 logits (B = 2, K = 3), got 5',
    });
  });
});

describe('predictionBits(predicted, labels)', () => {
  it('are 1 where the prediction is the label', () => {
    expect(predictionBits(Int32Array.of(0, 2, 1), Int32Array.of(0, 1, 1))).toBe('101');
  });
  it('need one label a prediction', () => {
    expectError(() => predictionBits(Int32Array.of(0), Int32Array.of(0, 1)), {
      code: 'E_SHAPE',
      message: 'predictionBits: expected 2 predictions, one a label, got 1',
    });
  });
});
