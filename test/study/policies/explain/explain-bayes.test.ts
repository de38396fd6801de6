import { beforeAll, describe, expect, it } from '@jest/globals';
import { logExpectedImprovement, noisyLogExpectedImprovement } from '../../../../src/acquisition/index.js';
import { createBayesPolicy } from '../../../../src/study/policies/bayes/index.js';
import type { PolicyExplanation } from '../../../../src/study/policies/explanation.js';
import type { Policy, PolicyContext, TrialSnapshot } from '../../../../src/study/policies/policy.js';
import { exactGp } from '../../../../src/gp/index.js';
import { bitsFrom, measurementOf } from '../../../../src/trial/index.js';
import { DENSE_SOLVE } from '../../../tolerances.js';
import { context, ended, play } from '../history.js';

const quick = () => createBayesPolicy({ candidates: 64, starts: 3, fence: null });

/** The first coordinate matters most and is best at 0, the second is best at 1, the third does nothing. */
const slope = (unit: readonly number[]) => 2 - 3 * unit[0] + unit[1];

/** A design that covers the cube, so that the model knows the objective everywhere. */
function history(objective: (unit: readonly number[]) => number, part: Partial<PolicyContext> = {}) {
  const start = context([], { dimension: 3, ...part });
  const design = () => createBayesPolicy({ initial: 32 });
  return { ...start, trials: play(design, (unit) => ({ value: objective(unit) }), 32, start) };
}

function explained(of: PolicyContext, policy: Policy = quick()): PolicyExplanation {
  const explanation = policy.explain?.(of, 5);
  if (explanation === undefined) throw new Error('expected an explanation');
  return explanation;
}

describe('explain(context, worst) of the bayes policy', () => {
  let plain: PolicyContext;
  let explanation: PolicyExplanation;
  beforeAll(() => {
    plain = history(slope);
    explanation = explained(plain);
  });

  it('is plain data, the same from any instance, and holds no number that JSON has not', () => {
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    const used = quick();
    used.suggest(plain);
    expect(explained(plain, used)).toEqual(explanation);
  });

  it('finds which parameters matter, and which end is better', () => {
    const { parameters, spread } = explanation.effects;
    // Variances 9/12 and 1/12 of a sum without interactions.
    [0.9, 0.1, 0].forEach((share, j) => {
      expect(Math.abs(parameters[j].total.ofMean - share)).toBeLessThan(0.03);
      expect(Math.abs(parameters[j].first.ofMean - share)).toBeLessThan(0.03);
      expect(parameters[j].total.interval[0]).toBeLessThan(share + 0.03);
      expect(parameters[j].total.interval[1]).toBeGreaterThan(share - 0.03);
    });
    expect(parameters.map(({ better }) => better).slice(0, 2)).toEqual(['low', 'high']);
    expect(Math.abs(spread.ofMean - Math.sqrt(10 / 12))).toBeLessThan(0.05);
  });

  it('gives curves and flips in units of the objective', () => {
    const { parameters, levels, around } = explanation.effects;
    levels.forEach((level, t) => {
      expect(Math.abs(parameters[0].curve[t].mean - (2.5 - 3 * level))).toBeLessThan(0.1);
    });
    const at = plain.trials[around].unit;
    expect(Math.abs(parameters[0].toHigh.mean + 3 * (1 - at[0]))).toBeLessThan(0.3);
    expect(Math.abs(parameters[1].toLow.mean + at[1])).toBeLessThan(0.2);
  });

  it('turns with the direction, shift and scale of the objective', () => {
    const turned = explained(history((unit) => 100 - 50 * slope(unit), { direction: 'minimize' }));
    turned.effects.parameters.forEach(({ total, better, toHigh }, j) => {
      const before = explanation.effects.parameters[j];
      expect(Math.abs(total.mean - before.total.mean)).toBeLessThan(1e-3);
      expect(better).toBe(before.better);
      expect(Math.abs(toHigh.mean + 50 * before.toHigh.mean)).toBeLessThan(0.5);
    });
    const { stopping } = turned;
    expect(stopping.expectedGain / (50 * explanation.stopping.expectedGain)).toBeCloseTo(1, 2);
    expect(stopping.verdict).toBe(explanation.stopping.verdict);
  });

  it('says how the model was made', () => {
    const { model } = explanation;
    expect(model).toMatchObject({
      observations: 32,
      trials: 32,
      kernel: 'matern52',
      transform: { used: 'identity', setting: 'auto' },
      lengthscalePrior: { mode: 0.5 * Math.sqrt(3), common: 1, own: 0.3 },
      acquisition: { setting: 'log-ei', used: 'log-ei' },
      fit: { observations: 32, reason: 'first' },
      noise: { kind: 'nugget', floor: 1e-6 },
    });
    expect(model.fit.trial).toBeUndefined();
    const { value, fromPrior } = model.lengthscales[2];
    expect(fromPrior).toBeCloseTo(Math.log(value / (0.5 * Math.sqrt(3))) / Math.hypot(1, 0.3), 12);
  });

  it('gives little to gain once the best corner is found, and never less than nothing', () => {
    const { verdict, recentGains, standardError, share, gainLeft, expectedGain } = explanation.stopping;
    expect(recentGains).toHaveLength(5);
    expect(recentGains[4]).toBe(expectedGain);
    expect(Math.min(gainLeft, ...recentGains)).toBeGreaterThanOrEqual(0);
    const below = recentGains.map((gain) => gain < share * standardError);
    expect(verdict).toBe(below.every(Boolean) ? 'little-to-gain' : below[4] ? 'nearly' : 'go-on');
  });

  it('counts only trials that ended among the last ones, whatever runs', () => {
    const running = [32, 33, 34].map((number): TrialSnapshot => {
      return { number, unit: [0.1, 0.2, number / 100], state: 'running', origin: { by: 'bayes' } };
    });
    const { stopping } = explained({ ...plain, trials: [...plain.trials, ...running] });
    expect(stopping.recentGains).toHaveLength(5);
    expect(stopping.recentGains.slice(0, 4)).toEqual(explanation.stopping.recentGains.slice(0, 4));
  });

  it('says that it is too early while the initial design is not through', () => {
    const early = { ...plain, trials: plain.trials.slice(0, 4) };
    expect(explained(early).stopping.verdict).toBe('too-early');
  });

  it('has nothing to say of fewer than 3 observations', () => {
    const few = {
      ...plain,
      trials: [...plain.trials.slice(0, 2), ended(2, [0.5, 0.5, 0.5], { failed: 'no' })],
    };
    expect(quick().explain?.(few, 5)).toBeUndefined();
    expect(quick().foresee?.(few, { unit: [0, 0, 0] })).toBeUndefined();
  });

  it('stays finite for shares at 0 and 1, equal outcomes and one parameter', () => {
    const shares = Array.from({ length: 6 }, (_, t) =>
      ended(t, [t / 5], { successes: t < 3 ? 0 : 8, trials: 8 }),
    );
    const equal = Array.from({ length: 6 }, (_, t) => ended(t, [t / 5], { value: 3 }));
    const bits = Array.from({ length: 6 }, (_, t) => {
      const outcomes = { clean: bitsFrom([t > 2, true, false]), robust: bitsFrom([t > 3, false, t > 1]) };
      return ended(t, [t / 5], measurementOf([{ sample: 'a', block: 0, outcomes }]));
    });
    for (const trials of [shares, equal, bits]) {
      const text = JSON.stringify(explained(context(trials)), (_key, value: unknown) =>
        typeof value === 'number' && !Number.isFinite(value) ? 'not finite' : value,
      );
      expect(text).not.toContain('not finite');
    }
  });
});

describe('foresee(context, point) of the bayes policy', () => {
  const trials: TrialSnapshot[] = [0.1, 0.4, 0.6, 0.95].map((u, t) =>
    ended(t, [u], { value: 10 * Math.sin(5 * u) }),
  );

  it('is what a GP of the history says, in units of the objective', () => {
    const policy = quick();
    const of = context(trials);
    const { model } = explained(of);
    const foresight = policy.foresee?.(of, { unit: [0.5], outcome: { value: 4 } });
    const values = trials.map(({ outcome }) =>
      outcome !== undefined && 'value' in outcome ? outcome.value : 0,
    );
    const shift = values.reduce((a, b) => a + b, 0) / 4;
    const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - shift) ** 2, 0) / 4);
    const gp = exactGp(
      {
        x: Float64Array.of(0.1, 0.4, 0.6, 0.95),
        y: Float64Array.from(values, (value) => (value - shift) / scale),
        dimension: 1,
        noise: { kind: 'inferred' },
      },
      {
        lengthscales: Float64Array.of(model.lengthscales[0].value),
        outputScale: model.outputScale.value,
        noiseVariance: model.noise.value,
      },
    );
    const x = Float64Array.of(0.5);
    const { mean, variance } = gp.predict(x, 1);
    const near = (got: number | null | undefined, expected: number) =>
      expect(Math.abs((got ?? NaN) - expected)).toBeLessThan(20 * DENSE_SOLVE);
    near(foresight?.mean, shift + scale * mean[0]);
    near(foresight?.sd, scale * Math.sqrt(variance[0]));
    near(foresight?.z, ((4 - shift) / scale - mean[0]) / Math.sqrt(variance[0] + model.noise.value));
    const best = Math.max(...values.map((value) => (value - shift) / scale));
    near(foresight?.acquisition.value, logExpectedImprovement(gp, { best }).values(x, 1)[0]);
    const incumbent = Float64Array.from(trials[foresight?.incumbent.trial ?? 0].unit);
    near(
      foresight?.expectedGain,
      scale * Math.exp(noisyLogExpectedImprovement(gp, { incumbents: incumbent }).values(x, 1)[0]),
    );
    near(foresight?.nearest.distance, 0.1 / model.lengthscales[0].value);
    expect([1, 2]).toContain(foresight?.nearest.trial);
  });

  it('leaves z out without a value', () => {
    const of = context(trials);
    expect(quick().foresee?.(of, { unit: [0.5] })).not.toHaveProperty('z');
    expect(quick().foresee?.(of, { unit: [0.5], outcome: { failed: 'no' } })).not.toHaveProperty('z');
  });
});
