import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readJournal, verifyReplay } from '../../src/index.js';
import {
  type FinishedSearch,
  loadSearchConfig,
  readRun,
  resultsJsonSchema,
  runSearch,
  type SearchConfigInput,
  type SearchEvent,
} from '../../src/search/index.js';
import { withOverrides } from '../../src/search/config/with-overrides.js';

const PUPPET = fileURLToPath(new URL('puppet-evaluator.mjs', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-racing-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (...parts: string[]) => join(folder, ...parts);
const RACING = { blocks: 4, budget: 0.6, finalists: 2, fresh: 6 };

function configured(name: string, search: SearchConfigInput['search'] = {}, puppet: object = {}): string {
  mkdirSync(at(name), { recursive: true });
  const config: SearchConfigInput = {
    evaluator: { command: [process.execPath, PUPPET, JSON.stringify(puppet)], startSeconds: 30 },
    attack: { l2Bound: 2, steps: 3 },
    search: { images: 12, evaluations: 10, racing: RACING, ...search },
    heldOut: { images: 20, draws: 2 },
  };
  writeFileSync(at(name, 'search.yaml'), JSON.stringify(config));
  return at(name, 'search.yaml');
}

async function finished(
  configFile: string,
  out: string,
  onEvent?: (event: SearchEvent) => void,
): Promise<FinishedSearch> {
  const config = await loadSearchConfig(configFile);
  const outcome = await runSearch(config, { out, configFile, ...(onEvent === undefined ? {} : { onEvent }) });
  if (outcome.kind !== 'finished') throw new Error(`the search ended as ${JSON.stringify(outcome)}`);
  return outcome;
}

const asks = (out: string) => readJournal(out).records.flatMap((one) => (one.kind === 'ask' ? [one] : []));
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (error: Error & { code: string }) => `${error.code} ${error.message.replaceAll(folder, '')}`,
  );

/** Judgements in full: 10 evaluations, 12 images, clean and attacked. */
const FULL = 240;
const BUDGET = 144;
const FINALS = 2 * 6 * 2;

describe('runSearch with racing', () => {
  let whole: FinishedSearch;
  const events: SearchEvent[] = [];
  const out = () => at('whole', 'run');
  beforeAll(async () => {
    whole = await finished(configured('whole', {}, { log: at('log') }), out(), (event) => events.push(event));
  });

  it('judges search images in blocks, and finalists alone on fresh ones', () => {
    const trials = asks(out());
    const finals = trials.filter(({ origin }) => origin.label?.startsWith('finalist'));
    expect(finals.map(({ blocks }) => blocks)).toEqual([
      [4, 5],
      [4, 5],
    ]);
    expect(finals.map(({ origin }) => origin.label)).toEqual([
      `finalist 1 after ${BUDGET - FINALS} judgements`,
      `finalist 2 after ${BUDGET - FINALS} judgements`,
    ]);
    expect(trials.slice(-2)).toEqual(finals);
    for (const { blocks = [] } of trials.slice(0, -2)) {
      expect(blocks.length).toBeGreaterThan(0);
      expect(blocks.every((block) => block < 4)).toBe(true);
    }
  });

  it('asks the evaluator for search and fresh images in one sample, cut at whole blocks', () => {
    const lines = readFileSync(at('log'), 'utf8')
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            block: { index: number; from: number; to: number };
            sample: { set: string; images: number };
          },
      );
    const searched = lines.filter(({ sample }) => sample.set === 'search');
    expect(searched.every(({ sample }) => sample.images === 18)).toBe(true);
    for (const { block } of searched) {
      expect(block).toEqual({ index: block.index, from: 3 * block.index, to: 3 * block.index + 3 });
    }
  });

  it('scans the steps on the search images alone', () => {
    expect(whole.results.search.images).toBe(12);
    for (const score of whole.results.search.bestStep.scores) expect(Number.isInteger(24 * score)).toBe(true);
  });

  it('counts every purification by kind, and keeps to the budget but for the last block', () => {
    const { race } = whole.results.search;
    if (race === undefined) throw new Error('no race');
    const { first, again, fresh, total, budget, full, saved } = race.purifications;
    const sum = [first, again, fresh].reduce((all, { clean, attacked }) => all + clean + attacked, 0);
    expect(total).toBe(sum);
    expect([budget, full]).toEqual([BUDGET, FULL]);
    expect(fresh).toEqual({ clean: FINALS / 2, attacked: FINALS / 2 });
    expect(total).toBeLessThan(budget + 6);
    expect(saved).toBe(1 - total / full);
    const reports = readJournal(out()).records.filter(({ kind }) => kind === 'report').length;
    expect(total).toBe(6 * reports);
  });

  it('tells search and fresh scores of each finalist apart', () => {
    const { race, recommended } = whole.results.search;
    expect(race?.finalists).toHaveLength(2);
    for (const { search, fresh, trial } of race?.finalists ?? []) {
      expect(search.images).toBeLessThanOrEqual(12);
      expect(fresh?.images).toBe(6);
      expect(whole.results.search.evaluations).toBeGreaterThan(trial);
    }
    expect(recommended.observed.images).toBeGreaterThanOrEqual(6);
  });

  it('leaves results that the JSON Schema takes, and a journal that replays', () => {
    const validate = new Ajv2020({ strict: true }).compile(resultsJsonSchema());
    expect(validate(JSON.parse(readFileSync(join(out(), 'results.json'), 'utf8')))).toBe(true);
    const proof = verifyReplay(out());
    expect(proof.difference).toBeUndefined();
    expect(proof.decisions).toBeGreaterThan(0);
  });

  it('counts images while it runs, and says how many it held at first', () => {
    expect(events.find(({ kind }) => kind === 'study')).toMatchObject({ images: { judged: 0, of: BUDGET } });
    const told = events.flatMap((event) => (event.kind === 'trial' ? [event.images?.judged ?? 0] : []));
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(whole.results.search.race?.purifications.total);
  });

  it('is told of by readRun: images of the budget, stopped trials, and the best by all images of its point', () => {
    const run = readRun(out(), Date.now());
    const { race } = whole.results.search;
    expect(run.race).toEqual({
      judged: race?.purifications.total,
      of: BUDGET,
      stopped: race?.stopped,
    });
    expect(run.finished).toBe(true);
    expect(run.best).toMatchObject({
      number: whole.results.search.recommended.observed.trial,
      best: whole.results.search.recommended.observed.value,
      bestImages: whole.results.search.recommended.observed.images,
    });
  });

  it('is not done again', async () => {
    expect((await finished(configured('whole', {}, { log: at('log') }), out())).reused).toBe(true);
  });

  it('goes on after a kill at any line of its journal, to the same files', async () => {
    const lines = readFileSync(join(out(), 'study.jsonl'), 'utf8').split('\n');
    const configFile = configured('killed');
    for (let kept = 1; kept < lines.length - 1; kept += 13) {
      const again = at('killed', `run-${kept}`);
      mkdirSync(again);
      writeFileSync(
        join(again, 'study.jsonl'),
        `${lines.slice(0, kept).join('\n')}\n${lines[kept].slice(0, 9)}`,
      );
      const { results, schedules } = await finished(configFile, again);
      expect(results.search).toEqual(whole.results.search);
      expect(schedules).toEqual(whole.schedules);
    }
  }, 60_000);

  it('goes on with more evaluations: more images, and finalists that were not yet judged on fresh ones', async () => {
    const configFile = configured('more');
    await finished(configFile, at('more', 'run'));
    const config = withOverrides(await loadSearchConfig(configFile), { evaluations: 16 });
    const outcome = await runSearch(config, { out: at('more', 'run'), configFile });
    if (outcome.kind !== 'finished') throw new Error('not finished');
    const { race } = outcome.results.search;
    expect(race?.purifications.budget).toBe(230);
    expect(race?.purifications.total).toBeLessThan(230 + 6);
    const units = asks(at('more', 'run')).flatMap(({ origin, unit }) =>
      origin.label?.startsWith('finalist') === true ? [unit.join()] : [],
    );
    expect(new Set(units).size).toBe(units.length);
    const less = await finished(configFile, at('more', 'run'));
    expect([less.reused, less.results.search.race?.purifications.budget]).toEqual([true, 230]);
  });

  it('cannot go on without racing, nor a search with it', async () => {
    const config = withOverrides(await loadSearchConfig(configured('off')), { racing: false });
    expect(config.search).not.toHaveProperty('racing');
    expect(await refusal(runSearch(config, { out: out(), configFile: at('off', 'search.yaml') }))).toBe(
      `E_CONFIG_CHANGED search.racing: expected ${JSON.stringify(RACING)}, with which /whole/run was begun, got nothing`,
    );
  });

  it('needs an evaluator with images enough for fresh ones', async () => {
    const configFile = configured('few', { images: 20, racing: { ...RACING, fresh: 5 } });
    const message = await refusal(finished(configFile, at('few', 'run')));
    expect(message.replace(/:\d+:\d+/, '')).toBe(
      'E_CONFIG /few/search.yaml search.images: expected at most 24, which the evaluator has for it, got 25, 5 of them fresh ones of search.racing',
    );
  });

  it('runs with several α under way, each in a process of its own, and replays', async () => {
    const configFile = configured('at-once', { concurrency: 3 }, { log: at('processes') });
    const { results } = await finished(configFile, at('at-once', 'run'));
    expect(results.search.race?.finalists).toHaveLength(2);
    expect(results.search.race?.purifications.total).toBeLessThan(BUDGET + 3 * 6);
    expect(verifyReplay(at('at-once', 'run')).difference).toBeUndefined();
    const pids = readFileSync(at('processes'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { process?: string }).process ?? '0');
    expect(new Set(pids)).toEqual(new Set(['0', '1', '2']));
  });
});
