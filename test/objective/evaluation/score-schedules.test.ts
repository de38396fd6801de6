import { describe, expect, it } from '@jest/globals';
import { scoreSchedules } from '../../../src/objective/evaluation/score-schedules.js';
import { scoreAlphas } from '../../../src/objective/evaluation/score-alphas.js';
import { imageScores, pairedDifference } from '../../../src/objective/evaluation/scores.js';
import { expectRejection } from '../expect-error.js';
import { blockOf } from './prepared.js';

const blocks = [blockOf([0.9, 0.4, 0.7], [0.6, 0.1, 0.2])];
const schedules = [
  { kind: 'learned', alphas: [0.15] },
  { kind: 'linear', alphas: [0.5] },
  { kind: 'constant', label: '½', alphas: [0.65] },
];
const options = { schedules, blocks, classes: 2, draws: { key: 'held-out', draws: 2 } };
const half = { clean: 0.5, robust: 0.5 };

describe('scoreSchedules(options)', () => {
  it('scores every schedule as scoreAlphas does, in order', async () => {
    const rows = await scoreSchedules(options);
    expect(rows.map(({ label }) => label)).toEqual(['learned', 'linear', '½']);
    for (const row of rows) {
      expect(row).toMatchObject(await scoreAlphas(blocks, row.alphas ?? [], options));
    }
  });
  it('says how far each is behind the learned one, paired by image', async () => {
    const [learned, linear] = await scoreSchedules(options);
    expect(learned).not.toHaveProperty('behind');
    expect(linear.behind?.reference).toBe('learned');
    const scores = [learned, linear].map(({ outcomes }) => imageScores(outcomes, half));
    expect(linear.behind?.differences.objective).toEqual(pairedDifference(scores[0], scores[1]));
    expect(linear.behind?.differences.clean?.mean).toBeCloseTo(1 / 3, 12);
    expect(linear.behind?.differences.robust?.mean).toBeCloseTo(1 / 3, 12);
  });
  it('compares with another kind where asked, and with nothing where there is none', async () => {
    const toLinear = await scoreSchedules({ ...options, reference: 'linear' });
    expect(toLinear[0].behind?.reference).toBe('linear');
    const alone = await scoreSchedules({ ...options, schedules: [schedules[1]] });
    expect(alone[0]).not.toHaveProperty('behind');
  });
  it('puts the bare classifier last, compared like the others', async () => {
    const undefended = [blockOf([0.9, 0.4, 0.7], [-1, -1, -1])];
    const rows = await scoreSchedules({ ...options, undefended });
    const last = rows.at(-1);
    expect(last).toMatchObject({ kind: 'no-defence', label: 'no defence' });
    expect(last).not.toHaveProperty('alphas');
    expect([last?.clean?.mean, last?.robust?.mean]).toEqual([1, 0]);
    expect(last?.behind?.differences.robust?.mean).toBeCloseTo(2 / 3, 12);
  });
  it('tells its progress', async () => {
    const heard: unknown[] = [];
    await scoreSchedules({ ...options, onProgress: (progress) => heard.push(progress) });
    expect(heard).toEqual([
      { done: 1, total: 3, label: 'learned' },
      { done: 2, total: 3, label: 'linear' },
      { done: 3, total: 3, label: '½' },
    ]);
  });
  it('ends when its signal does', async () => {
    const controller = new AbortController();
    const scored = scoreSchedules({
      ...options,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(scored).rejects.toThrow('enough');
  });
  it('refuses a bare classifier on other images', async () => {
    const undefended = [blockOf([0.9, 0.4, 0.7], [0, 0, 0], 1)];
    await expectRejection(scoreSchedules({ ...options, undefended }), {
      code: 'E_IMAGES',
      message:
        'scoreSchedules: expected the same images with and without defence, got others from image 0 on',
    });
  });
});
