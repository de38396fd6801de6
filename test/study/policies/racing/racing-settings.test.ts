import { describe, expect, it } from '@jest/globals';
import { BoSearchError } from '../../../../src/errors.js';
import { createBayesPolicy } from '../../../../src/study/policies/bayes/index.js';
import {
  RACING_DEFAULTS,
  racingSettings,
} from '../../../../src/study/policies/bayes/racing/racing-settings.js';
import { thrownBy } from '../thrown-by.js';

describe('racingSettings(given)', () => {
  it('fills in the defaults, which the journal then keeps', () => {
    expect(racingSettings({ blocks: 8 })).toEqual({ ...RACING_DEFAULTS, blocks: 8 });
    expect(createBayesPolicy({ racing: { blocks: 8 } }).settings).toMatchObject({
      racing: { ...RACING_DEFAULTS, blocks: 8 },
    });
  });

  it('is null for no racing, which is the default: such a policy plans nothing and stops nothing', () => {
    expect(racingSettings(null)).toBeNull();
    const policy = createBayesPolicy();
    expect(policy.settings).toMatchObject({ racing: null });
    expect(Object.keys(policy)).not.toContain('blocksFor');
    expect(Object.keys(policy)).not.toContain('decide');
  });

  it.each([
    [true, 'bayes policy racing: expected an object or null, got true'],
    [
      { blocks: 8, rounds: 3 },
      'bayes policy racing: expected only blocks, start, order, futility, promote, evidence, got "rounds"',
    ],
    [{}, 'bayes policy racing.blocks: expected an integer of at least 1, got undefined'],
    [{ blocks: 0 }, 'bayes policy racing.blocks: expected an integer of at least 1, got 0'],
    [{ blocks: 4, start: 5 }, 'bayes policy racing.start: expected an integer from 1 to 4, got 5'],
    [{ blocks: 4, order: 'random' }, 'bayes policy racing.order: expected rotate, same, got "random"'],
    [{ blocks: 4, futility: NaN }, 'bayes policy racing.futility: expected a number from 0 to 1, got NaN'],
    [{ blocks: 4, promote: -1 }, 'bayes policy racing.promote: expected an integer of at least 0, got -1'],
    [{ blocks: 4, evidence: 1 }, 'bayes policy racing.evidence: expected a finite number above 1, got 1'],
  ])('refuses %j', (given, message) => {
    const error = thrownBy(() => racingSettings(given));
    expect(error).toBeInstanceOf(BoSearchError);
    expect(error).toMatchObject({ code: 'E_ARGUMENT', message });
  });
});
