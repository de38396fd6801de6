import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readJournal, readStudy, verifyReplay } from '../../src/index.js';
import { loadAttackedSet } from '../../src/objective/attacks/sets/attacked-set-files.js';
import {
  type FinishedSearch,
  readSearchConfig,
  runSearch,
  type SearchConfigInput,
  type SearchEvent,
} from '../../src/search/index.js';
import { roundAt } from '../../src/search/refreshes.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-refresh-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (...parts: string[]) => join(folder, ...parts);
const text = (...parts: string[]) => readFileSync(at(...parts), 'utf8');

const EVALUATIONS = 14;
const least: SearchConfigInput = {
  model: 'fashion-mnist',
  task: 'coarse',
  attack: { against: 'defence', l2Bound: 2, steps: 2, refresh: { every: 6 } },
  search: { images: 12, evaluations: EVALUATIONS },
  heldOut: { images: 4, draws: 1 },
};

async function finished(
  name: string,
  change: Partial<SearchConfigInput> = {},
  onEvent?: (event: SearchEvent) => void,
): Promise<FinishedSearch> {
  const outcome = await runSearch(readSearchConfig(JSON.stringify({ ...least, ...change })), {
    out: at(name),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  if (outcome.kind !== 'finished') throw new Error(`the search ended as ${outcome.kind}`);
  return outcome;
}

/** Samples of the trials, in the order of their ends. */
function samples(name: string): string[] {
  return readStudy(at(name)).trials.flatMap(({ outcome }) =>
    outcome !== undefined && 'sample' in outcome ? [outcome.sample] : [],
  );
}

describe('roundAt(ended, { every, evaluations })', () => {
  it.each([
    [0, 0],
    [5, 0],
    [6, 1],
    [11, 1],
    [12, 2],
    [14, 2],
  ])('after %i of 14 trials, every 6, is %i', (ended, round) => {
    expect(roundAt(ended, { every: 6, evaluations: 14 })).toBe(round);
  });
  it('begins no round that no trial is left for', () => {
    expect(roundAt(12, { every: 6, evaluations: 12 })).toBe(1);
    expect(roundAt(12, { every: 6, evaluations: 13 })).toBe(2);
    expect(roundAt(20, { every: 6, evaluations: 12 })).toBe(3);
  });
  it('is 0 throughout where images stay', () => {
    expect(roundAt(99, { every: Infinity, evaluations: 100 })).toBe(0);
  });
});

describe('a search that makes its images again every 6 trials', () => {
  let whole: FinishedSearch;
  const events: SearchEvent[] = [];
  beforeAll(async () => {
    whole = await finished('whole', {}, (event) => events.push(event));
  }, 120_000);

  it('searches on three sets, the later ones made against what was recommended then', async () => {
    const names = samples('whole');
    expect(names).toHaveLength(EVALUATIONS);
    expect(
      [names.slice(0, 6), names.slice(6, 12), names.slice(12)].map((part) => new Set(part).size),
    ).toEqual([1, 1, 1]);
    for (const round of [1, 2]) {
      const { trial, alphas } = readStudy(at('whole'), { ended: 6 * round }).recommend();
      const { request } = await loadAttackedSet(at('whole', 'attacked', `search-${round}`));
      expect(request.model.name).toBe(`defence, α of trial ${trial}`);
      expect(events).toContainEqual({
        kind: 'refreshing',
        round,
        after: 6 * round,
        incumbent: expect.objectContaining({ number: trial, alphas }),
      });
    }
  });

  it('judges the best again on the new images', () => {
    const again = readJournal(at('whole')).records.flatMap((record) =>
      record.kind === 'ask' && record.origin.by === 'rescore' ? [record] : [],
    );
    const names = samples('whole');
    expect(names[6]).not.toBe(names[5]);
    const ofRound = again.filter(({ trial }) => trial > 5 && trial < 12);
    expect(ofRound).toHaveLength(4);
    for (const { origin } of ofRound) expect(origin.label).toMatch(new RegExp(` on ${names[6]}$`));
  });

  it('sums up on the last of them, and names all', () => {
    const { sample, samples: all } = whole.results.search;
    expect(sample).toBe(samples('whole').at(-1));
    expect(all).toEqual([...new Set(samples('whole'))]);
    expect(verifyReplay(at('whole')).difference).toBeUndefined();
  });

  it('leaves the images that stand for the search where they were', async () => {
    const { request } = await loadAttackedSet(at('whole', 'attacked', 'search'));
    expect(request.model.name).toBe('defence, α = 0');
  });

  it('ends the same after a kill anywhere, with the images of its rounds or without', async () => {
    const lines = text('whole', 'study.jsonl').split('\n');
    const end = (n: number) => lines.flatMap((line, i) => (line.includes('"kind":"tell"') ? [i] : []))[n - 1];
    const cuts = [
      { kept: end(6) + 1, images: false },
      { kept: end(8) + 2, images: true },
      { kept: end(13) + 1, images: false },
    ];
    for (const { kept, images } of cuts) {
      const out = `killed-${kept}`;
      mkdirSync(at(out));
      if (images) cpSync(at('whole', 'attacked'), at(out, 'attacked'), { recursive: true });
      writeFileSync(at(out, 'study.jsonl'), `${lines.slice(0, kept).join('\n')}\n${lines[kept].slice(0, 9)}`);
      const warnings: string[] = [];
      await finished(out, {}, (event) => event.kind === 'warning' && warnings.push(event.message));
      for (const file of ['schedules.json', 'results.json'])
        expect(text(out, file)).toBe(text('whole', file));
      expect(warnings.filter((message) => message.includes('came out otherwise'))).toEqual([]);
    }
  }, 120_000);

  it('goes on to more evaluations as if they had been wanted from the start', async () => {
    const search = { images: 12, evaluations: 12 };
    await finished('fewer', { search });
    expect(existsSync(at('fewer', 'attacked', 'search-2'))).toBe(false);
    await finished('fewer');
    expect(text('fewer', 'schedules.json')).toBe(text('whole', 'schedules.json'));
  }, 120_000);

  it('cannot go on with images that stay', async () => {
    const attack = { against: 'defence', l2Bound: 2, steps: 2 } as const;
    await expect(finished('whole', { attack })).rejects.toMatchObject({
      code: 'E_CONFIG_CHANGED',
      message: `attack.refresh: expected {"every":6}, with which ${at('whole')} was begun, got nothing`,
    });
  });
});

describe('attack.refresh in a configuration', () => {
  const refusal = (attack: string, more = '') => {
    try {
      readSearchConfig(`model: fashion-mnist\ntask: coarse\nattack: { l2Bound: 3, ${attack} }\n${more}`);
    } catch (error) {
      return (error as Error).message.replace(/^search\.yaml:\d+:\d+ /, '');
    }
    return 'nothing';
  };

  it.each([
    [
      'refresh: { every: 9 }',
      '',
      'attack.refresh: expected no refresh but with against: defence, got {"every":9}',
    ],
    [
      'against: each, refresh: { every: 9 }',
      '',
      'attack.refresh: expected no refresh but with against: defence, got {"every":9}',
    ],
    [
      'against: defence, refresh: { every: 5 }',
      '',
      'attack.refresh.every: expected an integer of at least 6, got 5',
    ],
    [
      'against: defence, refresh: { every: 9 }',
      'search: { racing: true }\n',
      'attack.refresh: expected no refresh with racing, whose finalists need all images to stay, got {"every":9}',
    ],
    ['preset: paper, refresh: { every: 9 }', '', 'nothing'],
  ])('%s %s', (attack, more, message) => {
    expect(refusal(attack, more)).toBe(message);
  });
});
