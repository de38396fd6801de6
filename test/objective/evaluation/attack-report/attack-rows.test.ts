import { describe, expect, it } from '@jest/globals';
import {
  attackRows,
  isPreprocessed,
} from '../../../../src/objective/evaluation/attack-report/attack-rows.js';
import { wilsonInterval } from '../../../../src/objective/evaluation/intervals.js';
import { budget, cell, defence, detail, distanceCell, evaluation, minimumNorm } from './evaluations.js';

const rate = (part: number, whole: number) => ({
  mean: part / whole,
  interval: wilsonInterval(part / whole, whole),
});

describe('attackRows(data, bounds)', () => {
  it('counts a fixed-budget attack at its bound, with everything beside it', () => {
    const perImage = [
      detail('i0', 'clean-error', 0),
      detail('i1', 'success', 1.0000005, { fooled: { float32: true, eightBit: false } }),
      detail('i2', 'failure', 1, {
        shares: { float32: 0.4, eightBit: 0.6 },
        fooled: { float32: false, eightBit: true },
        tally: { queries: 80, gradients: 80, zeroGradients: 30, nonFinite: 1 },
        flags: { zeroGradient: true, nonFinite: true },
      }),
      detail('i3', 'success', 0.5),
      detail('i4', 'failure', 1),
    ];
    const data = evaluation({
      cells: [
        cell('learned', budget('pgd-l2', 1, { steps: 40, loss: 'dlr' }), perImage, {
          verification: { draws: 10, share: 0.5 },
        }),
      ],
      defences: [defence('learned', { preprocessing: { blur: { sigma: 1 } } })],
    });
    expect(attackRows(data)).toEqual([
      {
        defence: 'learned',
        preprocessed: true,
        attack: 'pgd-l2 ε=1',
        family: 'pgd-l2',
        kind: 'fixed-budget',
        norm: 'l2',
        bound: 1,
        images: 5,
        cleanErrors: 1,
        cleanAccuracy: rate(4, 5),
        attacked: 4,
        successes: 2,
        successRate: rate(2, 4),
        eightBitSuccesses: 2,
        eightBitSuccessRate: rate(2, 4),
        robustAccuracy: rate(2, 5),
        eightBitRobustAccuracy: rate(2, 5),
        meanShareFooled: 2.4 / 4,
        medianNorm: null,
        meanNormOfSuccesses: 1.5000005 / 2,
        meanQueries: 50,
        maxQueries: 80,
        zeroGradientShare: 30 / 200,
        nonFiniteShare: 0.25,
        loss: 'dlr',
        gradients: 'exact',
        expectationDraws: 1,
        expectationMode: 'mean-logits',
        verificationDraws: 10,
        verificationShare: 0.5,
      },
    ]);
  });

  it('reads minimum-norm attacks at the fixed budgets of the evaluation, and without a bound', () => {
    const data = evaluation({
      cells: [
        cell('none', budget('pgd-l2', 2), 'efff'),
        cell('none', budget('pgd-l2', 0.5), 'efff'),
        distanceCell('none', minimumNorm('deepfool'), [0, 0.5, 2.5, Infinity]),
      ],
    });
    const rows = attackRows(data).filter(({ kind }) => kind === 'minimum-norm');
    expect(rows.map(({ bound, successes }) => [bound, successes])).toEqual([
      [0.5, 1],
      [2, 1],
      [null, 2],
    ]);
    expect(rows[0].robustAccuracy).toEqual(rate(2, 4));
    expect(attackRows(data, [3]).filter(({ kind }) => kind === 'minimum-norm')).toHaveLength(2);
  });

  it('has a median where fewer than half of the attacked images failed, clean errors left out', () => {
    const median = (distances: number[]) =>
      attackRows(evaluation({ cells: [distanceCell('none', minimumNorm('fab-l2'), distances)] }))[0]
        .medianNorm;
    expect(median([0, 0, 0, 1, 2, Infinity])).toBe(2);
    expect(median([1, 2, 3, Infinity])).toBe(2.5);
    expect(median([1, 2, Infinity, Infinity])).toBeNull();
    expect(median([0])).toBeNull();
  });

  it('does not take a point that held in 8 bits alone for a find of a minimum-norm attack, which stored none', () => {
    const perImage = [detail('i0', 'failure', 0, { fooled: { float32: false, eightBit: true } })];
    const [row] = attackRows(evaluation({ cells: [cell('none', minimumNorm('cw-l2'), perImage)] }), [1]);
    expect(row.eightBitSuccesses).toBe(0);
  });

  it('counts the draws that an attack takes means over itself', () => {
    const own = { version: 'rand', expectationDraws: 20, expectationMode: 'mean-gradient' };
    const drawsOf = (draws: number) => {
      const attack = budget('autoattack', 1, own, { expectation: { draws, mode: 'mean-logits' } });
      const [row] = attackRows(evaluation({ cells: [cell('none', attack, 'sf')] }));
      return [row.expectationDraws, row.expectationMode];
    };
    expect(drawsOf(1)).toEqual([20, 'mean-gradient']);
    expect(drawsOf(4)).toEqual([80, 'mean-gradient']);
  });

  it('knows no rates and means of nothing', () => {
    const [row] = attackRows(evaluation({ cells: [cell('none', budget('pgd-l2', 1), 'ee')] }));
    expect(row).toMatchObject({
      successRate: null,
      robustAccuracy: rate(0, 2),
      meanShareFooled: null,
      meanQueries: null,
      maxQueries: null,
      zeroGradientShare: null,
      nonFiniteShare: null,
    });
  });

  it('says which loss was followed and whose gradients', () => {
    const row = (classes: number, settings: object, more = {}) =>
      attackRows(
        evaluation({
          classes: Array.from({ length: classes }, (_, i) => `${i}`),
          cells: [cell('none', budget('apgd-l2', 1, { ...settings }, more), 'f')],
        }),
      )[0];
    expect(row(2, { loss: 'dlr' }).loss).toBe('margin');
    expect(row(3, { loss: 'dlr-targeted' }).loss).toBe('margin-targeted');
    expect(row(4, { loss: 'dlr' }).loss).toBe('dlr');
    expect(row(2, { loss: 'ce' }).loss).toBe('ce');
    expect(row(2, {}).loss).toBeNull();
    expect(row(9, { loss: 'logits' }).loss).toBe('logits');
    expect(row(4, { name: 'autoattack', version: 'rand' }).loss).toBe('ce, dlr');
    expect(row(3, { name: 'autoattack', version: 'standard' }).loss).toBe('ce, margin-targeted');
    expect(row(4, { name: 'autoattack-paper' }).loss).toBe('ce, dlr');
    expect(row(3, { name: 'autoattack-paper' }).loss).toBe('ce');
    expect(row(2, {}, { gradients: { kind: 'bpda', surrogate: 'identity' } }).gradients).toBe(
      'bpda: identity',
    );
    expect(row(2, {}, { gradients: { kind: 'surrogate', of: 'none' } }).gradients).toBe('surrogate: none');
    expect(row(2, {}, { gradients: { kind: 'none' } }).gradients).toBe('none');
  });
});

describe('isPreprocessed(defence)', () => {
  it.each([
    [{}, false],
    [{ blur: undefined, noise: null }, false],
    [{ blur: false }, false],
    [{ noise: { l2Norm: 4 } }, true],
  ])('of %p is %p', (preprocessing, expected) => {
    expect(isPreprocessed(defence('a', { preprocessing }))).toBe(expected);
  });
});
