import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluationReport } from '../../../../../src/objective/evaluation/attack-report/evaluation-report.js';
import { evaluationWarnings } from '../../../../../src/objective/evaluation/attack-report/warnings/evaluation-warnings.js';
import type { WarningCode } from '../../../../../src/objective/evaluation/attack-report/warnings/warning.js';
import type { EvaluationData } from '../../../../../src/objective/evaluation/evaluation-data.js';
import { expectError } from '../../../expect-error.js';
import {
  budget,
  cell,
  defence,
  detail,
  distanceCell,
  evaluation,
  judged,
  minimumNorm,
} from '../evaluations.js';

const of = (code: WarningCode, data: EvaluationData) =>
  evaluationWarnings(data).filter((warning) => warning.code === code);
const pgd = budget('pgd-l2', 1);

describe('zero-gradients and non-finite', () => {
  const tallied = (zeroGradients: number, nonFinite = false) =>
    evaluation({
      cells: [
        cell('a', pgd, [
          detail('i0', 'failure', 1, {
            tally: { queries: 40, gradients: 40, zeroGradients, nonFinite: 0 },
            flags: { zeroGradient: zeroGradients > 0, nonFinite },
          }),
          detail('i1', 'success', 1),
        ]),
      ],
    });

  it('warn where more than 5 % of the gradients were 0', () => {
    expect(of('zero-gradients', tallied(5))).toEqual([
      {
        code: 'zero-gradients',
        severity: 'warning',
        text: '6.3 % of the gradients were exactly 0: the attack could not see where to go',
        numbers: { share: 5 / 80, threshold: 0.05, others: 0 },
        defence: 'a',
        attack: 'pgd-l2 ε=1',
      },
    ]);
    expect(of('zero-gradients', tallied(4))).toEqual([]);
  });
  it('are said once a defence, of the attack with most, with the number of others', () => {
    const zeros = (bound: number, zeroGradients: number) =>
      cell('a', budget('pgd-l2', bound), [
        detail('i0', 'failure', 1, { tally: { queries: 9, gradients: 10, zeroGradients, nonFinite: 0 } }),
      ]);
    const data = evaluation({ cells: [zeros(1, 2), zeros(2, 5), zeros(3, 0)] });
    expect(of('zero-gradients', data)).toMatchObject([
      {
        attack: 'pgd-l2 ε=2',
        numbers: { share: 0.5, others: 1 },
        text: '50.0 % of the gradients were exactly 0: the attack could not see where to go; 1 more of its attacks beyond 5.0 %',
      },
    ]);
  });
  it('warn where images met NaN', () => {
    expect(of('non-finite', tallied(0, true))).toMatchObject([{ numbers: { share: 0.5, threshold: 0.01 } }]);
    expect(of('non-finite', tallied(0))).toEqual([]);
  });
  it('are silent where nothing was attacked', () => {
    expect(evaluationWarnings(evaluation({ cells: [cell('a', pgd, 'ee')] }))).toEqual([]);
  });
});

describe('unbounded-attack-fails', () => {
  const failing = (failures: number) =>
    evaluation({
      cells: [
        distanceCell('a', minimumNorm('deepfool'), [
          0,
          ...Array.from({ length: 10 }, (_, i) => (i < failures ? Infinity : 1)),
        ]),
        cell('a', pgd, 'ffffffffff'),
      ],
    });
  it('warns where a minimum-norm attack leaves more than a tenth of the images', () => {
    expect(of('unbounded-attack-fails', failing(2))).toMatchObject([
      {
        attack: 'deepfool',
        text: 'no verified point was found for 2 of 10 images (20.0 %) although no bound holds the attack back',
      },
    ]);
    expect(of('unbounded-attack-fails', failing(1))).toEqual([]);
  });
});

describe('expectation-not-converged', () => {
  const converging = (draws: number, successes: readonly number[], images = 10) => {
    const attack = budget('pgd-l2', 1, {}, { expectation: { draws, mode: 'mean-gradient' } });
    return evaluation({
      cells: [cell('a', attack, 'sfffffffffss')],
      convergence: [{ defence: 'a', attack: 'pgd-l2 ε=1', images, draws: [1, 8, 32, 128], successes }],
    });
  };
  it('warns where the most draws break more images than those that were used', () => {
    expect(of('expectation-not-converged', converging(8, [1, 2, 3, 4]))).toEqual([
      {
        code: 'expectation-not-converged',
        severity: 'warning',
        text: '4 of 10 images are broken with 128 draws behind a gradient, 2 with the 8 that were used',
        numbers: { images: 10, usedDraws: 8, mostDraws: 128, used: 2, most: 4 },
        defence: 'a',
        attack: 'pgd-l2 ε=1',
      },
    ]);
  });
  it('reads the cell itself where its draws were not measured beside the others', () => {
    expect(of('expectation-not-converged', converging(4, [1, 2, 3, 4]))).toMatchObject([
      { numbers: { usedDraws: 4, used: 1, most: 4 } },
    ]);
  });
  it('is a note where that is one image of many', () => {
    expect(of('expectation-not-converged', converging(8, [1, 2, 3, 3], 50))).toMatchObject([
      { severity: 'note' },
    ]);
  });
  it('is silent where no more are broken, and where the most draws were used', () => {
    expect(of('expectation-not-converged', converging(8, [1, 4, 4, 4]))).toEqual([]);
    expect(of('expectation-not-converged', converging(128, [1, 2, 3, 4]))).toEqual([]);
  });
});

describe('unverified', () => {
  const judgedBy = (draws: number, drawing: boolean) =>
    evaluation({
      cells: [cell('a', pgd, 's', { verification: { draws, share: 0.5 } })],
      defences: [defence('a', { draws: drawing })],
    });
  it('warns where one draw decided of a defence that draws', () => {
    expect(of('unverified', judgedBy(1, true))).toMatchObject([
      { defence: 'a', numbers: { draws: 1, attacks: 1 } },
    ]);
  });
  it('is silent with more draws, and of defences that do not draw', () => {
    expect(of('unverified', judgedBy(10, true))).toEqual([]);
    expect(of('unverified', judgedBy(1, false))).toEqual([]);
  });
});

describe('norms-by-luck', () => {
  const fooling = (shares: readonly number[], drawing = true) =>
    evaluation({
      cells: [
        cell(
          'a',
          minimumNorm('fab-l2'),
          shares.map((float32, i) =>
            detail(`i${i}`, 'success', i + 1, { shares: { float32, eightBit: float32 } }),
          ),
          { verification: { draws: 10, share: 0.5 } },
        ),
      ],
      defences: [defence('a', { draws: drawing })],
    });
  it('warns where the median rests on points that hardly fool draws enough', () => {
    expect(of('norms-by-luck', fooling([0.6, 0.5, 1]))).toMatchObject([
      {
        numbers: { median: 2, firmMedian: null, firm: 1, successes: 3 },
        text: 'the median norm 2.00 rests on points that fool the defence in few more draws than they must: firm at 10 draws are 1 of 3 successes (33.3 %), and over these alone it is infinite',
      },
    ]);
    expect(of('norms-by-luck', fooling([0.6, 1, 0.9]))).toMatchObject([
      { numbers: { median: 2, firmMedian: 3 } },
    ]);
  });
  it('is silent where the points hold, and of defences that do not draw', () => {
    expect(of('norms-by-luck', fooling([0.9, 1, 1]))).toEqual([]);
    expect(of('norms-by-luck', fooling([1, 1, 0.5]))).toEqual([]);
    expect(of('norms-by-luck', fooling([0.5, 0.5, 0.5], false))).toEqual([]);
  });
});

describe('faults of the set-up', () => {
  it('softmax-outputs: probabilities where logits belong', () => {
    const data = (looksLikeSoftmax: boolean) =>
      evaluation({ cells: [cell('a', pgd, 's')], defences: [defence('a', { looksLikeSoftmax })] });
    expect(of('softmax-outputs', data(true))).toMatchObject([{ severity: 'warning', defence: 'a' }]);
    expect(of('softmax-outputs', data(false))).toEqual([]);
  });
  it('too-few-classes: once for each attack whose loss gave way to a margin', () => {
    const dlr = budget('apgd-l2', 1, { loss: 'dlr' });
    const data = (classes: readonly string[]) =>
      evaluation({ classes, cells: [cell('a', dlr, 's'), cell('b', dlr, 's'), cell('b', pgd, 's')] });
    expect(of('too-few-classes', data(['x', 'y']))).toEqual([
      {
        code: 'too-few-classes',
        severity: 'warning',
        text: 'the loss dlr needs 4 classes and there are 2: margin took its place',
        numbers: { classes: 2, needed: 4 },
        attack: 'apgd-l2 ε=1',
      },
    ]);
    expect(of('too-few-classes', data(['w', 'x', 'y', 'z']))).toEqual([]);
    const paper = minimumNorm('autoattack-paper');
    const cascade = evaluation({ classes: ['x', 'y', 'z'], cells: [distanceCell('a', paper, [1])] });
    expect(of('too-few-classes', cascade)).toMatchObject([
      { text: 'the loss dlr needs 4 classes and there are 3: it was left out' },
    ]);
  });
  it('searched-images: the α was chosen on them', () => {
    const data = (searched: readonly string[]) => evaluation({ cells: [cell('a', pgd, 'ssff')], searched });
    expect(of('searched-images', data(['i1']))).toMatchObject([
      { text: '1 of 4 images (25.0 %) were in the search: its α was chosen on them' },
    ]);
    expect(of('searched-images', data([]))).toEqual([]);
  });
  it('black-box-only: no attack followed the gradients of the defence', () => {
    const square = budget('square-l2', 1);
    const blind = cell('a', square, 's');
    expect(of('black-box-only', evaluation({ cells: [blind] }))).toMatchObject([
      { defence: 'a', numbers: { attacks: 1 } },
    ]);
    expect(of('black-box-only', evaluation({ cells: [blind, cell('a', pgd, 's')] }))).toEqual([]);
    expect(of('black-box-only', evaluation({ cells: [], defences: [defence('a')] }))).toEqual([]);
  });
});

describe('evaluationReport(data, options)', () => {
  const data = evaluation({
    cells: [
      cell('learned', pgd, 'esfffff', { verification: { draws: 10, share: 0.5 } }),
      distanceCell('learned', minimumNorm('deepfool'), [0, 0.5, 1.5, Infinity, Infinity, Infinity, Infinity]),
      cell('none', pgd, 'ssssssf'),
    ],
    transfers: [
      {
        defence: 'learned',
        from: 'none',
        attack: 'pgd-l2 ε=1',
        judge: 'defence',
        perImage: judged('esfffff'),
      },
      {
        defence: 'learned',
        from: 'learned',
        attack: 'pgd-l2 ε=1',
        judge: 'purifier-off',
        perImage: judged('efsffff'),
      },
    ],
    noise: [{ defence: 'none', ball: { norm: 'l2', bound: 1 }, tries: 5, perImage: judged('fffffff') }],
    searched: ['i0'],
  });

  it('holds nothing that JSON changes', () => {
    const report = evaluationReport(data);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.bounds).toEqual([1]);
    expect(report.attacks).toHaveLength(4);
    expect(report.noise).toMatchObject([
      { defence: 'none', images: 7, fooled: 0, robustAccuracy: { mean: 1 } },
    ]);
    expect(report.transfers).toMatchObject([
      { judge: 'defence', cleanErrors: 1, fooled: 1, robustAccuracy: { mean: 5 / 7 } },
      { judge: 'purifier-off', fooled: 1 },
    ]);
  });
  it('holds for any outcomes: nothing but finite numbers, and no attack breaks more than the worst case', () => {
    const words = fc.array(fc.stringMatching(/^[esf]{6}$/), { minLength: 2, maxLength: 4 });
    const distances = fc.array(fc.constantFrom(0, 0.5, 1, 1.5, Infinity), { minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(words, distances, (fixed, nearest) => {
        const cells = [
          ...fixed.map((word, i) => cell('learned', budget('pgd-l2', i + 1), word)),
          cell('none', budget('pgd-l2', 1), fixed[0]),
          distanceCell('learned', minimumNorm('deepfool'), nearest),
        ];
        const report = evaluationReport(evaluation({ cells }));
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
        const rows = report.attacks.filter(
          ({ defence: label, bound }) => label === 'learned' && bound !== null,
        );
        for (const { attack, bound, images, robustAccuracy } of rows) {
          const worst = report.worstCases.find(
            (one) =>
              one.defence === 'learned' &&
              one.bound === bound &&
              one.images === images &&
              one.attacks.includes(attack),
          );
          if (worst !== undefined) expect(worst.robustAccuracy.mean).toBeLessThanOrEqual(robustAccuracy.mean);
        }
      }),
      { seed: 41, numRuns: 60 },
    );
  });
  it('puts warnings before notes', () => {
    const severities = evaluationReport(data).warnings.map(({ severity }) => severity);
    expect(severities).toEqual([...severities].sort().reverse());
    expect(severities).toContain('warning');
  });
  it.each([
    [{ images: ['i0', 'i0'] }, 'evaluation: images: expected every image once, got "i0" twice'],
    [
      { defences: [defence('a'), defence('a')] },
      'evaluation: defences: expected every label once, got "a" twice',
    ],
    [
      { defences: [defence('none')] },
      'evaluation: defences: expected every defence that was attacked, got none called "learned"',
    ],
    [{ images: ['i0'] }, 'evaluation: learned, pgd-l2 ε=1: expected the evaluation\'s images, got "i1"'],
    [
      { cells: [...data.cells, data.cells[0]] },
      'evaluation: cells: expected every attack once, got "learned, pgd-l2 ε=1" twice',
    ],
    [
      { cells: [cell('none', pgd, '')] },
      'evaluation: none, pgd-l2 ε=1: expected at least one image, got none',
    ],
    [
      { cells: [data.cells[1]] },
      'evaluation: transfers: expected images of one of the cells, got none, pgd-l2 ε=1',
    ],
    [
      { cells: [cell('none', { ...pgd, kind: 'minimum-norm' as const }, 's')] },
      'evaluation: none, pgd-l2 ε=1: expected a ball for a fixed budget alone, got minimum-norm with one',
    ],
  ])('refuses data that contradict themselves (%#)', (change: Partial<EvaluationData>, message) => {
    expectError(() => evaluationReport({ ...data, ...change }), { code: 'E_ARGUMENT', message });
  });
});
