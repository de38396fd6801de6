import { describe, expect, it } from '@jest/globals';
import { preparedByModel } from '../../../src/objective/evaluation/prepared-images.js';
import { scoreAlphas } from '../../../src/objective/evaluation/score-alphas.js';
import { summariseScores } from '../../../src/objective/evaluation/scores.js';
import { binaryModel } from '../attacks/models.js';
import { expectRejection } from '../expect-error.js';
import { blockOf, preparedValues } from './prepared.js';

const options = { classes: 2, draws: { key: 'noise', draws: 2 } };
const half = { clean: 0.5, robust: 0.5 };

describe('scoreAlphas(blocks, alphas, options)', () => {
  it('judges every image, clean and attacked, in the blocks’ order', async () => {
    const blocks = [blockOf([0.9, 0.4], [0.6, 0.1]), blockOf([0.8], [0.7], 2)];
    const score = await scoreAlphas(blocks, [0.5], options);
    expect(score.outcomes).toEqual({ clean: '101', robust: '101' });
    expect(score.clean?.mean).toBeCloseTo(2 / 3, 12);
    expect(score.robust?.mean).toBeCloseTo(2 / 3, 12);
    expect(score.objective).toEqual(summariseScores(score.outcomes, half));
  });
  it('is the same in one block and in many', async () => {
    const one = await scoreAlphas([blockOf([0.9, 0.4, 0.7], [0.6, 0.1, 0.2])], [0.5], options);
    const many = [blockOf([0.9], [0.6]), blockOf([0.4], [0.1], 1), blockOf([0.7], [0.2], 2)];
    expect(await scoreAlphas(many, [0.5], options)).toEqual(one);
  });
  it('gives clean and attacked images the sample’s noise key and draws, whatever the α', async () => {
    const block = blockOf([0.9], [0.6]);
    await scoreAlphas([block], [0.5], options);
    await scoreAlphas([block], [0.6], options);
    for (const { calls } of [block.clean, block.attacked]) {
      expect(calls).toEqual([
        { alphas: [0.5], key: 'noise', draws: 2 },
        { alphas: [0.6], key: 'noise', draws: 2 },
      ]);
    }
  });
  it('needs only parts with weight', async () => {
    const { ids, labels, attacked } = blockOf([0.9], [0.6]);
    const score = await scoreAlphas([{ ids, labels, attacked }], [0.5], {
      ...options,
      weights: { clean: 0, robust: 1 },
    });
    expect(score.outcomes).toEqual({ robust: '1' });
    expect(score).not.toHaveProperty('clean');
  });
  it('measures parts of weight 0 that are there', async () => {
    const weights = { clean: 0, robust: 1 };
    const score = await scoreAlphas([blockOf([0.1], [0.6])], [0.5], { ...options, weights });
    expect([score.clean?.mean, score.objective.mean]).toEqual([0, 1]);
  });
});

describe('scoreAlphas: what it refuses', () => {
  const refuses = (blocks: Parameters<typeof scoreAlphas>[0], code: string, message: string, more = {}) =>
    expectRejection(scoreAlphas(blocks, [0.5], { ...options, ...more }), { code, message });
  const { ids, labels, attacked } = blockOf([0.9], [0.6]);

  it('is no block', () => refuses([], 'E_OUTCOME', 'scoreAlphas: expected at least one block, got none'));
  it('is a part with weight that is missing', () =>
    refuses(
      [{ ids, labels, attacked }],
      'E_OUTCOME',
      'scoreAlphas: expected clean images, whose weight is 0.5, got none',
    ));
  it('are blocks with different parts', () =>
    refuses(
      [{ ids, labels, attacked }, blockOf([0.9], [0.6], 1)],
      'E_OUTCOME',
      'scoreAlphas: expected clean images in all blocks or in none, got block 1 unlike block 0',
      { weights: { clean: 0, robust: 1 } },
    ));
  it('are weights that do not add up to 1', () =>
    refuses(
      [blockOf([0.9], [0.6])],
      'E_CONFIG',
      'scoreAlphas: weights: expected clean + robust = 1, got 1.5',
      {
        weights: { clean: 0.5, robust: 1 },
      },
    ));
  it('are logits that are not finite, by stage and image', () =>
    refuses(
      [{ ...blockOf([0.9], [0.6]), attacked: preparedValues([NaN]) }],
      'E_NON_FINITE',
      'attacked images: image "i0" logit 1: expected a finite number, got NaN',
    ));
  it('are prepared images of another number', () =>
    refuses(
      [{ ...blockOf([0.9], [0.6]), clean: preparedValues([0.9, 0.9]) }],
      'E_SHAPE',
      'clean images: expected 1 prepared images, got 2',
    ));
});

describe('preparedByModel(model, pixels, ids)', () => {
  it('answers for a model without α', async () => {
    const prepared = preparedByModel(binaryModel([1], -0.5), Float32Array.of(0.75, 0.25), ['a', 'b']);
    expect(prepared.count).toBe(2);
    expect([...(await prepared.logits([], { key: 'k', draws: 1 }))]).toEqual([0.25, 0, -0.25, 0]);
    prepared.dispose();
  });
});
