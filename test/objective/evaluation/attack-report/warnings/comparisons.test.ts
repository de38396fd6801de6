import { describe, expect, it } from '@jest/globals';
import type { EvaluationData } from '../../../../../src/objective/evaluation/evaluation-data.js';
import { evaluationWarnings } from '../../../../../src/objective/evaluation/attack-report/warnings/evaluation-warnings.js';
import type { WarningCode } from '../../../../../src/objective/evaluation/attack-report/warnings/warning.js';
import { budget, cell, distanceCell, evaluation, judged, minimumNorm } from '../evaluations.js';

const of = (code: WarningCode, data: EvaluationData) =>
  evaluationWarnings(data).filter((warning) => warning.code === code);

describe('success-falls-with-bound', () => {
  const family = (small: string, large: string) =>
    evaluation({
      cells: [cell('learned', budget('pgd-l2', 1), small), cell('learned', budget('pgd-l2', 2), large)],
    });

  it('warns, with the numbers, where chance hardly makes such a fall', () => {
    expect(of('success-falls-with-bound', family('essssssf', 'esffffff'))).toEqual([
      {
        code: 'success-falls-with-bound',
        severity: 'warning',
        text: 'success falls as the bound grows: broken are 6 of 7 images at 1, 1 at 2 (5 and 0 that the other left; one-sided exact p = 0.031)',
        numbers: {
          smallerBound: 1,
          largerBound: 2,
          images: 7,
          first: 6,
          second: 1,
          onlyFirst: 5,
          onlySecond: 0,
          chance: 1 / 32,
        },
        defence: 'learned',
        attack: 'pgd-l2 ε=2',
      },
    ]);
  });
  it('is a note where chance may have done it', () => {
    expect(of('success-falls-with-bound', family('ssff', 'sfff'))).toMatchObject([
      { severity: 'note', numbers: { onlyFirst: 1, chance: 0.5 } },
    ]);
  });
  it('is silent where success grows or stays, and where clean errors alone differ', () => {
    expect(of('success-falls-with-bound', family('sfff', 'fssf'))).toEqual([]);
    expect(of('success-falls-with-bound', family('ssff', 'ssff'))).toEqual([]);
    expect(of('success-falls-with-bound', family('essf', 'sssf'))).toEqual([]);
  });
  it('takes the clearest of several pairs', () => {
    const words = ['sssssff', 'ssssfff', 'fffffff'];
    const cells = words.map((word, i) => cell('learned', budget('pgd-l2', i + 1), word));
    expect(of('success-falls-with-bound', evaluation({ cells }))).toMatchObject([
      { numbers: { smallerBound: 1, largerBound: 3 } },
    ]);
  });
});

describe('success-falls-with-steps', () => {
  const steps = (count: number, more = {}) =>
    budget('pgd-l2', 1, { steps: count, ...more }, { label: `pgd ${count}`, family: `pgd ${count}` });

  it('warns where more rounds break fewer images', () => {
    const cells = [cell('learned', steps(80), 'ffffffs'), cell('learned', steps(40), 'sssssfs')];
    expect(of('success-falls-with-steps', evaluation({ cells }))).toMatchObject([
      {
        severity: 'warning',
        attack: 'pgd 80',
        text: 'more rounds do less: broken are 6 of 7 images with 40, 1 with 80 (5 and 0 that the other left; one-sided exact p = 0.031)',
      },
    ]);
  });
  it('is silent where they break more, and of attacks that differ in more than their rounds', () => {
    const grows = [cell('learned', steps(80), 'sss'), cell('learned', steps(40), 'sff')];
    const other = [cell('learned', steps(80, { restarts: 2 }), 'fff'), cell('learned', steps(40), 'sss')];
    expect(of('success-falls-with-steps', evaluation({ cells: grows }))).toEqual([]);
    expect(of('success-falls-with-steps', evaluation({ cells: other }))).toEqual([]);
  });
  it('compares the distances of minimum-norm attacks image by image', () => {
    const norm = (count: number) =>
      minimumNorm('cw-l2', {
        label: `cw ${count}`,
        family: `cw ${count}`,
        settings: { name: 'cw-l2', iterations: count },
      });
    const data = (few: number[], many: number[]) =>
      evaluation({ cells: [distanceCell('a', norm(100), few), distanceCell('a', norm(200), many)] });
    expect(of('success-falls-with-steps', data([1, 1, 1, 1, 1, 0], [2, 2, 2, Infinity, 2, 0]))).toMatchObject(
      [{ severity: 'warning', numbers: { fewerRounds: 100, onlyFirst: 5, images: 5 } }],
    );
    expect(of('success-falls-with-steps', data([1, 1, 1], [1.0000001, 0.9, 1]))).toEqual([]);
  });
});

describe('single-step-beats-iterative', () => {
  const cells = (single: string, iterative: string, weak = 'ffffff') => [
    cell('a', budget('fgsm-l2', 1, {}), single),
    cell('a', budget('pgd-l2', 1), iterative),
    cell('a', budget('apgd-l2', 1, { iterations: 100 }), weak),
  ];

  it('warns where one step breaks more than the strongest of the others at its bound', () => {
    expect(of('single-step-beats-iterative', evaluation({ cells: cells('ssssss', 'sfffff') }))).toMatchObject(
      [
        {
          severity: 'warning',
          attack: 'pgd-l2 ε=1',
          text: 'one step breaks more images than many: 6 of 6 images by fgsm-l2 ε=1, 1 by pgd-l2 ε=1 (5 and 0 that the other left; one-sided exact p = 0.031)',
        },
      ],
    );
  });
  it('is silent where the strongest breaks as many, or is at another bound', () => {
    expect(of('single-step-beats-iterative', evaluation({ cells: cells('sffffs', 'sffssf') }))).toEqual([]);
    const apart = [cell('a', budget('fgsm-l2', 2, {}), 'ssssss'), cell('a', budget('pgd-l2', 1), 'ffffff')];
    expect(of('single-step-beats-iterative', evaluation({ cells: apart }))).toEqual([]);
  });
  it('takes PGD of one step for a single step', () => {
    const one = cell('a', budget('pgd-l2', 1, { steps: 1 }, { label: 'one', family: 'one' }), 'ssssss');
    const found = of(
      'single-step-beats-iterative',
      evaluation({ cells: [one, cell('a', budget('pgd-l2', 1), 'ffffff')] }),
    );
    expect(found).toHaveLength(1);
  });
});

describe('noise-beats-white-box', () => {
  const noise = (word: string, white: string) =>
    evaluation({
      cells: [cell('a', budget('pgd-l2', 1), white), cell('a', budget('fgsm-l2', 1, {}), 'ffffff')],
      noise: [{ defence: 'a', ball: { norm: 'l2', bound: 1 }, tries: 100, perImage: judged(word) }],
    });

  it('warns where random points break what all white-box attacks together do not', () => {
    expect(of('noise-beats-white-box', noise('sssssf', 'ffffff'))).toMatchObject([
      {
        severity: 'warning',
        defence: 'a',
        text: 'weaker, and yet ahead of the white-box attacks: 5 of 6 images by random noise of L2 norm 1 (100 tries), 0 by white-box attacks (5 and 0 that the other left; one-sided exact p = 0.031)',
      },
    ]);
  });
  it('is a note where single images fall to noise alone', () => {
    expect(of('noise-beats-white-box', noise('sffff', 'fssff'))).toMatchObject([
      {
        severity: 'note',
        text: 'weaker, and yet it breaks images that the white-box attacks left: 1 of 5 images by random noise of L2 norm 1 (100 tries), 2 by white-box attacks (1 and 2 that the other left; one-sided exact p = 0.88)',
      },
    ]);
  });
  it('is silent where noise breaks nothing of its own, and without a white-box attack', () => {
    expect(of('noise-beats-white-box', noise('sffff', 'ssfff'))).toEqual([]);
    expect(of('noise-beats-white-box', noise('eeeee', 'fffff'))).toEqual([]);
    const none = noise('sssss', 'fffff');
    expect(of('noise-beats-white-box', { ...none, cells: [] })).toEqual([]);
  });
});

describe('several leads of one kind over one defence', () => {
  it('are one warning, of the clearest, with the number of the others', () => {
    const noise = (bound: number, word: string) => ({
      defence: 'a',
      ball: { norm: 'l2' as const, bound },
      tries: 9,
      perImage: judged(word),
    });
    const data = evaluation({
      cells: [cell('a', budget('pgd-l2', 2), 'ffffff'), cell('b', budget('pgd-l2', 2), 'ffffff')],
      noise: [
        noise(1, 'sfffff'),
        noise(2, 'ssssss'),
        { ...noise(2, 'sfffff'), defence: 'b' },
        noise(3, 'ffffff'),
      ],
    });
    const found = of('noise-beats-white-box', data);
    expect(found.map(({ defence, severity, numbers }) => [defence, severity, numbers['others']])).toEqual([
      ['a', 'warning', 1],
      ['b', 'note', 0],
    ]);
    expect(found[0].text).toMatch(/norm 2 .* 1 more of this kind$/);
  });
});

describe('black-box-beats-white-box', () => {
  const square = budget('square-l2', 1, { queries: 5000 });

  it('warns where Square breaks what no white-box attack did within its bound', () => {
    const data = evaluation({
      cells: [
        cell('a', square, 'sssssf'),
        cell('a', budget('pgd-l2', 1), 'ffffff'),
        distanceCell('a', minimumNorm('deepfool'), [2, 2, 2, 2, 2, 2]),
      ],
    });
    expect(of('black-box-beats-white-box', data)).toMatchObject([
      { severity: 'warning', attack: 'square-l2 ε=1', numbers: { onlyFirst: 5, onlySecond: 0 } },
    ]);
  });
  it('is silent where a white-box attack came as near', () => {
    const data = evaluation({
      cells: [
        cell('a', square, 'ssffff'),
        distanceCell('a', minimumNorm('deepfool'), [0.5, 1, 2, 2, 2, Infinity]),
      ],
    });
    expect(of('black-box-beats-white-box', data)).toEqual([]);
  });
  it('compares the distances of a minimum-norm attack without gradients', () => {
    const blind = minimumNorm('search', { gradients: { kind: 'none' } });
    const data = (distances: number[]) =>
      evaluation({
        cells: [
          distanceCell('a', blind, distances),
          distanceCell('a', minimumNorm('deepfool'), [2, 2, 2, 2, 2, Infinity]),
        ],
      });
    expect(of('black-box-beats-white-box', data([1, 1, 1, 1, 1, Infinity]))).toMatchObject([
      { severity: 'warning', numbers: { onlyFirst: 5, onlySecond: 0 } },
    ]);
    expect(of('black-box-beats-white-box', data([3, 3, 3, 3, 3, Infinity]))).toEqual([]);
  });
});

describe('transfer-beats-white-box', () => {
  const pgd = budget('pgd-l2', 1);
  const data = (word: string, white: string, more: Partial<EvaluationData['transfers'][number]> = {}) =>
    evaluation({
      cells: [cell('learned', pgd, white), cell('none', pgd, 'ssssss')],
      transfers: [
        {
          defence: 'learned',
          from: 'none',
          attack: 'pgd-l2 ε=1',
          judge: 'defence',
          perImage: judged(word),
          ...more,
        },
      ],
    });

  it('warns where images made elsewhere break more than the attacks on the defence itself', () => {
    expect(of('transfer-beats-white-box', data('sssssf', 'ffffff'))).toMatchObject([
      {
        severity: 'warning',
        defence: 'learned',
        attack: 'pgd-l2 ε=1',
        text: 'weaker, and yet ahead of the white-box attacks: 5 of 6 images by images made against none, 0 by white-box attacks (5 and 0 that the other left; one-sided exact p = 0.031)',
      },
    ]);
  });
  it('is silent where they break no image of their own, and of re-scored images of the defence', () => {
    expect(of('transfer-beats-white-box', data('sfffff', 'ssffff'))).toEqual([]);
    expect(of('transfer-beats-white-box', data('ssssss', 'ffffff', { judge: 'purifier-off' }))).toEqual([]);
    expect(of('transfer-beats-white-box', data('ssssss', 'ffffff', { from: 'learned' }))).toEqual([]);
  });
  it('gives minimum-norm images the norm they have', () => {
    const deepfool = minimumNorm('deepfool');
    const transfers = [
      { defence: 'a', from: 'none', attack: 'deepfool', judge: 'defence' as const, perImage: judged('ss') },
    ];
    const rivals = (distances: number[]) =>
      evaluation({
        cells: [distanceCell('none', deepfool, [1, 1]), distanceCell('a', deepfool, distances)],
        transfers,
      });
    expect(of('transfer-beats-white-box', rivals([0.9, 0.5]))).toEqual([]);
    expect(of('transfer-beats-white-box', rivals([0.9, 1.1]))).toHaveLength(1);
  });
  it('leaves out clean images that stand in for failures: wrong by a draw, they show nothing', () => {
    const deepfool = minimumNorm('deepfool');
    const transfers = [
      { defence: 'a', from: 'none', attack: 'deepfool', judge: 'defence' as const, perImage: judged('sss') },
    ];
    const cells = [
      distanceCell('none', deepfool, [Infinity, 0, 0.5]),
      distanceCell('a', deepfool, [1, 1, Infinity]),
    ];
    expect(of('transfer-beats-white-box', evaluation({ cells, transfers }))).toMatchObject([
      { numbers: { images: 1, first: 1, second: 0 } },
    ]);
  });
  it('holds attacks that follow the gradients of another model to the same', () => {
    const other = budget(
      'pgd-l2',
      1,
      {},
      { label: 'by none', family: 'by none', gradients: { kind: 'surrogate', of: 'none' } },
    );
    const cells = [cell('a', other, 'sssss'), cell('a', pgd, 'fffff')];
    expect(of('transfer-beats-white-box', evaluation({ cells }))).toMatchObject([{ severity: 'warning' }]);
  });
});
