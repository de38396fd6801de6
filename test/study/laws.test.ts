import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BoSearchError } from '../../src/errors.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import type { Study } from '../../src/study/index.js';
import { nextPoint } from '../../src/study/next-point.js';
import { replay } from '../../src/study/replay.js';
import type { JournalRecord, Outcome, OutcomeBlock } from '../../src/trial/index.js';
import { thrown } from '../objective/thrown.js';
import { historyPolicy } from './history-policy.js';
import { openStudy } from './open.js';

/** A call that may or may not be legal. */
type Call = (study: Study) => Promise<unknown>;

const trial = fc.integer({ min: -1, max: 8 });
const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, NaN, Infinity));
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  value.map((v) => ({ value: v })),
  fc.record({ successes: fc.nat(5), trials: fc.nat(5) }),
  fc.record({ value, variance: value }),
  fc.record({
    sample: fc.constantFrom('a', 'b'),
    images: fc.nat(3),
    mean: value,
    variance: fc.constant(0.1),
  }),
  fc.constant({ failed: 'x' }),
);
const bits = fc.constantFrom('11', '01', '00', '2', '');
const block: fc.Arbitrary<OutcomeBlock> = fc.record({
  sample: fc.constantFrom('a', 'b'),
  block: fc.integer({ min: -1, max: 3 }),
  outcomes: fc.record({ clean: bits, robust: bits }, { requiredKeys: ['clean'] }),
});
const point = fc.array(fc.constantFrom(0, 0.25, 1, 2), { minLength: 1, maxLength: 3 });

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.boolean().map(
    (detached): Call =>
      (study) =>
        study.ask({ detached }),
  ),
  fc.integer({ min: 0, max: 3 }).map(
    (count): Call =>
      (study) =>
        study.ask(count),
  ),
  fc.tuple(trial, outcome).map(
    ([number, told]): Call =>
      (study) =>
        study.tell(number, told),
  ),
  trial.map(
    (number): Call =>
      (study) =>
        study.tell(number),
  ),
  fc.tuple(trial, block).map(
    ([number, reported]): Call =>
      (study) =>
        study.report(number, reported),
  ),
  trial.map(
    (number): Call =>
      (study) =>
        study.fail(number, 'x'),
  ),
  trial.map(
    (number): Call =>
      (study) =>
        study.expire([number]),
  ),
  fc.constant<Call>((study) => study.expire()),
  trial.map(
    (number): Call =>
      (study) =>
        study.release(number),
  ),
  point.map(
    (values): Call =>
      (study) =>
        study.enqueue([values]),
  ),
);

const stopping = historyPolicy({
  decide: (_, number, blocks) => ((number + blocks.length) % 3 === 0 ? 'stop' : 'continue'),
});

describe('a study under any sequence of calls', () => {
  it('is at each moment what its journal says, and a refused call changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
        const storage = createMemoryStorage();
        const study = await openStudy({ policy: stopping }, storage);
        for (const make of calls) {
          const before = storage.read();
          try {
            await make(study);
          } catch (error) {
            expect(error).toBeInstanceOf(BoSearchError);
            expect(storage.read()).toEqual(before);
          }
          const state = replay(JSON.parse(JSON.stringify(storage.read())) as JournalRecord[], 'copy');
          expect(study.trials).toEqual(state.trials);
          expect(study.endedTrials).toBe(state.endings.length);
          expect(storage.read().slice(0, before.length)).toEqual(before);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('ends each trial once, and never changes an ended one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
        const study = await openStudy({ policy: stopping });
        const ended = new Map<number, string>();
        for (const make of calls) {
          await make(study).catch(() => undefined);
          study.trials.forEach((now, number) => {
            expect(now.number).toBe(number);
            const was = ended.get(number);
            if (was !== undefined) expect(JSON.stringify(now)).toBe(was);
            else if (now.state !== 'running') ended.set(number, JSON.stringify(now));
          });
        }
        expect(study.endedTrials).toBe(ended.size);
      }),
      { numRuns: 100 },
    );
  });

  it('is carried out in call order when the calls overlap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 20 }), async (calls) => {
        const [one, two] = [createMemoryStorage(), createMemoryStorage()];
        const [apart, together] = [
          await openStudy({ policy: stopping }, one),
          await openStudy({ policy: stopping }, two),
        ];
        for (const make of calls) await make(apart).catch(() => undefined);
        await Promise.all(calls.map((make) => make(together).catch(() => undefined)));
        const events = (records: readonly JournalRecord[]): unknown[] =>
          JSON.parse(JSON.stringify(records).replace(/memory-\d+/g, 'token')) as unknown[];
        expect(events(two.read())).toEqual(events(one.read()));
      }),
      { numRuns: 60 },
    );
  });

  it('suggests each point as a function of the records before it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 20 }), async (calls) => {
        const storage = createMemoryStorage();
        const study = await openStudy({ policy: stopping }, storage);
        for (const make of calls) await make(study).catch(() => undefined);
        const records = storage.read();
        records.forEach((record, i) => {
          if (record.kind !== 'ask') return;
          const { unit, origin, memo } = nextPoint(replay(records.slice(0, i), 'memory'), stopping);
          expect({ unit, origin, memo }).toEqual({
            unit: record.unit,
            origin: record.origin,
            memo: record.memo,
          });
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('replay(records, place)', () => {
  const records = async (): Promise<readonly JournalRecord[]> => {
    const storage = createMemoryStorage();
    const study = await openStudy({}, storage);
    await study.enqueue([[0.5, 0.5]]);
    const [a, b] = await study.ask(2);
    await study.report(b, { sample: 's', block: 0, outcomes: { clean: '1', robust: '1' } });
    await study.tell(a, { value: 1 });
    return storage.read();
  };
  const failure = (list: readonly unknown[]): [string, string] =>
    thrown(() => replay(list as JournalRecord[], 'runs/a/study.jsonl'));

  it('needs a header, and one', async () => {
    const [header, ...rest] = await records();
    expect(failure([])).toEqual(['E_JOURNAL', 'runs/a/study.jsonl:1: expected a header, got nothing']);
    expect(failure(rest)).toEqual(['E_JOURNAL', 'runs/a/study.jsonl:1: expected a header, got session']);
    expect(failure([header, header])).toEqual([
      'E_JOURNAL',
      'runs/a/study.jsonl:2: expected one header, got a second',
    ]);
    expect(failure([{ ...header, space: { kind: 'alphas', latents: 0, seeds: [] } }])).toEqual([
      'E_JOURNAL',
      'runs/a/study.jsonl:1: alphaSpace: expected a number of latents from 1 to 512, got 0',
    ]);
  });

  it('needs weights that add up to 1', async () => {
    const [header] = await records();
    expect(failure([{ ...header, weights: { clean: 0.5, robust: 0.25 } }])).toEqual([
      'E_JOURNAL',
      'runs/a/study.jsonl:1: header.weights: expected clean + robust = 1, got 0.75',
    ]);
  });

  it('needs an outcome that is what the reported blocks add up to', async () => {
    const list = await records();
    const right = { sample: 's', images: 1, mean: 1, variance: 0.25, clean: 1, robust: 1 };
    const told = (outcome: object) => [...list, { ...list[6], trial: 1, outcome }];
    expect(replay(told(right) as JournalRecord[], 'x').trials[1]).toMatchObject({ outcome: right });
    for (const wrong of [
      { ...right, mean: 0.5 },
      { ...right, images: 2 },
      { ...right, sample: 't' },
      { value: 1 },
    ]) {
      expect(failure(told(wrong))).toEqual([
        'E_JOURNAL',
        `runs/a/study.jsonl:8: tell(trial 1): expected the mean 1 of the 1 images reported, got ${JSON.stringify(wrong)}`,
      ]);
    }
  });

  it('names the line of a record that does not follow from those before it', async () => {
    const list = await records();
    const [header, , enqueue, ask] = list;
    const at = (line: number, message: string): [string, string] => [
      'E_JOURNAL',
      `runs/a/study.jsonl:${line}: ${message}`,
    ];
    expect(failure([...list, ask])).toEqual(at(8, 'ask: expected trial 2, got 0'));
    expect(failure([header, ask])).toEqual(at(2, 'ask: expected an enqueued point to be left, got none'));
    expect(failure([header, enqueue, { ...ask, unit: [0.5] }])).toEqual(
      at(3, 'ask.unit: expected 2 numbers, got 1'),
    );
    expect(failure([...list, list[6]])).toEqual(at(8, 'tell: expected trial 0 to be running, got complete'));
    expect(failure([...list, { ...list[6], trial: 1, state: 'failed' }])).toEqual(
      at(8, 'tell.state: expected complete or stopped, got failed'),
    );
    expect(failure([...list, { ...list[6], trial: 1, outcome: { value: null } }])).toEqual(
      at(8, 'tell(trial 1).value: expected a number, got null'),
    );
    expect(failure([header, { ...enqueue, points: [[0.5, 2]] }])).toEqual(
      at(2, 'points[0][1]: expected a number from 0 to 1, got 2'),
    );
    expect(failure([...list, { kind: 'handover', trial: 9, owner: 'x' }])).toEqual(
      at(8, 'handover: expected a trial number from 0 to 1, got 9'),
    );
  });
});
