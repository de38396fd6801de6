import { describe, expect, it } from '@jest/globals';
import { blockObservations } from '../../../../src/study/policies/bayes/racing/block-rows.js';
import { UNIT_IMAGES } from '../../../../src/study/policies/bayes/racing/row-groups.js';
import { measurementOf } from '../../../../src/trial/index.js';
import { DENSE_SOLVE, ROUNDING } from '../../../tolerances.js';
import { context, ended, running } from '../history.js';
import { blockOf, judgeBlock, judged, WEIGHTS } from './race.js';

const A = blockOf(0, '1100', '1000');
const B = blockOf(1, '1111', '0111');

describe('blockObservations(context, transform)', () => {
  it('averages blocks that the same points saw, so that whole samples give one observation a point: the measurement', () => {
    const trials = [0.1, 0.5, 0.9].map((u, i) =>
      judged(
        i,
        [u],
        [0, 1, 2].map((b) => judgeBlock([u], b)),
      ),
    );
    const { x, y, noise, blocks } = blockObservations(context(trials), 'identity');
    expect([...x]).toEqual([0.1, 0.5, 0.9]);
    trials.forEach(({ outcome }, i) => {
      expect(Math.abs(y[i] - (outcome as { mean: number }).mean)).toBeLessThan(ROUNDING);
    });
    expect(noise).toEqual({ kind: 'inferred', relative: new Float64Array(3).fill(UNIT_IMAGES / 30) });
    expect(blocks?.images).toEqual([30]);
    expect([...(blocks?.of ?? [])]).toEqual([0, 0, 0]);
  });

  it('keeps blocks apart that one point saw and another did not', () => {
    const { x, y, blocks } = blockObservations(
      context([judged(0, [0.2], [A, B]), judged(1, [0.7], [B])]),
      'identity',
    );
    expect([...x]).toEqual([0.2, 0.2, 0.7]);
    expect([...y]).toEqual([0.375, 0.875, 0.875]);
    expect([...(blocks?.of ?? [])]).toEqual([0, 1, 1]);
    expect([...(blocks?.point ?? [])]).toEqual([0, 0, 2]);
  });

  it('puts the images of a group into one order, whatever the order of the blocks', () => {
    const there = [judged(0, [0.2], [A, B]), judged(1, [0.7], [B, A])];
    const { blocks } = blockObservations(context(there), 'identity');
    expect(blocks?.residuals[0]).toEqual(blocks?.residuals[1]);
  });

  it('takes the blocks of all trials of a point together, and a block that came twice once', () => {
    const trials = [judged(0, [0.2], [A]), judged(1, [0.2], [A, B])];
    const { y } = blockObservations(context(trials), 'identity');
    expect([...y]).toEqual([measurementOf([A, B], WEIGHTS).mean]);
  });

  it('takes blocks of a running trial as they are, and leaves out trials that failed or have none', () => {
    const trials = [
      { ...running(0, [0.2]), reported: [A] },
      { ...ended(1, [0.4], { failed: 'no light' }), reported: [B] },
      running(2, [0.6]),
    ];
    expect([...blockObservations(context(trials), 'identity').x]).toEqual([0.2]);
  });

  it('keeps samples apart', () => {
    const other = blockOf(0, '1100', '1000', 'others');
    const { blocks } = blockObservations(
      context([judged(0, [0.2], [A]), judged(1, [0.7], [other])]),
      'identity',
    );
    expect([...(blocks?.of ?? [])]).toEqual([0, 1]);
  });

  it('takes what was told without blocks as an observation of no group', () => {
    const { y, blocks } = blockObservations(
      context([judged(0, [0.2], [A]), ended(1, [0.7], { value: 0.5 })]),
      'identity',
    );
    expect([...y]).toEqual([0.375, 0.5]);
    expect([...(blocks?.of ?? [])]).toEqual([0, -1]);
  });

  it('turns the direction', () => {
    const trials = [judged(0, [0.2], [A])];
    const { y } = blockObservations(context(trials, { direction: 'minimize' }), 'identity');
    expect([...y]).toEqual([-0.375]);
  });

  it('weighs clean and robust bits as the study does', () => {
    const trials = [judged(0, [0.2], [A])];
    const { y } = blockObservations(context(trials, { weights: { clean: 1, robust: 0 } }), 'identity');
    expect([...y]).toEqual([0.5]);
  });

  it('has scores of images around 0 with the slope of the transform', () => {
    const trials = [judged(0, [0.2], [A])];
    const [plain] = blockObservations(context(trials), 'identity').blocks?.residuals ?? [];
    const [logit] = blockObservations(context(trials), 'logit').blocks?.residuals ?? [];
    expect([...plain]).toEqual([0.625, 0.125, -0.375, -0.375]);
    const slope = 4 / (1.5 + 0.5) + 4 / (2.5 + 0.5);
    logit.forEach((value, i) => expect(Math.abs(value - slope * plain[i])).toBeLessThan(DENSE_SOLVE));
  });

  it('is empty for an empty history', () => {
    expect(blockObservations(context([]), 'identity').all).toEqual([]);
  });
});
