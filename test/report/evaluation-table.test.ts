import { describe, expect, it } from '@jest/globals';
import {
  comparisonTable,
  evaluationTable,
  type EvaluationTableRow,
  transferTables,
  warningLines,
  type WorstCaseTableRow,
} from '../../src/report/index.js';

const estimate = (mean: number) => ({ mean, interval: [mean / 2, (1 + mean) / 2] as const });

const row = (
  defence: string,
  attack: string,
  more: Partial<EvaluationTableRow> = {},
): EvaluationTableRow => ({
  defence,
  attack,
  kind: 'fixed-budget',
  bound: 1,
  images: 200,
  cleanAccuracy: estimate(0.9),
  robustAccuracy: estimate(0.5),
  medianNorm: null,
  ...more,
});

const nearest = { kind: 'minimum-norm' } as const;
const rows = [
  row('learned', 'pgd-l2 ε=1'),
  row('learned', 'deepfool', { ...nearest, robustAccuracy: estimate(0.25) }),
  row('learned', 'deepfool', { ...nearest, bound: null, medianNorm: 1.2345 }),
  row('learned', 'square-l2 ε=1', { images: 50 }),
  row('no defence', 'pgd-l2 ε=1', { cleanAccuracy: estimate(1), robustAccuracy: estimate(0) }),
  row('no defence', 'deepfool', { ...nearest, bound: null }),
];

const worst = (attacks: readonly string[], images: number): WorstCaseTableRow => ({
  defence: 'learned',
  norm: 'l2',
  bound: 1,
  images,
  attacks,
  robustAccuracy: estimate(0.2),
});

describe('evaluationTable(rows, options)', () => {
  it('has a defence a row and an attack a column, with intervals, and the median of minimum-norm attacks', () => {
    expect(evaluationTable(rows)).toEqual([
      '            clean                pgd-l2 ε=1         deepfool ε=1       deepfool median  square-l2 ε=1 (50)',
      'learned     90.0 [45.0, 95.0]    50.0 [25.0, 75.0]  25.0 [12.5, 62.5]  1.23             50.0 [25.0, 75.0]',
      'no defence  100.0 [50.0, 100.0]   0.0 [0.0, 50.0]                      none',
    ]);
  });
  it('shows the worst case where it is one over several attacks, and the time where it is known', () => {
    const [heading, learned, none] = evaluationTable(rows.slice(4), {
      worstCases: [worst(['a', 'b'], 200), worst(['a', 'b', 'c'], 50), worst(['a'], 10)],
      seconds: { 'no defence': 61 },
    });
    expect(heading).toMatch(/worst ε=1 +worst ε=1 \(50\) +time$/);
    expect(learned).toMatch(/^no defence .* 1 min 01 s$/);
    expect(none).toBeUndefined();
  });
  it('leaves out intervals where there is no room, and then makes several tables', () => {
    expect(evaluationTable(rows, { width: 80 })).toEqual([
      '            clean  pgd-l2 ε=1  deepfool ε=1  deepfool median  square-l2 ε=1 (50)',
      'learned     90.0   50.0        25.0          1.23             50.0',
      'no defence  100.0   0.0                      none',
    ]);
    const narrow = evaluationTable(rows, { width: 40 });
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(40);
    expect(narrow.slice(0, 5)).toEqual([
      '            clean  pgd-l2 ε=1',
      'learned     90.0   50.0',
      'no defence  100.0   0.0',
      '',
      '            deepfool ε=1',
    ]);
  });
  it('is a heading alone without rows', () => {
    expect(evaluationTable([])).toEqual(['  clean']);
  });
});

describe('comparisonTable(rows, options)', () => {
  const difference = (mean: number, low: number, high: number, images = 200) => ({
    mean,
    interval: [low, high] as const,
    images,
  });
  it('shows the lead of the reference, with a star where it is clear', () => {
    const base = { reference: 'learned', defence: 'linear', bound: 1 };
    expect(
      comparisonTable([
        { ...base, attack: 'clean', bound: 0, difference: difference(0.01, -0.02, 0.04) },
        { ...base, attack: 'pgd-l2 ε=1', difference: difference(-0.1, -0.2, -0.05) },
        { ...base, attack: 'deepfool', difference: difference(0, 0, 0.1) },
        { ...base, attack: 'worst case', difference: difference(0.3, 0.1, 0.5, 50) },
      ]),
    ).toEqual([
      'learned − this  clean              pgd-l2 ε=1             deepfool ε=1      worst case ε=1 (50)',
      'linear          +1.0 [−2.0, +4.0]  −10.0 [−20.0, −5.0] *  0.0 [0.0, +10.0]  +30.0 [+10.0, +50.0] *',
    ]);
  });
  it('is nothing where nothing was compared', () => {
    expect(comparisonTable([])).toEqual([]);
  });
});

describe('transferTables(rows, options)', () => {
  it('has one table for each origin, and one of own images without the purifier', () => {
    const made = { from: 'no defence', judge: 'defence', attack: 'pgd-l2 ε=1' } as const;
    const rows = [
      { ...made, defence: 'learned', robustAccuracy: estimate(0.5) },
      { ...made, defence: 'linear', robustAccuracy: estimate(0.25) },
      {
        ...made,
        defence: 'learned',
        from: 'learned',
        judge: 'purifier-off',
        robustAccuracy: estimate(1),
      } as const,
    ];
    expect(transferTables(rows)).toEqual([
      'made against no defence  pgd-l2 ε=1',
      'learned                  50.0 [25.0, 75.0]',
      'linear                   25.0 [12.5, 62.5]',
      '',
      'purifier off  pgd-l2 ε=1',
      'learned       100.0 [50.0, 100.0]',
    ]);
    expect(transferTables([])).toEqual([]);
  });
});

describe('warningLines(warnings)', () => {
  it('say how grave, what, of what, and the sentence', () => {
    const zero = { severity: 'warning', code: 'zero-gradients', text: '12.0 % were 0' } as const;
    expect(
      warningLines([
        { ...zero, defence: 'learned', attack: 'pgd-l2 ε=1' },
        { ...zero, severity: 'note' },
      ]),
    ).toEqual([
      'warning [zero-gradients] learned, pgd-l2 ε=1: 12.0 % were 0',
      'note [zero-gradients] 12.0 % were 0',
    ]);
  });
});
