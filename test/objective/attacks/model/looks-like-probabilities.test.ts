import { describe, expect, it } from '@jest/globals';
import { randomStream } from '../../../../src/math/random.js';
import { looksLikeProbabilities } from '../../../../src/objective/attacks/model/looks-like-probabilities.js';

describe('looksLikeProbabilities(logits, classes)', () => {
  it('knows a softmax in float32, of two classes as of a thousand', () => {
    for (const classes of [2, 10, 1000]) {
      const stream = randomStream('softmax', classes);
      const rows = Array.from({ length: 3 }, () => {
        const values = Array.from({ length: classes }, () => Math.exp(3 * stream.normal()));
        const sum = values.reduce((total, value) => total + value, 0);
        return values.map((value) => Math.fround(value / sum));
      });
      expect(looksLikeProbabilities(Float32Array.from(rows.flat()), classes)).toBe(true);
    }
  });
  it('knows one that is saturated', () => {
    expect(looksLikeProbabilities(Float32Array.of(1, 0, 0, 1), 2)).toBe(true);
  });
  it.each([
    ['logits', [3, -1, 0.2, 0.9]],
    ['numbers in [0, 1] that add up to something else', [0.5, 0.4, 0.5, 0.5]],
    ['numbers that add up to 1 outside [0, 1]', [1.5, -0.5, 0.5, 0.5]],
    ['log-probabilities', [-0.7, -0.7, -0.1, -2.35]],
    ['one row of logits among probabilities', [0.5, 0.5, 2, -1]],
    ['NaN', [NaN, 1, 0.5, 0.5]],
    ['nothing', []],
  ])('does not take %s for probabilities', (_, values) => {
    expect(looksLikeProbabilities(Float32Array.from(values), 2)).toBe(false);
  });
  it('takes a single class for nothing, for its probability is always 1', () => {
    expect(looksLikeProbabilities(Float32Array.of(1, 1), 1)).toBe(false);
  });
});
