import { describe, expect, it } from '@jest/globals';
import { exactGp } from '../../../src/gp/index.js';
import type { GpData } from '../../../src/gp/index.js';
import { randomStream } from '../../../src/math/index.js';
import { chooseAcquisition } from '../../../src/study/policies/bayes/choose-acquisition.js';
import type { AcquisitionSetting } from '../../../src/study/policies/bayes/settings.js';

const data: GpData = {
  x: Float64Array.of(0.1, 0.4, 0.8),
  y: Float64Array.of(-1, 0.2, 0.8),
  dimension: 1,
  noise: { kind: 'inferred' },
};
const hyperparameters = { lengthscales: Float64Array.of(0.3), outputScale: 1, noiseVariance: 0.01 };
const KINDS: readonly AcquisitionSetting[] = ['log-ei', 'log-nei', 'ei'];

const chosen = (kind: AcquisitionSetting, pending: readonly number[], given: GpData = data) =>
  chooseAcquisition(kind, exactGp(given, hyperparameters), Float64Array.from(pending), randomStream('test'));

describe('chooseAcquisition(kind, gp, pending, stream)', () => {
  it('is what the setting names where outcomes can be compared', () => {
    expect(new Set(KINDS.map((kind) => chosen(kind, []).name)).size).toBe(3);
  });

  it.each(KINDS)('draws fantasies of pending trials, whatever the setting: %s', (kind) => {
    expect(chosen(kind, [0.6]).name).toBe(chosen('log-nei', [0.6]).name);
    const x = Float64Array.of(0.6, 0.65, 0.95);
    expect(chosen(kind, [0.6]).values(x, 3)).toEqual(chosen('log-nei', [0.6]).values(x, 3));
  });

  it.each(KINDS)('does not take an outcome of an easy sample for a bar to pass: %s', (kind) => {
    const offsets = { of: Int32Array.of(0, 1, 1), variance: 0.5 };
    expect(chosen(kind, [], { ...data, offsets }).name).toBe(chosen('log-nei', []).name);
  });
});
