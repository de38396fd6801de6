import { describe, expect, it } from '@jest/globals';
import { alphaSpace, createSpace, integer, real } from '../../src/space/index.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import type { Study } from '../../src/study/index.js';
import { rejected } from '../objective/thrown.js';
import { openStudy, reopen } from './open.js';

/** Origin and values of the next `count` trials, each told at once. */
async function asked(study: Study, count: number): Promise<(readonly [string, readonly number[]])[]> {
  const list: (readonly [string, readonly number[]])[] = [];
  for (let k = 0; k < count; k++) {
    const { number, origin, alphas } = await study.ask();
    await study.tell(number, { value: number });
    list.push([[origin.by, ...(origin.label === undefined ? [] : [origin.label])].join(' '), alphas]);
  }
  return list;
}

describe('enqueued points', () => {
  it('are asked in their order, with their labels, before the first trial and between trials alike', async () => {
    const study = await openStudy();
    await study.enqueue(
      [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
      ['linear', 'from run 7'],
    );
    expect(await asked(study, 1)).toEqual([['enqueued linear', [0.1, 0.2]]]);
    await study.enqueue([[0.5, 0.6]]);
    const next = await asked(study, 3);
    expect(next.slice(0, 2)).toEqual([
      ['enqueued from run 7', [0.3, 0.4]],
      ['enqueued user', [0.5, 0.6]],
    ]);
    expect(next[2][0]).toBe('history');
    await study.enqueue([[0.7, 0.8]], ['late']);
    expect(await asked(study, 1)).toEqual([['enqueued late', [0.7, 0.8]]]);
  });

  it('wait behind no running trial, and no running trial is changed by them', async () => {
    const study = await openStudy();
    const running = await study.ask();
    await study.enqueue([[0.1, 0.2]]);
    expect((await study.ask()).alphas).toEqual([0.1, 0.2]);
    expect(study.trials[0]).toEqual(running);
  });

  it('are asked as often as they were enqueued, tried before or not', async () => {
    const study = await openStudy();
    await study.enqueue([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    await asked(study, 2);
    await study.enqueue([[0.5, 0.5]], ['again']);
    const point = [0.5, 0.5];
    expect(await asked(study, 1)).toEqual([['enqueued again', point]]);
    expect(study.trials.map(({ alphas }) => alphas)).toEqual([point, point, point]);
  });

  it('go before the seeds of the space, which are not repeated', async () => {
    const study = await openStudy({ space: alphaSpace(2) });
    await study.enqueue([[0.5, 0.5]], ['mine']);
    const labels = (await asked(study, 4)).map(([by]) => by);
    expect(labels).toEqual(['enqueued mine', 'seed linear', 'seed cosine', 'seed constant 0']);
  });

  it('come by name or by order, with the bounds included', async () => {
    const study = await openStudy({
      space: createSpace({ rate: real(1e-4, 1, { log: true }), layers: integer(1, 8) }),
    });
    await study.enqueue([{ layers: 8, rate: 1e-4 }, [1, 1]]);
    expect((await asked(study, 2)).map(([, values]) => values)).toEqual([
      [1e-4, 8],
      [1, 1],
    ]);
    expect(study.trials[0].params).toEqual({ rate: 1e-4, layers: 8 });
  });

  it('are kept as they were given, whatever the caller does with the list afterwards', async () => {
    const study = await openStudy();
    const point = [0.1, 0.2];
    const adding = study.enqueue([point]);
    await adding;
    point[0] = 9;
    expect((await study.ask()).alphas).toEqual([0.1, 0.2]);
  });

  it('go on after a session that died, those asked already left out and the running one first', async () => {
    const storage = createMemoryStorage();
    const first = await openStudy({}, storage);
    await first.enqueue(
      [
        [0.1, 0.1],
        [0.2, 0.2],
        [0.3, 0.3],
      ],
      ['a', 'b', 'c'],
    );
    await asked(first, 1);
    await first.ask();
    const second = await reopen(storage.read());
    await second.enqueue([[0.4, 0.4]], ['d']);
    expect(await asked(second, 3)).toEqual([
      ['enqueued b', [0.2, 0.2]],
      ['enqueued c', [0.3, 0.3]],
      ['enqueued d', [0.4, 0.4]],
    ]);
    expect(second.trials.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
  });

  it('may be none', async () => {
    const storage = createMemoryStorage();
    const study = await openStudy({}, storage);
    const before = storage.read().length;
    await study.enqueue([]);
    await study.enqueue([], []);
    expect(storage.read()).toHaveLength(before);
  });

  it.each([
    [[[0.5]], undefined, 'enqueue points[0]: expected 2 values, got 1'],
    [[[0.5, 0.5, 0.5]], undefined, 'enqueue points[0]: expected 2 values, got 3'],
    [
      [
        [0.5, 0.5],
        [-1e-9, 0],
      ],
      undefined,
      'enqueue points[1][0]: expected a number from 0 to 1, got -1e-9',
    ],
    [[[0.5, NaN]], undefined, 'enqueue points[0][1]: expected a number from 0 to 1, got NaN'],
    [[[0.5, '0.5']], undefined, 'enqueue points[0][1]: expected a number from 0 to 1, got "0.5"'],
    [[{ alpha_0: 1 }], undefined, 'enqueue points[0].alpha_1: expected a number from 0 to 1, got nothing'],
    [
      [{ alpha_0: 1, alpha_1: 1, alpha_2: 1 }],
      undefined,
      'enqueue points[0]: expected parameters alpha_0, alpha_1, got alpha_2',
    ],
    [[null], undefined, 'enqueue points[0]: expected a list or an object, got null'],
    [[0.5, 0.5], undefined, 'enqueue points: expected a list of points, got one point'],
    [{ alpha_0: 1, alpha_1: 1 }, undefined, 'enqueue points: expected a list of points, got an object'],
    [undefined, undefined, 'enqueue points: expected a list of points, got nothing'],
    [[[0.5, 0.5]], ['a', 'b'], 'enqueue labels: expected 1 labels in words, got ["a","b"]'],
    [[[0.5, 0.5]], [''], 'enqueue labels: expected 1 labels in words, got [""]'],
    [[[0.5, 0.5]], [7], 'enqueue labels: expected 1 labels in words, got [7]'],
    [[[0.5, 0.5]], 'a', 'enqueue labels: expected 1 labels in words, got "a"'],
  ])('are refused, all or none: %j, labels %j', async (points, labels, message) => {
    const storage = createMemoryStorage();
    const study = await openStudy({}, storage);
    const before = storage.read().length;
    expect(await rejected(study.enqueue(points as never, labels as never))).toEqual(['E_ARGUMENT', message]);
    expect(storage.read()).toHaveLength(before);
    expect((await study.ask()).origin.by).toBe('history');
  });
});
