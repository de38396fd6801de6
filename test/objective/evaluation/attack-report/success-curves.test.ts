import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  staircase,
  successAt,
  successCurves,
} from '../../../../src/objective/evaluation/attack-report/success-curves.js';
import { worstCaseRows } from '../../../../src/objective/evaluation/attack-report/worst-case-rows.js';
import { wilsonInterval } from '../../../../src/objective/evaluation/intervals.js';
import { expectError } from '../../expect-error.js';
import { budget, cell, defence, distanceCell, evaluation, minimumNorm } from './evaluations.js';

const shares = (points: readonly { bound: number; success: { mean: number } }[]) =>
  points.map(({ bound, success }) => [bound, success.mean]);

describe('successCurves(data)', () => {
  it('gives a minimum-norm attack one step for each distinct distance, clean errors at 0, failures never', () => {
    const data = evaluation({
      cells: [distanceCell('none', minimumNorm('deepfool'), [0, 0.5, 0.5, 2, Infinity])],
    });
    const [curve, ...others] = successCurves(data);
    expect(others).toEqual([]);
    expect(curve).toMatchObject({ attack: 'deepfool', form: 'steps', norm: 'l2', images: 5 });
    expect(shares(curve.points)).toEqual([
      [0, 0.2],
      [0.5, 0.6],
      [2, 0.8],
    ]);
    expect(curve.points[1].success.interval).toEqual(wilsonInterval(0.6, 5));
  });

  it('gives a family its points as measured, in the order of the bounds, with the clean errors at 0', () => {
    const cells = [cell('none', budget('pgd-l2', 2), 'esff'), cell('none', budget('pgd-l2', 1), 'essf')];
    const [curve] = successCurves(evaluation({ cells }));
    expect(curve).toMatchObject({ form: 'points', attacks: ['pgd-l2 ε=2', 'pgd-l2 ε=1'] });
    expect(shares(curve.points)).toEqual([
      [0, 0.25],
      [1, 0.75],
      [2, 0.5],
    ]);
  });

  it('counts a success whose norm rounding put beyond the bound', () => {
    const attack = budget('pgd-l2', 1);
    const perImage = cell('none', attack, 'sf').perImage.map((image) => ({ ...image, norm: 1.0000005 }));
    expect(shares(successCurves(evaluation({ cells: [cell('none', attack, perImage)] }))[0].points)).toEqual([
      [0, 0],
      [1, 0.5],
    ]);
  });

  it('takes for the worst case the least distance that any attack found', () => {
    const data = evaluation({
      cells: [
        cell('none', budget('pgd-l2', 1), 'effs'),
        distanceCell('none', minimumNorm('deepfool'), [0, 0.5, Infinity, 3]),
      ],
    });
    const worst = successCurves(data).at(-1);
    expect(worst).toMatchObject({ attack: 'worst case', attacks: ['pgd-l2 ε=1', 'deepfool'], images: 4 });
    expect(shares(worst?.points ?? [])).toEqual([
      [0, 0.25],
      [0.5, 0.5],
      [1, 0.75],
    ]);
  });

  it('takes it once over all attacks on the images that all saw, and once over those that saw more', () => {
    const data = evaluation({
      cells: [
        cell('none', budget('pgd-l2', 1), 'sfff'),
        cell('none', budget('pgd-l2', 2), 'sfff'),
        cell('none', budget('square-l2', 1), 'fs'),
      ],
    });
    const worst = successCurves(data).filter(({ attack }) => attack === 'worst case');
    expect(worst.map(({ images, attacks }) => [images, attacks.length])).toEqual([
      [4, 2],
      [2, 3],
    ]);
    expect(worst[1].points.at(-1)?.success.mean).toBe(1);
    expect(
      worstCaseRows(data).map(({ bound, images, robustAccuracy }) => [bound, images, robustAccuracy.mean]),
    ).toEqual([
      [1, 4, 0.75],
      [2, 4, 0.75],
      [1, 2, 0],
      [2, 2, 0],
    ]);
  });

  it('keeps norms apart', () => {
    const linf = budget('pgd-linf', 0.1, {}, { ball: { norm: 'linf', bound: 0.1 } });
    const data = evaluation({ cells: [cell('none', budget('pgd-l2', 1), 'sf'), cell('none', linf, 'fs')] });
    expect(successCurves(data).map(({ attack, norm }) => [attack, norm])).toEqual([
      ['pgd-l2', 'l2'],
      ['pgd-linf', 'linf'],
    ]);
    expect(
      worstCaseRows(data).map(({ norm, bound, robustAccuracy }) => [norm, bound, robustAccuracy.mean]),
    ).toEqual([
      ['l2', 1, 0.5],
      ['linf', 0.1, 0.5],
    ]);
  });

  it('groups defences with the same α, with and without preprocessing', () => {
    const cells = ['learned', 'learned + noise', 'linear', 'none', 'noise'].map((label) =>
      cell(label, budget('pgd-l2', 1), 's'),
    );
    const noise = { preprocessing: { noise: { l2Norm: 4 } } };
    const defences = [
      defence('learned', { alphas: [0.1] }),
      defence('learned + noise', { alphas: [0.1], ...noise }),
      defence('linear', { alphas: [1] }),
      defence('none'),
      defence('noise', noise),
    ];
    expect(
      successCurves(evaluation({ cells, defences })).map(({ group, preprocessed }) => [group, preprocessed]),
    ).toEqual([
      ['learned', false],
      ['learned', true],
      ['linear', false],
      ['none', false],
      ['noise', true],
    ]);
  });

  it('refuses two attacks of a family with one bound', () => {
    const twice = [
      cell('none', budget('pgd-l2', 1), 's'),
      cell('none', budget('pgd-l2', 1, {}, { label: 'again' }), 's'),
    ];
    expectError(() => successCurves(evaluation({ cells: twice })), {
      code: 'E_ARGUMENT',
      message:
        'successCurves: none: expected attacks of family "pgd-l2" with different bounds, got "pgd-l2 ε=1", "again"',
    });
  });
});

describe('staircase(distances)', () => {
  it('never falls, begins with the clean errors, ends with all that were broken, and agrees with successAt', () => {
    const distance = fc.oneof(fc.constantFrom(0, Infinity, 1), fc.double({ min: 0, max: 9, noNaN: true }));
    fc.assert(
      fc.property(fc.array(distance, { minLength: 1, maxLength: 40 }), (list) => {
        const distances = new Map(list.map((one, i) => [`${i}`, one]));
        const points = staircase(distances);
        const means = points.map(({ success }) => success.mean);
        expect([...means].sort((a, b) => a - b)).toEqual(means);
        expect(means[0]).toBe(list.filter((one) => one === 0).length / list.length);
        expect(means.at(-1)).toBe(list.filter(Number.isFinite).length / list.length);
        for (const { bound, success } of points) expect(successAt(distances, bound)).toEqual(success);
      }),
      { seed: 26 },
    );
  });
});
