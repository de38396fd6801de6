import { describe, expect, it } from '@jest/globals';
import { compareDefences } from '../../../../src/objective/evaluation/attack-report/compare-defences.js';
import { pairedDifference } from '../../../../src/objective/evaluation/scores.js';
import { expectError } from '../../expect-error.js';
import { budget, cell, defence, distanceCell, evaluation, minimumNorm } from './evaluations.js';

const pgd = budget('pgd-l2', 1);

describe('compareDefences(data, options)', () => {
  it('pairs the images that stay right behind the reference and behind the other', () => {
    const data = evaluation({ cells: [cell('learned', pgd, 'effff'), cell('linear', pgd, 'fsssf')] });
    const [clean, attacked, ...others] = compareDefences(data);
    expect(others).toEqual([]);
    expect(clean).toMatchObject({ attack: 'clean', bound: 0, onlyReference: 0, onlyDefence: 1, chance: 1 });
    expect(attacked).toEqual({
      reference: 'learned',
      defence: 'linear',
      attack: 'pgd-l2 ε=1',
      norm: 'l2',
      bound: 1,
      difference: pairedDifference(Float64Array.of(0, 1, 1, 1, 1), Float64Array.of(1, 0, 0, 0, 1)),
      onlyReference: 3,
      onlyDefence: 1,
      chance: 0.625,
    });
  });

  it('reads minimum-norm attacks at every bound, and the worst case over the attacks that both had', () => {
    const deepfool = minimumNorm('deepfool');
    const data = evaluation({
      cells: [
        cell('learned', pgd, 'ff'),
        distanceCell('learned', deepfool, [0.5, 3]),
        cell('learned', budget('square-l2', 1), 'ss'),
        cell('none', pgd, 'sf'),
        distanceCell('none', deepfool, [0.5, 0.5]),
      ],
    });
    const rows = compareDefences(data, { bounds: [1, 4] });
    expect(rows.map(({ attack, bound, difference }) => [attack, bound, difference.mean])).toEqual([
      ['clean', 0, 0],
      ['pgd-l2 ε=1', 1, 0.5],
      ['deepfool', 1, 0.5],
      ['deepfool', 4, 0],
      ['worst case', 1, 0.5],
      ['worst case', 4, 0],
    ]);
  });

  it('takes the images that both saw', () => {
    const data = evaluation({ cells: [cell('learned', pgd, 'ff'), cell('none', pgd, 'sfss')] });
    expect(compareDefences(data)[1].difference.images).toBe(2);
  });

  it('compares nothing where nothing is called learned and nobody asked', () => {
    const data = evaluation({ cells: [cell('a', pgd, 'f'), cell('b', pgd, 's')] });
    expect(compareDefences(data)).toEqual([]);
    expect(compareDefences(data, { reference: 'b' })[1].difference.mean).toBe(-1);
  });

  it('takes for learned what begins so, where nothing is called just that', () => {
    const labels = ['linear', 'learned + preprocessing', 'learned 2'];
    const data = evaluation({ cells: labels.map((label) => cell(label, pgd, 'f')) });
    expect(compareDefences(data)[0]).toMatchObject({
      reference: 'learned + preprocessing',
      defence: 'linear',
    });
  });

  it('passes over defences that were not attacked, or by other attacks', () => {
    const data = evaluation({
      cells: [cell('learned', pgd, 'f'), cell('other', budget('fgsm-l2', 1), 'f')],
      defences: [defence('learned'), defence('other'), defence('idle')],
    });
    expect(compareDefences(data)).toEqual([]);
  });

  it('refuses a reference that has no cell', () => {
    const data = evaluation({ cells: [cell('a', pgd, 'f')] });
    expectError(() => compareDefences(data, { reference: 'learnt' }), {
      code: 'E_ARGUMENT',
      message: 'compareDefences: reference: expected a defence that was attacked, got "learnt"',
    });
  });
});
