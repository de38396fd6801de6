import { describe, expect, it } from '@jest/globals';
import { exactGp } from '../../../src/gp/index.js';
import type { GpData } from '../../../src/gp/index.js';
import { randomStream } from '../../../src/math/index.js';
import { chooseAcquisition, replacementNote } from '../../../src/study/policies/bayes/choose-acquisition.js';
import type { AcquisitionSetting } from '../../../src/study/policies/bayes/settings.js';

const data: GpData = {
  x: Float64Array.of(0.1, 0.4, 0.8),
  y: Float64Array.of(-1, 0.2, 0.8),
  dimension: 1,
  noise: { kind: 'inferred' },
};
const hyperparameters = { lengthscales: Float64Array.of(0.3), outputScale: 1, noiseVariance: 0.01 };
const KINDS: readonly AcquisitionSetting[] = ['log-ei', 'log-nei', 'ei', 'pi', 'ucb'];

const running = (points: readonly number[]) => ({ x: Float64Array.from(points), running: points.length });

const chosen = (kind: AcquisitionSetting, pending: readonly number[], given: GpData = data, beta = 4) =>
  chooseAcquisition(
    { acquisition: kind, beta, pendingBar: 'mean' },
    exactGp(given, hyperparameters),
    running(pending),
    randomStream('test'),
  );

describe('chooseAcquisition(kind, gp, pending, stream)', () => {
  it('is what the setting names where outcomes can be compared', () => {
    expect(new Set(KINDS.map((kind) => chosen(kind, []).name)).size).toBe(5);
  });

  it('takes β of the bound from the settings', () => {
    const x = Float64Array.of(0.6);
    const [low, high] = [1, 9].map((beta) => chosen('ucb', [], data, beta).values(x, 1)[0]);
    const { mean, variance } = exactGp(data, hyperparameters).predict(x, 1);
    expect(low).toBe(mean[0] + Math.sqrt(variance[0]));
    expect(high).toBe(mean[0] + 3 * Math.sqrt(variance[0]));
  });

  const overOutcome = (pending: readonly number[], count: number, given: GpData = data) =>
    chooseAcquisition(
      { acquisition: 'log-ei', beta: 4, pendingBar: 'outcome' },
      exactGp(given, hyperparameters),
      { x: Float64Array.from(pending), running: count },
      randomStream('test'),
    );

  it('surpasses the best outcome also while trials pend, and not those that failed', () => {
    const x = Float64Array.of(0.6, 0.95);
    const [failed, pending] = [0, 1].map((count) => overOutcome([0.7], count));
    expect(failed.name).toBe('pending-log-ei-over-best');
    failed.values(x, 2).forEach((value, i) => expect(value).toBeGreaterThan(pending.values(x, 2)[i]));
  });

  it.each(KINDS)('draws fantasies of pending trials, whatever the setting: %s', (kind) => {
    expect(chosen(kind, [0.6]).name).toBe(chosen('log-nei', [0.6]).name);
    const x = Float64Array.of(0.6, 0.65, 0.95);
    expect(chosen(kind, [0.6]).values(x, 3)).toEqual(chosen('log-nei', [0.6]).values(x, 3));
  });

  const twoSamples = { ...data, offsets: { of: Int32Array.of(0, 1, 1), variance: 0.5 } };
  it.each(['log-ei', 'log-nei', 'ei', 'pi'] as const)(
    'does not take an outcome of an easy sample for a bar to pass: %s',
    (kind) => {
      expect(chosen(kind, [], twoSamples).name).toBe(chosen('log-nei', []).name);
    },
  );

  it('nor does it with trials pending', () => {
    expect(overOutcome([0.7], 1, twoSamples).name).toBe(chosen('log-nei', [0.7]).name);
  });

  it('keeps the bound over several samples, for it compares with no outcome', () => {
    expect(chosen('ucb', [], twoSamples).name).toBe('ucb');
  });
});

describe('replacementNote(choice, chosen, pending)', () => {
  const noted = (kind: AcquisitionSetting, pending: readonly number[], given?: GpData) =>
    replacementNote({ acquisition: kind }, chosen(kind, pending, given), running(pending));
  const twoSamples = { ...data, offsets: { of: Int32Array.of(0, 1, 1), variance: 0.5 } };

  it('says where noise-corrected log EI stands in for what it is not', () => {
    const pending = (kind: string) => ({
      kind: 'acquisition-replaced',
      message: `with trials pending or failed, log-nei stands in for ${kind}`,
    });
    expect(noted('pi', [0.6])).toEqual(pending('pi'));
    expect(noted('ucb', [0.6])).toEqual(pending('ucb'));
    expect(noted('ei', [0.6])).toEqual({
      kind: 'acquisition-replaced',
      message: 'with trials pending, log-nei stands in for ei',
    });
    expect(noted('ei', [], twoSamples)).toEqual({
      kind: 'acquisition-replaced',
      message: 'over several samples, log-nei stands in for ei',
    });
    expect(noted('pi', [], twoSamples)).toEqual({
      kind: 'acquisition-replaced',
      message: 'over several samples, log-nei stands in for pi',
    });
  });

  it('is not there where the setting is kept, or is the log of expected improvement anyway', () => {
    for (const kind of KINDS) expect(noted(kind, [])).toBeUndefined();
    for (const kind of ['log-ei', 'log-nei'] as const) {
      expect(noted(kind, [0.6])).toBeUndefined();
      expect(noted(kind, [], twoSamples)).toBeUndefined();
    }
    expect(noted('ucb', [], twoSamples)).toBeUndefined();
  });
});
