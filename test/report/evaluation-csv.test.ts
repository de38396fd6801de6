import { describe, expect, it } from '@jest/globals';
import { evaluationCsv } from '../../src/report/index.js';
import { parseCsv } from '../../src/schedules/formats/csv-text.js';

describe('evaluationCsv(rows)', () => {
  it('has a column a field, three for a share with its interval, and empty cells for null', () => {
    const rows = [
      { defence: 'learned', bound: 0.1, robust: null, fine: true, attacks: ['a', 'b'] },
      {
        defence: 'α = 0',
        bound: null,
        robust: { mean: 0.5, interval: [0.25, 1 / 3] },
        fine: false,
        attacks: [],
      },
    ];
    expect(evaluationCsv(rows)).toBe(
      'defence,bound,robust,robustLow,robustHigh,fine,attacks\n' +
        'learned,0.1,,,,true,"a; b"\n' +
        'α = 0,,0.5,0.25,0.3333333333333333,false,\n',
    );
  });
  it('comes back from any reader, whatever the names', () => {
    const names = ['with, comma', 'with "quotes"', 'two\nlines', ' blank '];
    const [header, ...rows] = parseCsv(
      evaluationCsv(names.map((name) => ({ name, n: 1 }))),
      'x.csv',
      'E_SCHEDULES',
    );
    expect(header.cells).toEqual(['name', 'n']);
    expect(rows.map(({ cells }) => cells[0])).toEqual(names);
  });
  it('is empty without rows', () => {
    expect(evaluationCsv([])).toBe('');
  });
  it('says that values which are not plain are a bug', () => {
    expect(() => evaluationCsv([{ value: { a: 1 } }])).toThrow(
      'Internal error: evaluationCsv: expected plain values, got {"a":1}',
    );
  });
});
