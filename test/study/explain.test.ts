import { describe, expect, it } from '@jest/globals';
import { createStudy } from '../../src/create-study.js';
import type { BoSearchError } from '../../src/errors.js';
import { alphaSpace, createSpace, integer, real } from '../../src/space/index.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import type { Study } from '../../src/study/index.js';
import { composition, openStudy } from './open.js';
import { viewStudy } from '../../src/study/index.js';
import { createBayesPolicy } from '../../src/study/policies/bayes/index.js';

const QUICK = { name: 'bayes', settings: { candidates: 32, starts: 2 } };

async function told(study: Study, count: number): Promise<Study> {
  for (let i = 0; i < count; i++) {
    const trial = await study.ask();
    await study.tell(trial, { value: 1 - (trial.alphas[0] - 0.3) ** 2 - trial.alphas[1] / 5 });
  }
  return study;
}

const alphas = (count: number, policy: Parameters<typeof createStudy>[0]['policy'] = QUICK) =>
  createStudy({ space: alphaSpace(2, { seeds: false }), seed: 4, policy }).then((study) =>
    told(study, count),
  );

function refusal(call: () => unknown): Partial<BoSearchError> {
  try {
    call();
  } catch (error) {
    const { code, message } = error as BoSearchError;
    return { code, message };
  }
  return {};
}

describe('study.explain()', () => {
  it('counts trials by state and origin, with the best of each', async () => {
    const study = await alphas(8);
    const first = await study.ask();
    await study.fail(first, 'no');
    await study.ask();
    const { states, origins, policy, direction, spaceKind } = study.explain();
    expect({ states, policy, direction, spaceKind }).toEqual({
      states: { running: 1, complete: 8, stopped: 0, failed: 1 },
      policy: 'bayes',
      direction: 'maximize',
      spaceKind: 'alphas',
    });
    expect(origins.map(({ by, trials }) => [by, trials])).toEqual([
      ['initial', 6],
      ['bayes', 4],
    ]);
    const values = study.trials.slice(0, 6).map(({ outcome }) => (outcome as { value: number }).value);
    expect(origins[0].best?.value).toBe(Math.max(...values));
  });

  it('gives lengthscales in units of the parameter: a difference, or a ratio on a logarithmic one', async () => {
    const space = createSpace({
      rate: real(1e-3, 1, { log: true }),
      width: real(-2, 8),
      layers: integer(1, 4),
    });
    const study = await createStudy({ space, policy: QUICK });
    for (let i = 0; i < 7; i++) {
      const trial = await study.ask();
      await study.tell(trial, { value: Math.log(trial.params.rate) + trial.params.width });
    }
    const { parameters, explanation } = study.explain();
    const unit = explanation?.model.lengthscales.map(({ value }) => value) ?? [];
    expect(parameters.map(({ name, log }) => [name, log])).toEqual([
      ['rate', true],
      ['width', false],
      ['layers', false],
    ]);
    expect(parameters[0].lengthscale).toBeCloseTo(1000 ** unit[0], 6);
    expect(parameters[1].lengthscale).toBeCloseTo(10 * unit[1], 12);
    expect(parameters[2].lengthscale).toBeCloseTo(3 * unit[2], 12);
  });

  it('lists as many of the worst predicted trials as asked', async () => {
    const study = await alphas(7);
    expect(study.explain({ worst: 2 }).explanation?.calibration.worst).toHaveLength(2);
    expect(study.explain({ worst: 0 }).explanation?.calibration.worst).toEqual([]);
    expect(refusal(() => study.explain({ worst: -1 }))).toEqual({
      code: 'E_ARGUMENT',
      message: 'explain worst: expected an integer from 0, got -1',
    });
  });

  it('says plainly that a policy has no model, and what can be said without', async () => {
    const study = await alphas(1, 'random');
    const { explanation, noModel, origins } = study.explain();
    expect(explanation).toBeUndefined();
    expect(noModel).toBe('the policy random chooses points without a model');
    expect(origins).toMatchObject([{ by: 'random', trials: 1, best: { trial: 0 } }]);
  });

  it('refuses a study without an ended trial, and fewer than 3 values for a model', async () => {
    const none = await alphas(0);
    const expected = 'explain: expected at least 3 trials with a value';
    expect(refusal(() => none.explain())).toEqual({
      code: 'E_TRIAL_STATE',
      message: `${expected}, got no ended trial`,
    });
    const two = await alphas(2);
    await two.fail(await two.ask(), 'no');
    expect(refusal(() => two.explain())).toEqual({
      code: 'E_TRIAL_STATE',
      message: `${expected}, got 2 of 3 ended trials`,
    });
    const random = await alphas(0, 'random');
    expect(refusal(() => random.explain())).toEqual({
      code: 'E_TRIAL_STATE',
      message: 'explain: expected a trial with a value, got no ended trial',
    });
  });

  it('changes nothing: the next suggestion is the one that would have come', async () => {
    const [left, right] = [await alphas(9), await alphas(9)];
    left.explain();
    left.explainTrial(7);
    expect((await left.ask()).unit).toEqual((await right.ask()).unit);
  });
});

describe('study.explainTrial(trial)', () => {
  it('makes every suggestion again, identical to the last bit, whatever its origin', async () => {
    const study = await createStudy({ space: alphaSpace(2), seed: 1, policy: QUICK });
    await study.enqueue([[0.2, 0.9]], ['mine']);
    await told(study, 10);
    for (const { number } of study.trials) expect(study.explainTrial(number).identical).toBe(true);
    expect(study.explainTrial(0)).toMatchObject({
      origin: { by: 'enqueued', label: 'mine' },
      moved: [],
      pending: [],
    });
    expect(study.explainTrial(0)).not.toHaveProperty('recommendedThen');
    expect(study.explainTrial(0)).not.toHaveProperty('foresight');
    expect(study.explainTrial(1).origin.by).toBe('seed');
  });

  it('tells what was known then: the same as a study that ends there', async () => {
    const study = await alphas(10);
    const then = await alphas(8);
    const { foresight, recommendedThen, rank, value } = study.explainTrial(8);
    const { trial, mean, interval } = then.recommend();
    expect(recommendedThen).toEqual({ trial, mean, interval });
    const [point, policy] = [study.trials[8], createBayesPolicy(QUICK.settings)];
    const context = {
      seed: 4,
      direction: 'maximize' as const,
      dimension: 2,
      weights: then.header.weights,
      trials: then.trials,
    };
    const { unit, outcome, reported } = point;
    expect(foresight).toEqual(policy.foresee?.(context, { unit, reported, ...(outcome && { outcome }) }));
    expect(foresight?.observations).toBe(8);
    const better = study.trials
      .slice(0, 9)
      .filter((other) => (other.outcome as { value: number }).value > (value ?? NaN));
    expect(rank).toEqual({ place: better.length + 1, of: 9 });
  });

  it('lists what moved from the recommended point, greatest first, and what was pending', async () => {
    const study = await alphas(7);
    const [a, b] = await study.ask(2);
    const { moved, pending, recommendedThen } = study.explainTrial(b);
    expect(pending).toEqual([a.number]);
    const incumbent = study.trials[recommendedThen?.trial ?? 0];
    const expected = [0, 1]
      .map((j) => ({
        name: `alpha_${j}`,
        from: incumbent.alphas[j],
        to: b.alphas[j],
        distance: Math.abs(b.unit[j] - incumbent.unit[j]),
      }))
      .filter(({ distance }) => distance > 0)
      .sort((x, y) => y.distance - x.distance);
    expect(moved).toEqual(expected);
    expect(study.explainTrial(b)).not.toHaveProperty('value');
  });

  it('says why a trial was stopped: its block, and how it stood on the same images', async () => {
    const study = await openStudy({ policy: stopping() });
    const [good, bad] = await study.ask(2);
    const block = (clean: string, robust: string) => ({ sample: 's', block: 0, outcomes: { clean, robust } });
    await study.report(good, block('1111', '1110'));
    await study.tell(good);
    expect(await study.report(bad, block('1011', '0010'))).toBe('stop');
    await study.tell(bad);
    const { stopped, state } = study.explainTrial(bad);
    expect(state).toBe('stopped');
    // scores 1, 1, 1, ½ against ½, 0, 1, ½
    const squares = [-0.5, -1, 0, 0].map((value) => (value + 0.375) ** 2).reduce((x, y) => x + y, 0);
    expect(stopped).toMatchObject({
      block: 0,
      blocks: 1,
      against: { trial: 0, images: 4, difference: -0.375 },
    });
    expect(stopped?.against?.standardError).toBeCloseTo(Math.sqrt(squares / 3 / 4), 12);
  });

  it('tells where the journal holds another suggestion than the policy makes', async () => {
    const storage = createMemoryStorage();
    await told(await createStudy({ space: alphaSpace(2, { seeds: false }), policy: QUICK, storage }), 4);
    const records = storage
      .read()
      .map((record) =>
        record.kind === 'ask' && record.trial === 2 ? { ...record, unit: [0.5, 0.25] } : record,
      );
    const view = viewStudy(
      { records, place: 'memory', warnings: [] },
      createBayesPolicy(QUICK.settings),
      composition,
    );
    expect(view.explainTrial(1).identical).toBe(true);
    expect(view.explainTrial(2)).toMatchObject({
      identical: false,
      difference: { path: 'unit[0]', expected: 0.5 },
    });
  });

  it('refuses a trial that is not there', async () => {
    const study = await alphas(1);
    expect(refusal(() => study.explainTrial(1))).toEqual({
      code: 'E_TRIAL_STATE',
      message: 'explain: expected a trial from 0 to 0, got 1',
    });
    const none = await alphas(0);
    expect(refusal(() => none.explainTrial(0))).toEqual({
      code: 'E_TRIAL_STATE',
      message: 'explain: expected a trial that was asked for, got 0 before the first ask',
    });
  });
});

/** Stops the second trial after its first block. */
function stopping() {
  return {
    ...composition.policies['random'](),
    decide: (_c: unknown, trial: number) => (trial === 1 ? 'stop' : 'continue'),
  } as const;
}
