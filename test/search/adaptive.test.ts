import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildAttack,
  describeFile,
  type FinishedSearch,
  readSearchConfig,
  runSearch,
  type SearchConfigInput,
  type SearchEvent,
} from '../../src/search/index.js';
import { openInProcessJudge } from '../../src/search/in-process-judge.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-adaptive-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (...parts: string[]) => join(folder, ...parts);

const least: SearchConfigInput = {
  model: 'fashion-mnist',
  task: 'coarse',
  attack: { against: 'each', l2Bound: 1.5, steps: 2 },
  preprocessing: { noise: { l2Norm: 1 } },
  search: { images: 4, evaluations: 4 },
  heldOut: { images: 4, draws: 2 },
};

const configured = (change: Partial<SearchConfigInput> = {}) =>
  readSearchConfig(JSON.stringify({ ...least, ...change }));

async function finished(
  name: string,
  change: Partial<SearchConfigInput> = {},
  onEvent?: (event: SearchEvent) => void,
): Promise<FinishedSearch> {
  const outcome = await runSearch(configured(change), {
    out: at(name),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  if (outcome.kind !== 'finished') throw new Error(`the search ended as ${outcome.kind}`);
  return outcome;
}

const text = (...parts: string[]) => readFileSync(at(...parts), 'utf8');

describe('a search whose attack is against each α', () => {
  let whole: FinishedSearch;
  const events: SearchEvent[] = [];
  beforeAll(async () => {
    whole = await finished('whole', {}, (event) => events.push(event));
  }, 60_000);

  it('makes no attacked images, and says at its head what an evaluation costs', () => {
    expect(events.map(({ kind }) => kind)).not.toContain('attacked');
    expect(existsSync(at('whole', 'attacked'))).toBe(false);
    // 4 images × 2 steps × 1 draw of 1 purification; 2 purifications held out
    expect(events[1]).toEqual({ kind: 'adaptive', evaluation: 8, heldOutRow: 16 });
    expect(whole.results.search.attack).toBeUndefined();
    expect(whole.results.heldOut.attack).toBeUndefined();
  });

  it('attacks every row of the held-out table: robust is nowhere above clean, no defence included', () => {
    const { rows } = whole.results.heldOut;
    expect(rows.map(({ kind }) => kind)).toContain('no-defence');
    for (const { clean, robust } of rows) expect(robust?.mean).toBeLessThanOrEqual(clean?.mean ?? 0);
    expect(rows.some(({ clean, robust }) => (robust?.mean ?? 1) < (clean?.mean ?? 0))).toBe(true);
  });

  it('tells its attack and the draws inside it among the facts', () => {
    expect(whole.results.facts.config).toMatchObject({
      attack: { kind: 'pgd-l2', against: 'each', steps: 2, eot: { draws: 1, mode: 'mean-logits' } },
    });
  });

  it('finds the same cut into blocks', async () => {
    const cut = await finished('blocks', { search: { images: 4, evaluations: 4, block: 3 } });
    const named = { ...cut.results.search, sample: whole.results.search.sample };
    expect(named).toEqual(whole.results.search);
  }, 60_000);

  it('is another sample with other settings of the attack', async () => {
    const attacks = [{}, { steps: 3 }, { eot: { draws: 2 } }, { l2Bound: 1 }];
    const names: string[] = [];
    for (const change of attacks) {
      const attack = { against: 'each', l2Bound: 1.5, steps: 2, ...change } as const;
      const judge = await openInProcessJudge(configured({ attack }), undefined);
      const sample = await judge.sample('search', { out: at('nowhere') });
      names.push(sample.name);
      sample.dispose();
      await judge.close();
    }
    expect(names[0]).toBe(whole.results.search.sample);
    expect(new Set(names).size).toBe(attacks.length);
  });

  it('goes on after a kill at any line of its journal, to the same files', async () => {
    const lines = text('whole', 'study.jsonl').split('\n');
    for (const kept of [3, lines.length - 2]) {
      const out = `killed-${kept}`;
      mkdirSync(at(out));
      writeFileSync(at(out, 'study.jsonl'), `${lines.slice(0, kept).join('\n')}\n${lines[kept].slice(0, 9)}`);
      await finished(out);
      for (const file of ['schedules.json', 'results.json'])
        expect(text(out, file)).toBe(text('whole', file));
    }
  }, 60_000);

  it('cannot go on with other settings of the attack', async () => {
    const attack = { against: 'each', l2Bound: 1.5, steps: 2, eot: { draws: 2 } } as const;
    await expect(runSearch(configured({ attack }), { out: at('whole') })).rejects.toMatchObject({
      code: 'E_CONFIG_CHANGED',
      message: `attack.eot.draws: expected 1, with which ${at('whole')} was begun, got 2`,
    });
  });

  it('can race', async () => {
    const racing = { blocks: 2, budget: 0.8, finalists: 1, fresh: 2 };
    const { results } = await finished('race', { search: { images: 4, evaluations: 6, racing } });
    expect(results.search.race?.finalists).toHaveLength(1);
  }, 60_000);

  it('has no images that could be made before', async () => {
    await expect(buildAttack(configured(), { out: at('none') })).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: 'attack.against: expected classifier or defence to make attacked images, got "each"',
    });
    expect(existsSync(at('none'))).toBe(false);
  });

  it('is described with what it costs', async () => {
    writeFileSync(at('search.yaml'), JSON.stringify(least));
    expect((await describeFile(at('search.yaml'))).text).toBe(
      'a search of α for fashion-hvae, task coarse: 4 evaluations on 4 images; every α is attacked anew: up to 8 gradients an evaluation, 16 a held-out schedule',
    );
  });
});

describe('attack.against: each in a configuration', () => {
  const refusal = (attack: string) => {
    try {
      readSearchConfig(`model: fashion-mnist\ntask: coarse\nattack: { l2Bound: 3, ${attack} }\n`);
    } catch (error) {
      return (error as Error).message.replace(/^search\.yaml:\d+:\d+ /, '');
    }
    return 'nothing';
  };

  it.each([
    [
      'against: each, keepOnlySuccessful: true',
      'attack.keepOnlySuccessful: expected no keepOnlySuccessful with against: each, which keeps no images, got true',
    ],
    ['eot: { draws: 2 }', 'attack.eot: expected no eot but with against: each, got {"draws":2}'],
    ['preset: paper, eot: { draws: 2 }', 'attack.eot: expected no eot with paper, got {"draws":2}'],
    ['against: each, eot: { draws: 0 }', 'attack.eot.draws: expected an integer of at least 1, got 0'],
    ['against: all', 'attack.against: expected one of classifier, defence, each, got "all"'],
  ])('%s', (attack, message) => {
    expect(refusal(attack)).toBe(message);
  });
});
