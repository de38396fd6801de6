import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readJournal } from '../../src/index.js';
import {
  type FinishedSearch,
  readSearchConfig,
  runSearch,
  type SearchConfigInput,
  type SearchEvent,
} from '../../src/search/index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-run-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const least: SearchConfigInput = {
  model: 'fashion-mnist',
  task: 'coarse',
  attack: { l2Bound: 3, steps: 2 },
  search: { images: 8, evaluations: 3 },
  heldOut: { images: 8, draws: 1 },
};

async function finished(
  name: string,
  change: Partial<SearchConfigInput>,
  onEvent?: (event: SearchEvent) => void,
): Promise<FinishedSearch> {
  const config = readSearchConfig(JSON.stringify({ ...least, ...change }));
  const outcome = await runSearch(config, {
    out: join(folder, name),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  if (outcome.kind !== 'finished') throw new Error(`the search ended as ${outcome.kind}`);
  return outcome;
}

const row = ({ results }: FinishedSearch, name: string) =>
  results.heldOut.rows.find((one) => one.name === name)!;

describe('runSearch(config, { out })', () => {
  it('tells what it does, in order', async () => {
    const kinds: string[] = [];
    await finished('events', {}, ({ kind }) => kinds.at(-1) !== kind && kinds.push(kind));
    expect(kinds).toEqual([
      'opened',
      'study',
      'attacking',
      'attacked',
      'trial',
      'scanning',
      'attacking',
      'attacked',
      'scoring',
      'written',
    ]);
  });

  it('finds the same with hardly any memory', async () => {
    const { results } = await finished('events', {});
    const narrow = await finished('narrow', { memoryMb: 1 });
    expect(narrow.results.search).toEqual(results.search);
    expect(narrow.results.heldOut).toEqual(results.heldOut);
  });

  it('finds something else with another seed', async () => {
    const { results } = await finished('events', {});
    const other = await finished('seed', { seed: 2 });
    expect(other.results.search.sample).not.toBe(results.search.sample);
    expect(other.results.heldOut.sample).not.toBe(results.heldOut.sample);
  });

  it('compares on other held-out images in the same folder, without searching again', async () => {
    const events: SearchEvent[] = [];
    const more = await finished('events', { heldOut: { images: 12, draws: 1 } }, (event) =>
      events.push(event),
    );
    expect(more.results.heldOut.images).toBe(12);
    expect(events.some(({ kind }) => kind === 'trial' || kind === 'scanning')).toBe(true);
    expect(events.filter(({ kind }) => kind === 'trial')).toEqual([]);
  });

  it('weighs robust accuracy alone where that is asked for, and still reports clean accuracy held out', async () => {
    const search = await finished('robust', {
      objective: 'robust-only',
      preprocessing: { blur: { sigma: 1 }, noise: { l2Norm: 0.5 } },
      attenuation: 0.7,
      search: { images: 8, evaluations: 3, block: 3, policy: 'sobol', seeds: false },
    });
    for (const { clean, robust, objective } of search.results.heldOut.rows) {
      expect(clean).toBeDefined();
      expect(objective.mean).toBe(robust?.mean);
    }
    const [learned] = search.schedules.schedules;
    expect(learned.effectiveAlphas).toEqual(learned.alphas.map((alpha) => 0.7 * alpha));
    expect(search.schedules.defence).toEqual({
      temperature: 0.6,
      noiseNorm: 0.5,
      blurSigma: 1,
      blurKernel: 3,
    });
    const records = readJournal(join(folder, 'robust')).records;
    const blocks = records.flatMap((record) =>
      record.kind === 'report' && record.trial === 0 ? [record.block] : [],
    );
    expect(blocks.map(({ outcomes }) => outcomes)).toEqual(
      [3, 3, 2].map((size) => ({ robust: expect.stringMatching(new RegExp(`^[01]{${size}}$`)) })),
    );
  });

  it('makes the set of the paper: kept images fool α = 0, all of them', async () => {
    const search = await finished('paper', {
      attack: { preset: 'paper', l2Bound: 8, keepOnlySuccessful: true },
    });
    const { attack, images } = search.results.heldOut;
    if (attack === undefined) throw new Error('expected a summary of the attack');
    expect(images).toBe(attack.successes + attack.cleanErrors);
    expect(row(search, 'α = 0').robust?.mean).toBe(0);
    expect(search.results.facts.config).toMatchObject({
      attack: {
        kind: 'fgsm-l2',
        direction: 'sign',
        against: 'defence',
        keepOnlySuccessful: true,
        l2Bound: 8,
      },
    });
  });

  it.each(['', '{"seq":0,"kind":"hea'])(
    'begins where a process died before it began: %j',
    async (journal) => {
      const out = `empty${journal.length}`;
      mkdirSync(join(folder, out));
      writeFileSync(join(folder, out, 'study.jsonl'), journal);
      const { results } = await finished('narrow', {});
      expect((await finished(out, {})).results.search).toEqual(results.search);
    },
  );

  it('ends at once when its signal came before, and has lost nothing', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const config = readSearchConfig(JSON.stringify(least));
    const outcome = await runSearch(config, { out: join(folder, 'aborted'), signal: controller.signal });
    expect(outcome).toEqual({ kind: 'interrupted', out: join(folder, 'aborted'), ended: 0, evaluations: 3 });
    const again = await runSearch(config, { out: join(folder, 'aborted') });
    expect(again.kind).toBe('finished');
    const text = (name: string) => readFileSync(join(folder, name, 'schedules.json'), 'utf8');
    expect(text('aborted')).toBe(text('narrow'));
  });
});
