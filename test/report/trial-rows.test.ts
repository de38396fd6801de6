import { describe, expect, it } from '@jest/globals';
import { trialRows } from '../../src/report/index.js';
import type { JournalRecord, Outcome } from '../../src/trial/index.js';

const header = (direction: 'maximize' | 'minimize'): JournalRecord => ({
  kind: 'header',
  format: 'bo-search/journal',
  version: 1,
  seed: 1,
  direction,
  space: null,
  policy: { name: 'bayes', settings: {} },
  weights: { clean: 0.5, robust: 0.5 },
  rescore: 3,
  about: null,
  versions: { boSearch: '0.1.0', node: '20.19.0' },
});

const ask = (trial: number, label?: string): JournalRecord => ({
  kind: 'ask',
  trial,
  unit: [trial / 10],
  owner: 'token',
  origin: label === undefined ? { by: 'bayes' } : { by: 'seed', label },
});

const tell = (trial: number, outcome: Outcome): JournalRecord => ({
  kind: 'tell',
  trial,
  state: 'failed' in outcome ? 'failed' : 'complete',
  outcome,
});

describe('trialRows(records)', () => {
  it('is empty for a journal without trials', () => {
    expect(trialRows([])).toEqual([]);
    expect(trialRows([header('maximize')])).toEqual([]);
  });

  it('has a row a trial, with value, parts, label and the best so far', () => {
    const rows = trialRows([
      header('maximize'),
      ask(0, 'linear'),
      tell(0, { sample: 'a', images: 4, mean: 0.5, variance: 0.01, clean: 0.75, robust: 0.25 }),
      ask(1),
      tell(1, { failed: 'NaN' }),
      ask(2),
      ask(3),
      tell(3, { successes: 3, trials: 4 }),
      tell(2, { value: 0.25 }),
      ask(4),
    ]);
    expect(rows).toEqual([
      {
        number: 0,
        state: 'complete',
        unit: [0],
        by: 'seed',
        label: 'linear',
        value: 0.5,
        clean: 0.75,
        robust: 0.25,
        best: 0.5,
        bestTrial: 0,
      },
      { number: 1, state: 'failed', unit: [0.1], by: 'bayes', failed: 'NaN', best: 0.5, bestTrial: 0 },
      { number: 2, state: 'complete', unit: [0.2], by: 'bayes', value: 0.25, best: 0.5, bestTrial: 0 },
      { number: 3, state: 'complete', unit: [0.3], by: 'bayes', value: 0.75, best: 0.75, bestTrial: 3 },
      { number: 4, state: 'running', unit: [0.4], by: 'bayes', best: 0.75, bestTrial: 3 },
    ]);
  });

  it('takes the least as best when the study minimises, and the earlier of equals', () => {
    const records = [header('minimize'), ask(0), tell(0, { value: 2 }), ask(1), tell(1, { value: -1 })];
    const rows = trialRows([...records, ask(2), tell(2, { value: -1 })]);
    expect(rows.map((row) => [row.best, row.bestTrial])).toEqual([
      [2, 0],
      [-1, 1],
      [-1, 1],
    ]);
  });

  it('counts no trial as best that was stopped, for it saw only some images', () => {
    const part: JournalRecord = { kind: 'tell', trial: 1, state: 'stopped', outcome: { value: 9 } };
    const rows = trialRows([header('maximize'), ask(0), tell(0, { value: 1 }), ask(1), part]);
    expect(rows[1]).toMatchObject({ state: 'stopped', value: 9, best: 1, bestTrial: 0 });
  });

  it('has no best before the first value', () => {
    const [row] = trialRows([header('maximize'), ask(0), tell(0, { failed: 'no image' })]);
    expect(row).not.toHaveProperty('best');
    expect(row).not.toHaveProperty('value');
  });
});
