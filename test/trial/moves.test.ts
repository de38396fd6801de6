import { describe, expect, it } from '@jest/globals';
import {
  assertDetached,
  assertRunning,
  assertWeights,
  decisionAfter,
  DEFAULT_WEIGHTS,
  DETACHED,
  endingOf,
  type OutcomeBlock,
  type TrialLife,
  trialOf,
} from '../../src/trial/index.js';
import { thrown } from '../objective/thrown.js';

const running: TrialLife = { number: 3, state: 'running', owner: 'session-1', reported: [] };
const block: OutcomeBlock = { sample: 's', block: 0, outcomes: { clean: '11', robust: '10' } };

describe('trialOf(trials, number)', () => {
  const trials = [0, 1].map((number) => ({ ...running, number }));

  it('finds a trial by its number', () => {
    expect(trialOf(trials, 1, 'tell')).toBe(trials[1]);
  });

  it.each([
    [2, 'tell: expected a trial number from 0 to 1, got 2'],
    [-1, 'tell: expected a trial number from 0 to 1, got -1'],
    [0.5, 'tell: expected a trial number from 0 to 1, got 0.5'],
    [NaN, 'tell: expected a trial number from 0 to 1, got NaN'],
    ['0', 'tell: expected a trial number from 0 to 1, got "0"'],
    [undefined, 'tell: expected a trial number from 0 to 1, got undefined'],
  ])('refuses %p', (number, message) => {
    expect(thrown(() => trialOf(trials, number, 'tell'))).toEqual(['E_TRIAL_STATE', message]);
  });

  it('says so when nothing was asked for yet', () => {
    expect(thrown(() => trialOf([], 0, 'report'))).toEqual([
      'E_TRIAL_STATE',
      'report: expected a trial that was asked for, got 0 before the first ask',
    ]);
  });
});

describe('assertRunning(trial)', () => {
  it.each(['complete', 'stopped', 'failed'] as const)('refuses every move of a %s trial', (state) => {
    expect(thrown(() => assertRunning({ ...running, state }, 'tell'))).toEqual([
      'E_TRIAL_STATE',
      `tell: expected trial 3 to be running, got ${state}`,
    ]);
  });

  it('lets a running one move', () => {
    expect(() => assertRunning(running, 'tell')).not.toThrow();
  });
});

describe('assertDetached(trial)', () => {
  it('refuses trials of a session', () => {
    expect(() => assertDetached({ ...running, owner: DETACHED }, 'expire')).not.toThrow();
    expect(thrown(() => assertDetached(running, 'expire'))).toEqual([
      'E_TRIAL_STATE',
      'expire: expected trial 3 to be detached, got one of session session-1',
    ]);
  });
});

describe('endingOf(trial, outcome)', () => {
  const end = (trial: TrialLife, outcome?: Parameters<typeof endingOf>[1]): unknown =>
    endingOf(trial, outcome, DEFAULT_WEIGHTS, 'tell');

  it('completes with a value, a count or a measurement', () => {
    expect(end(running, { value: 2 })).toEqual({ state: 'complete', outcome: { value: 2 } });
    expect(end(running, { successes: 1, trials: 2 })).toMatchObject({ state: 'complete' });
  });

  it('fails with a reason, told or found', () => {
    expect(end(running, { failed: 'x' })).toEqual({ state: 'failed', outcome: { failed: 'x' } });
    expect(end(running, { value: NaN })).toEqual({ state: 'failed', outcome: { failed: 'value is NaN' } });
  });

  it('completes with the measurement of its blocks when told nothing', () => {
    expect(end({ ...running, reported: [block], decision: 'continue' })).toMatchObject({
      state: 'complete',
      outcome: { sample: 's', images: 2, mean: 0.75 },
    });
  });

  it('is stopped where the last answer was stop', () => {
    expect(end({ ...running, reported: [block], decision: 'stop' })).toMatchObject({ state: 'stopped' });
  });

  it('is complete with all planned blocks, though the answer to the last of them was stop', () => {
    const planned = { ...running, reported: [block], decision: 'stop' as const };
    expect(end({ ...planned, blocks: [block.block] })).toMatchObject({ state: 'complete' });
    expect(end({ ...planned, blocks: [block.block, block.block + 1] })).toMatchObject({ state: 'stopped' });
  });

  it('lets a trial with blocks fail', () => {
    expect(end({ ...running, reported: [block] }, { failed: 'x' })).toMatchObject({ state: 'failed' });
  });

  it('refuses neither outcome nor blocks, and both', () => {
    expect(thrown(() => end(running))).toEqual([
      'E_OUTCOME',
      'tell(trial 3): expected an outcome or reported blocks, got neither',
    ]);
    expect(thrown(() => end({ ...running, reported: [block] }, { value: 1 }))).toEqual([
      'E_OUTCOME',
      'tell(trial 3): expected no outcome beside 1 reported blocks, got { value }',
    ]);
  });
});

describe('decisionAfter(trial, decision)', () => {
  it('stays stop after one stop', () => {
    expect(decisionAfter(running, 'continue')).toBe('continue');
    expect(decisionAfter(running, 'stop')).toBe('stop');
    expect(decisionAfter({ ...running, decision: 'stop' }, 'continue')).toBe('stop');
  });
});

describe('assertWeights(weights)', () => {
  it('takes weights that add up to 1', () => {
    expect(() => assertWeights({ clean: 0.1, robust: 0.9 }, 'weights')).not.toThrow();
    expect(() => assertWeights({ clean: 0, robust: 1 }, 'weights')).not.toThrow();
  });

  it.each([
    [{ clean: -0.5, robust: 1.5 }, 'weights.clean: expected a number from 0 to 1, got -0.5'],
    [{ clean: 0.5, robust: NaN }, 'weights.robust: expected a number from 0 to 1, got NaN'],
    [{ clean: 0.5, robust: 0.25 }, 'weights: expected clean + robust = 1, got 0.75'],
  ])('refuses %p', (weights, message) => {
    expect(thrown(() => assertWeights(weights, 'weights'))).toEqual(['E_CONFIG', message]);
  });
});
