import { describe, expect, it } from '@jest/globals';
import { BAYES_DEFAULTS, createBayesPolicy } from '../../../src/study/policies/bayes/index.js';
import { bayesSettings } from '../../../src/study/policies/bayes/settings.js';
import { thrownBy } from './thrown-by.js';

describe('createBayesPolicy(settings)', () => {
  it('fills in defaults and writes all settings down', () => {
    expect(createBayesPolicy().settings).toEqual(BAYES_DEFAULTS);
    expect(createBayesPolicy({ initial: 9 }).settings).toEqual({ ...BAYES_DEFAULTS, initial: 9 });
  });

  it('takes a journal without kernel and β for Matérn-5/2 and 1.8 standard deviations', () => {
    const { kernel, beta, ...old } = BAYES_DEFAULTS;
    expect(createBayesPolicy(old).settings).toEqual({ ...old, kernel, beta });
    expect([kernel, beta]).toEqual(['matern52', 3.24]);
  });

  it('takes back what it wrote', () => {
    const { settings } = createBayesPolicy({
      acquisition: 'ucb',
      beta: 0,
      kernel: 'rbf',
      outputScale: 1,
      transform: 'logit',
      lengthscale: { mode: 1, common: 2, own: 1 },
    });
    expect(createBayesPolicy(settings).settings).toEqual(settings);
  });

  it.each([
    [[], 'settings: expected an object, got []'],
    [null, 'settings: expected an object, got null'],
    [{ kernels: 'rbf' }, `settings: expected only ${Object.keys(BAYES_DEFAULTS).join(', ')}, got "kernels"`],
    [{ acquisition: 'kg' }, 'acquisition: expected log-ei, log-nei, ei, pi, ucb, got "kg"'],
    [{ kernel: 'matern12' }, 'kernel: expected matern52, matern32, rbf, got "matern12"'],
    [{ kernel: 'toString' }, 'kernel: expected matern52, matern32, rbf, got "toString"'],
    [{ beta: -1 }, 'beta: expected a finite number of at least 0, got -1'],
    [{ beta: NaN }, 'beta: expected a finite number of at least 0, got NaN'],
    [{ beta: null }, 'beta: expected a finite number of at least 0, got null'],
    [{ transform: 1 }, 'transform: expected auto, identity, logit, got 1'],
    [{ initial: 0 }, 'initial: expected an integer of at least 1, got 0'],
    [{ initial: 2.5 }, 'initial: expected an integer of at least 1, got 2.5'],
    [{ initialRule: 'none' }, 'initialRule: expected by-noise, by-dimension, got "none"'],
    [{ region: true }, 'region: expected never, always, alternate, got true'],
    [{ explore: 1.5 }, 'explore: expected a number from 0 to 1, or null, got 1.5'],
    [{ explore: 'yes' }, 'explore: expected a number from 0 to 1, or null, got "yes"'],
    [{ flips: -1 }, 'flips: expected an integer of at least 0, got -1'],
    [{ candidates: NaN }, 'candidates: expected an integer of at least 1, got NaN'],
    [{ starts: '8' }, 'starts: expected an integer of at least 1, got "8"'],
    [{ lengthscale: 1 }, 'lengthscale: expected { mode, common, own }, got 1'],
    [
      { lengthscale: { mode: 0, common: 1, own: 1 } },
      'lengthscale.mode: expected a finite number above 0, got 0',
    ],
    [{ lengthscale: { mode: 1 } }, 'lengthscale.common: expected a finite number above 0, got undefined'],
    [{ outputScale: -1 }, 'outputScale: expected a finite number above 0, got -1'],
    [
      { outputScale: { kind: 'beta' } },
      'outputScale: expected a prior of kind log-normal or gamma, got {"kind":"beta"}',
    ],
    [{ noise: { kind: 'gamma', shape: 1 } }, 'noise.rate: expected a finite number above 0, got undefined'],
    [{ noise: { kind: 'log-normal', scale: 1 } }, 'noise.location: expected a finite number, got undefined'],
    [{ fence: -1 }, 'fence: expected a finite number of at least 0, or null, got -1'],
    [{ noiseFloor: Infinity }, 'noiseFloor: expected a finite number above 0, got Infinity'],
  ])('refuses %j', (settings, message) => {
    const error = thrownBy(() => createBayesPolicy(settings));
    expect([error.code, error.message]).toEqual(['E_ARGUMENT', `bayes policy ${message}`]);
  });
});

describe('bayesSettings(given, "journal")', () => {
  it('reads a journal that is older than a setting as every study was then', () => {
    expect(bayesSettings({ kernel: 'rbf' }, 'journal')).toEqual({
      ...bayesSettings({ kernel: 'rbf' }),
      pendingBar: 'mean',
      initialRule: 'by-dimension',
      fitPoints: null,
      maxPoints: null,
      explore: null,
    });
  });

  it('leaves what the journal says', () => {
    expect(bayesSettings({ pendingBar: 'outcome' }, 'journal').pendingBar).toBe('outcome');
  });
});
