import { describe, expect, it } from '@jest/globals';
import { imageRows } from '../../../../src/objective/evaluation/attack-report/image-rows.js';
import { budget, cell, detail, distanceCell, evaluation, minimumNorm } from './evaluations.js';

describe('imageRows(data)', () => {
  it('has one row for every defence, attack and image, in their order', () => {
    const data = evaluation({
      cells: [
        cell('a', budget('pgd-l2', 1), 'ef'),
        distanceCell('b', minimumNorm('fab-l2'), [0.5, Infinity]),
      ],
    });
    expect(imageRows(data).map(({ defence, attack, image }) => [defence, attack, image])).toEqual([
      ['a', 'pgd-l2 ε=1', 'i0'],
      ['a', 'pgd-l2 ε=1', 'i1'],
      ['b', 'fab-l2', 'i0'],
      ['b', 'fab-l2', 'i1'],
    ]);
  });
  it('gives the distance in the norm of the attack, infinite as null', () => {
    const linf = budget('pgd-linf', 0.1, {}, { ball: { norm: 'linf', bound: 0.1 } });
    const data = evaluation({
      cells: [
        cell('a', linf, [
          detail('i0', 'success', 2.5),
          detail('i1', 'failure', 2.5),
          detail('i2', 'clean-error', 0),
        ]),
        cell('a', budget('pgd-l2', 1), [detail('i0', 'success', 1.0000001)]),
        distanceCell('a', minimumNorm('fab-l2'), [0.5]),
      ],
    });
    expect(
      imageRows(data).map(({ norm, bound, distance, l2Norm }) => [norm, bound, distance, l2Norm]),
    ).toEqual([
      ['linf', 0.1, 0.1, 2.5],
      ['linf', 0.1, null, 2.5],
      ['linf', 0.1, 0, 0],
      ['l2', 1, 1, 1.0000001],
      ['l2', null, 0.5, 0.5],
    ]);
  });
});
