import { describe, expect, it } from '@jest/globals';
import type { Objective, Space, spaceFromJson, Study, Trial } from '../../src/index.js';
import { alphaSpace, createSpace, createStudy, integer, real } from '../../src/index.js';

const space = () => createSpace({ rate: real(1e-4, 1, { log: true }), layers: integer(1, 8) });

/** Compiles only if A and B are the same type. */
function expectSameType<A, B>(
  _same: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never,
): void {}

describe('the parameters of a trial, to the compiler and at run time', () => {
  it('are those that the space names, and no others', async () => {
    const study = await createStudy({ space: space(), policy: 'random' });
    const trial = await study.ask();
    expectSameType<typeof trial.params, Readonly<Record<'rate' | 'layers', number>>>(true);
    expect(trial.params.rate).toBe(trial.alphas[0]);
    expect(trial.params.layers).toBe(trial.alphas[1]);
    // @ts-expect-error: no parameter of this name
    expect(trial.params.other).toBeUndefined();
    const told = await study.tell(trial, { value: trial.params.rate });
    expect(told.params.layers).toBe(study.trials[0].params.layers);
    const best = study.recommend();
    expect(best.params.rate).toBe(best.observed.params.rate);
    const [second] = await study.ask(1);
    expect(Number.isInteger(second.params.layers)).toBe(true);
  });

  it('are asked for by name in objectives and in points to try', async () => {
    const study = await createStudy({ space: space(), policy: 'random' });
    await study.enqueue([{ rate: 0.1, layers: 3 }]);
    // @ts-expect-error: a point without all parameters
    await expect(study.enqueue([{ rate: 0.1 }])).rejects.toThrow('enqueue points[0].layers');
    await study.optimize((trial) => trial.params.rate * trial.params.layers, { evaluations: 2 });
    expect(study.trials[0].outcome).toEqual({ value: 0.1 * 3 });
    // @ts-expect-error: no parameter of this name
    await study.optimize((trial) => Number(trial.params.depth), { evaluations: 3 });
    expect(study.trials[2].state).toBe('failed');
  });

  it('have any name where the names are not known when compiling', async () => {
    const study = await createStudy({ space: alphaSpace(2), policy: 'random' });
    expectSameType<typeof study, Study>(true);
    const trial = await study.ask();
    expect(trial.params['alpha_1']).toBe(trial.alphas[1]);
    expectSameType<ReturnType<typeof spaceFromJson>, Space>(true);
  });

  it('may be forgotten: what takes any study, trial, space or objective takes those with names', async () => {
    const study = await createStudy({ space: space(), policy: 'random' });
    const any: Study = study;
    const trial: Trial = await study.ask();
    const anySpace: Space = space();
    const objective: Objective = ({ params }) => params['rate'];
    await study.tell(trial, { value: 1 });
    await study.optimize(objective, { evaluations: 2 });
    expect([any.space, any.trials.length]).toEqual([anySpace, 2]);
  });
});
