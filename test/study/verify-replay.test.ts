import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BoSearchError } from '../../src/errors.js';
import { alphaSpace, createSpace, integer, real } from '../../src/space/index.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import { type OpenOptions, type Study, verifyStudy } from '../../src/study/index.js';
import { createBayesPolicy } from '../../src/study/policies/bayes/index.js';
import type { AskRecord, JournalRecord, Outcome } from '../../src/trial/index.js';
import { historyPolicy } from './history-policy.js';
import { composition, openStudy, policies } from './open.js';

const withBayes = { ...composition, policies: { ...policies, bayes: createBayesPolicy } };

const prove = (records: readonly JournalRecord[], from = 0) =>
  verifyStudy({ records, place: 'study.jsonl' }, undefined, { from }, withBayes);

/** The records of a study of bayes on two α and a count, 14 trials long, in two sessions with pending trials. */
async function makeBayesRecords(): Promise<readonly JournalRecord[]> {
  const { openStudyOn } = await import('../../src/study/index.js');
  const space = createSpace({ a: real(0, 1), b: real(1e-3, 1, { log: true }), k: integer(1, 4) });
  const storage = createMemoryStorage();
  const open = (records: readonly JournalRecord[]) =>
    openStudyOn(records.length === 0 ? storage : createMemoryStorage(records), { space, seed: 3 }, withBayes);
  const value = ({ a, b, k }: Readonly<Record<string, number>>) =>
    1 - (a - 0.3) ** 2 - Math.log10(b) ** 2 / 9 + k / 9;
  const first = await open([]);
  for (let i = 0; i < 9; i++) {
    const trial = await first.ask();
    await first.tell(trial, { value: value(trial.params) });
  }
  await first.ask(2, { detached: true });
  await first.ask();
  const records = storage.read();
  const again = createMemoryStorage(records);
  const second = await openStudyOn(again, {}, withBayes);
  const orphan = await second.ask();
  await second.tell(orphan, { value: value(orphan.params) });
  await second.enqueue([[0.5, 0.5, 2]]);
  const more = await second.ask(3);
  for (const trial of more) await second.tell(trial, { value: value(trial.params) });
  return JSON.parse(JSON.stringify(again.read())) as JournalRecord[];
}

let made: Promise<readonly JournalRecord[]> | undefined;
const bayesRecords = () => (made ??= makeBayesRecords());

/** The records with the ask record of one trial changed. */
function changed(
  records: readonly JournalRecord[],
  trial: number,
  change: (record: AskRecord) => Partial<AskRecord>,
): JournalRecord[] {
  return records.map((record) =>
    record.kind === 'ask' && record.trial === trial ? { ...record, ...change(record) } : record,
  );
}

type Call = (study: Study) => Promise<unknown>;
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }).map((value) => ({ value })),
  fc.constant({ successes: 1, trials: 4 }),
  fc.constant({ failed: 'x' }),
);
const trial = fc.nat(8);
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.boolean().map(
      (detached): Call =>
        (study) =>
          study.ask({ detached }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(trial, outcome).map(
      ([n, told]): Call =>
        (study) =>
          study.tell(n, told),
    ),
  },
  fc.constant<Call>((study) => study.ask(3)),
  fc.tuple(trial, fc.nat(2), fc.constantFrom('11', '01'), fc.constantFrom('a', 'b')).map(
    ([n, block, clean, sample]): Call =>
      (study) =>
        study.report(n, { sample, block, outcomes: { clean, robust: clean } }),
  ),
  trial.map(
    (n): Call =>
      (study) =>
        study.tell(n),
  ),
  trial.map(
    (n): Call =>
      (study) =>
        study.release(n),
  ),
  fc.constant<Call>((study) => study.expire()),
  fc.constant<Call>((study) => study.enqueue([[0.25, 0.1]])),
);

describe('verifyReplay(records)', () => {
  it('finds whatever a study did identical, over sessions, pending trials and blocks', async () => {
    const decide = historyPolicy({
      decide: (_, n, blocks) => ((n + blocks.length) % 3 === 0 ? 'stop' : 'continue'),
    });
    const options: OpenOptions = { policy: decide, space: alphaSpace(2) };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(call, { maxLength: 12 }), { maxLength: 3 }), async (sessions) => {
        let records: readonly JournalRecord[] = [];
        for (const calls of [[], ...sessions]) {
          const storage = createMemoryStorage(records);
          const study = await openStudy(records.length === 0 ? options : { policy: decide }, storage);
          for (const make of calls) await make(study).catch(() => undefined);
          records = JSON.parse(JSON.stringify(storage.read())) as JournalRecord[];
        }
        const count = (kind: string) => records.filter((record) => record.kind === kind).length;
        const asked = count('ask');
        expect(verifyStudy({ records, place: 'copy' }, decide, {}, composition)).toEqual({
          trials: asked,
          from: 0,
          suggestions: asked,
          decisions: count('report'),
        });
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  it('finds a study of bayes identical, from any trial on', async () => {
    const records = await bayesRecords();
    expect(prove(records)).toEqual({ trials: 15, from: 0, suggestions: 15, decisions: 0 });
    expect(prove(records, 12)).toEqual({ trials: 15, from: 12, suggestions: 3, decisions: 0 });
  });

  it('counts the suggestions made again as it goes', async () => {
    const seen: string[] = [];
    verifyStudy(
      { records: await bayesRecords(), place: 'x' },
      undefined,
      { from: 13, onProgress: (done, of) => seen.push(`${done} of ${of}`) },
      withBayes,
    );
    expect(seen).toEqual(['1 of 2', '2 of 2']);
  });

  it('names trial, line, coordinate and both numbers of the first difference, down to the last bit', async () => {
    const records = await bayesRecords();
    const line = records.findIndex((record) => record.kind === 'ask' && record.trial === 11) + 1;
    const { unit } = records[line - 1] as AskRecord;
    const moved = unit[1] + 2 ** -52;
    const broken = changed(records, 11, () => ({ unit: [unit[0], moved, unit[2]] }));
    const difference = {
      trial: 11,
      line,
      part: 'unit[1]',
      parameter: 'b',
      journal: moved,
      replayed: unit[1],
    };
    expect(prove(broken)).toEqual({ trials: 15, from: 0, suggestions: 11, decisions: 0, difference });
    expect(prove(broken, 11).difference).toEqual(difference);
  });

  it.each<[string, (record: AskRecord) => Partial<AskRecord>, object]>([
    [
      'origin',
      () => ({ origin: { by: 'random' } }),
      { part: 'origin.by', journal: 'random', replayed: 'bayes' },
    ],
    [
      'memo',
      ({ memo }) => ({ memo: { fit: { ...(memo as { fit: object }).fit, n: 3 } } }),
      { part: 'memo.fit.n', journal: 3 },
    ],
    ['values', ({ unit }) => ({ values: unit }), { part: 'values' }],
  ])('finds a changed %s', async (_, change, difference) => {
    const records = await bayesRecords();
    const fitted = records.find((record) => record.kind === 'ask' && record.memo !== undefined) as AskRecord;
    const number = fitted.trial;
    const found = prove(changed(records, number, change)).difference;
    expect(found).toMatchObject({ trial: number, ...difference });
  });

  it('finds what a later trial owes to an outcome that was changed', async () => {
    const records = (await bayesRecords()).map((record) =>
      record.kind === 'tell' && record.trial === 6 ? { ...record, outcome: { value: 0.123 } } : record,
    );
    expect(prove(records).difference?.trial).toBeGreaterThan(6);
  });

  it('finds a decision that would be another', async () => {
    const stop = historyPolicy({ decide: () => 'stop' });
    const storage = createMemoryStorage();
    const study = await openStudy({ policy: historyPolicy() }, storage);
    await study.ask();
    await study.report(0, { sample: 'a', block: 0, outcomes: { clean: '1', robust: '1' } });
    const proof = verifyStudy({ records: storage.read(), place: 'x' }, stop, {}, composition);
    expect(proof.difference).toEqual({
      trial: 0,
      line: 4,
      part: 'decision',
      journal: 'continue',
      replayed: 'stop',
    });
  });

  it.each<[string, () => unknown, string, string]>([
    [
      'a policy that is not known',
      () => {
        const records = [{ ...header(), policy: { name: 'mine', settings: null } }];
        return verifyStudy({ records, place: 'x' }, undefined, {}, composition);
      },
      'E_CONFIG',
      'study policy: expected random, sobol, history or a policy of your own, got "mine"',
    ],
    [
      'a policy with other settings',
      () =>
        verifyStudy(
          { records: [header()], place: 'x' },
          historyPolicy({ settings: { depth: 2 } }),
          {},
          composition,
        ),
      'E_CONFIG',
      'study policy.settings.depth: expected 1, got 2, as x was begun',
    ],
    [
      'a trial that is not there',
      () => verifyStudy({ records: [header()], place: 'x' }, undefined, { from: 1 }, composition),
      'E_ARGUMENT',
      'replay from: expected a trial from 0 to 0, got 1',
    ],
    [
      'no records',
      () => verifyStudy({ records: [], place: 'x' }, 'random', {}, composition),
      'E_JOURNAL',
      'x:1: expected a header, got nothing',
    ],
  ])('refuses %s', (_, make, code, message) => {
    expect(make).toThrow(BoSearchError);
    expect(make).toThrow(expect.objectContaining({ code, message }));
  });
});

function header(): Extract<JournalRecord, { kind: 'header' }> {
  return {
    kind: 'header',
    format: 'bo-search/journal',
    version: 1,
    seed: 0,
    direction: 'maximize',
    space: { kind: 'alphas', latents: 2, seeds: [] },
    policy: { name: 'history', settings: { depth: 1 } },
    weights: { clean: 0.5, robust: 0.5 },
    rescore: 4,
    about: null,
    versions: { boSearch: '0', node: '0' },
  };
}
