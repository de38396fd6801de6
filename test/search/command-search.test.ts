import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readJournal } from '../../src/index.js';
import {
  describeFile,
  type FinishedSearch,
  loadSearchConfig,
  resultsJsonSchema,
  runBaselines,
  runSearch,
  type SearchEvent,
} from '../../src/search/index.js';
import { readResults } from '../../src/search/results-file.js';
import { schedulesOfResults } from '../../src/search/schedules-of-run.js';

const PUPPET = fileURLToPath(new URL('puppet-evaluator.mjs', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-command-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (...parts: string[]) => join(folder, ...parts);

interface Told {
  readonly puppet?: object;
  /** Lines of the search section. */
  readonly search?: string;
  readonly more?: string;
}

/** A configuration in a folder of its own, so that one can be moved. */
function configured(name: string, { puppet = {}, search = '', more = '' }: Told = {}): string {
  mkdirSync(at(name), { recursive: true });
  const command = JSON.stringify([process.execPath, PUPPET, JSON.stringify(puppet)]);
  const text = `evaluator: { command: ${command}, startSeconds: 30 }
attack: { l2Bound: 2, steps: 3 }
search: { images: 12, evaluations: 9, block: 5${search} }
heldOut: { images: 20, draws: 2 }
${more}`;
  writeFileSync(at(name, 'search.yaml'), text);
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

const text = (...parts: string[]) => readFileSync(at(...parts), 'utf8');
const asks = (out: string) => readJournal(out).records.flatMap((one) => (one.kind === 'ask' ? [one] : []));
const codeAndMessage = (error: Error & { code: string }) =>
  `${error.code} ${error.message.replaceAll(folder, '')}`;
const refusal = (promise: Promise<unknown>) => promise.then(() => 'nothing', codeAndMessage);

describe('runSearch with an evaluator', () => {
  let whole: FinishedSearch;
  const events: SearchEvent[] = [];
  beforeAll(async () => {
    const log = at('log');
    whole = await finished(configured('whole', { puppet: { log } }), at('whole', 'run'), (event) =>
      events.push(event),
    );
  });

  it('tells what it does as with a packed model', () => {
    const kinds = events.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1]);
    expect(kinds).toEqual([
      'opened',
      'study',
      'attacked',
      'trial',
      'scanning',
      'attacked',
      'scoring',
      'written',
    ]);
    expect(events[0]).toEqual({
      kind: 'opened',
      backend: 'puppet 1, strings:0',
      model: 'toy',
      latents: 4,
      classes: 2,
    });
  });

  it('has facts that name model, latents and classes, and nothing of command or folder', () => {
    const { facts, config, backend } = whole.results;
    expect(facts.model).toEqual({
      name: 'toy',
      hash: `sha256:${'a'.repeat(64)}`,
      classes: ['left', 'right'],
      latents: ['z0', 'z1', 'z2', 'z3'],
    });
    expect(JSON.stringify(facts)).not.toContain('puppet');
    expect(Object.keys(facts.config as object)).toEqual([
      'attack',
      'preprocessing',
      'temperature',
      'attenuation',
      'objective',
      'search',
      'seed',
    ]);
    expect(config).not.toHaveProperty('backend');
    expect(config).not.toHaveProperty('memoryMb');
    expect(backend).toBe('puppet 1, strings:0');
  });

  it('asks for whole samples, block by block, and without a defence once', () => {
    const lines = text('log')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toEqual({
      alphas: [0.25, 0.5, 0.75, 1],
      block: { index: 0, from: 0, to: 5 },
      sample: {
        set: 'search',
        images: 12,
        seed: 1,
        noiseKey: 'search/1',
        draws: 1,
        parts: ['clean', 'robust'],
        defence: { temperature: null, attenuation: 1, blur: null, noise: null },
        attack: {
          kind: 'pgd-l2',
          against: 'classifier',
          keepOnlySuccessful: false,
          l2Bound: 2,
          steps: 3,
          stepSize: expect.closeTo(5 / 3, 12),
          randomStart: false,
          restarts: 1,
        },
      },
    });
    expect(lines.filter(({ alphas }) => alphas === null)).toHaveLength(1);
  });

  it('counts attacked images as it is told, and leaves out what it is not', () => {
    expect(whole.results.heldOut.attack).toEqual({
      images: 20,
      cleanErrors: 2,
      attacked: 18,
      successes: 9,
      successRate: { mean: 0.5, interval: expect.any(Array) },
      robustAccuracy: { mean: 0.45, interval: expect.any(Array) },
    });
  });

  it('has the rows of a packed model, by class, and schedules to export', () => {
    expect(whole.results.heldOut.rows.map(({ kind }) => kind)).toEqual([
      'learned',
      'linear',
      'cosine',
      'step',
      'constant',
      'constant',
      'no-defence',
    ]);
    expect(whole.results.heldOut.rows[0].perClass.clean).toHaveLength(2);
    expect(whole.schedules.defence).toEqual({});
    expect(readFileSync(whole.files[3], 'utf8')).toContain('α learned for toy');
  });

  it('leaves results that the JSON Schema takes', () => {
    const validate = new Ajv2020({ strict: true }).compile(resultsJsonSchema());
    expect(validate(JSON.parse(text('whole', 'run', 'results.json')))).toBe(true);
  });

  it('names every sample its trials were judged on', () => {
    const { results } = whole;
    const samplesIn = (search: typeof results.search) =>
      schedulesOfResults({ ...results, search }).schedules[0].provenance?.samples;
    expect(results.search).not.toHaveProperty('samples');
    expect(samplesIn(results.search)).toEqual([results.search.sample]);
    expect(samplesIn({ ...results.search, samples: ['a', 'b'] })).toEqual(['a', 'b']);
  });

  it('goes on after a kill at any line of its journal, to the same files', async () => {
    const lines = text('whole', 'run', 'study.jsonl').split('\n');
    const configFile = configured('killed');
    for (const kept of [1, 8, lines.length - 3]) {
      const out = at('killed', `run-${kept}`);
      mkdirSync(out);
      writeFileSync(
        join(out, 'study.jsonl'),
        `${lines.slice(0, kept).join('\n')}\n${lines[kept].slice(0, 9)}`,
      );
      const again = await finished(configFile, out);
      expect(again.results.search).toEqual(whole.results.search);
      expect(again.results.heldOut).toEqual(whole.results.heldOut);
      expect(again.schedules).toEqual(whole.schedules);
    }
  });

  it('goes on after an interruption, and in a folder that was moved', async () => {
    const configFile = configured('moved');
    const controller = new AbortController();
    const config = await loadSearchConfig(configFile);
    const first = await runSearch(config, {
      out: at('moved', 'run'),
      configFile,
      signal: controller.signal,
      onEvent: ({ kind }) => kind === 'trial' && controller.abort(new Error('enough')),
    });
    expect(first).toMatchObject({ kind: 'interrupted', ended: 1, evaluations: 9 });
    cpSync(at('moved'), at('elsewhere'), { recursive: true });
    const again = await finished(at('elsewhere', 'search.yaml'), at('elsewhere', 'run'));
    expect(again.schedules).toEqual(whole.schedules);
  });

  it('is not to be resumed with another model', async () => {
    cpSync(at('whole'), at('other'), { recursive: true });
    const configFile = configured('other', { puppet: { hash: 'b' } });
    const [begun, now] = ['a', 'b'].map((digit) => `"sha256:${digit.repeat(52)}…"`);
    expect(await refusal(finished(configFile, at('other', 'run')))).toBe(
      `E_CONFIG_CHANGED model.hash: expected ${begun}, with which /other/run was begun, got ${now}`,
    );
  });

  describe('where the evaluator makes other images than it did', () => {
    /** A folder with the first `kept` lines of the whole run, and a configuration whose evaluator has other images. */
    function begun(name: string, kept: number): { configFile: string; out: string } {
      const configFile = configured(name, { puppet: { images: 'e' } });
      mkdirSync(at(name, 'run'));
      const lines = text('whole', 'run', 'study.jsonl').split('\n');
      writeFileSync(at(name, 'run', 'study.jsonl'), `${lines.slice(0, kept).join('\n')}\n`);
      return { configFile, out: at(name, 'run') };
    }

    it.each([
      ['after whole trials', 'otherwise', (kind: string) => kind === 'tell'],
      ['in the middle of the first', 'otherwise-half', (kind: string) => kind === 'report'],
    ])('stops before a trial is lost, and goes on with the first images: %s', async (_when, name, last) => {
      const kinds = readJournal(at('whole', 'run')).records.map(({ kind }) => kind);
      const { configFile, out } = begun(name, kinds.findIndex(last) + 1);
      const journal = join(out, 'study.jsonl');
      const trials = asks(out).length;
      const error = (await finished(configFile, out).catch((thrown: unknown) => thrown)) as Error & {
        code: string;
        hint: string;
      };
      expect(codeAndMessage(error)).toMatch(
        new RegExp(
          `^E_EVALUATOR evaluator: expected it to make ${whole.results.search.sample}, ` +
            `on which the trials in /${name}/run/study.jsonl were judged, got sample-[0-9a-f]{12}$`,
        ),
      );
      expect(error.hint).toMatch(/cache=.*, or choose another folder than /);
      expect(asks(out)).toHaveLength(trials);
      expect(readFileSync(journal, 'utf8')).not.toContain('"state":"failed"');
      const again = await finished(configured(name), out);
      expect(again.results.search).toEqual(whole.results.search);
    });
  });

  it("leaves the names of the evaluator's variables and none of their values", async () => {
    const configFile = configured('secret');
    const given = readFileSync(configFile, 'utf8');
    const env = 'startSeconds: 30, env: { TOKEN: hunter2-secret, NUMBER: 987654321 } }';
    writeFileSync(configFile, given.replace('startSeconds: 30 }', env));
    const { results, files } = await finished(configFile, at('secret', 'run'));
    expect(results.config.evaluator?.env).toEqual({ TOKEN: null, NUMBER: null });
    for (const file of [...files, at('secret', 'run', 'scores.json')]) {
      expect(readFileSync(file, 'utf8')).not.toMatch(/hunter2|987654321/);
    }
    expect(results).toEqual(readResults(at('secret', 'run', 'results.json')));
    const scores = await runBaselines(await loadSearchConfig(configFile), {
      out: at('secret', 'run'),
      configFile,
    });
    if (scores.kind !== 'finished') throw new Error('not finished');
    for (const file of scores.files) expect(readFileSync(file, 'utf8')).not.toMatch(/hunter2|987654321/);
    // other values, same search
    writeFileSync(configFile, given.replace('startSeconds: 30 }', env.replace('hunter2', 'hunter3')));
    expect((await finished(configFile, at('secret', 'run'))).reused).toBe(true);
  });

  it('fails one trial when the evaluator dies over it, and goes on', async () => {
    const dies = at('dies');
    writeFileSync(dies, '');
    const said: SearchEvent[] = [];
    const { results } = await finished(
      configured('dying', { puppet: { dies } }),
      at('dying', 'run'),
      (event) => said.push(event),
    );
    expect(existsSync(dies)).toBe(false);
    expect(results.search).toMatchObject({ evaluations: 9, failed: 1 });
    const [failed] = said.flatMap((event) => (event.kind === 'trial-failed' ? [event.reason] : []));
    expect(failed).toContain('out of memory, says the puppet');
    expect(said.filter(({ kind }) => kind === 'warning').length).toBeGreaterThan(0);
  });

  it('asks again for a held-out score over which the evaluator died', async () => {
    const dies = at('dies-late');
    const said = await finished(configured('late', { puppet: { dies } }), at('late', 'run'), (event) => {
      if (event.kind === 'scanning' && event.done === event.of) writeFileSync(dies, '');
    });
    expect(existsSync(dies)).toBe(false);
    expect(said.results.heldOut).toEqual(whole.results.heldOut);
  });

  it('does with less: no sample of its own, no labels, no row without a defence', async () => {
    const configFile = configured('least', {
      puppet: { can: [], labels: false },
      more: 'task: sides\ntemperature: 0.5\n',
    });
    const scored: string[] = [];
    const { results, schedules } = await finished(configFile, at('least', 'run'), (event) => {
      if (event.kind === 'scoring') scored.push(`${event.label} ${event.done}/${event.of}`);
    });
    expect(scored.at(-1)).toBe('α = 0 6/6');
    expect(results.heldOut.rows.map(({ kind }) => kind)).not.toContain('no-defence');
    expect(results.heldOut).not.toHaveProperty('attack');
    expect(results.heldOut.rows[0]).toMatchObject({ balanced: {}, perClass: {} });
    expect(schedules.defence).toEqual({ temperature: 0.5 });
  });

  it('is asked on attacked images alone for a robust-only objective, and on both held out', async () => {
    const log = at('robust-log');
    await finished(
      configured('robust', { puppet: { log }, more: 'objective: robust-only\n' }),
      at('robust', 'run'),
    );
    const parts = text('robust-log')
      .trim()
      .split('\n')
      .map((line) => {
        const { sample } = JSON.parse(line) as { sample: { set: string; parts: string[] } };
        return `${sample.set} ${sample.parts.join('+')}`;
      });
    expect([...new Set(parts)]).toEqual(['search robust', 'heldOut clean+robust']);
  });

  it.each([
    ['search: { images: 25 }', 'search.images: expected at most 24, which the evaluator has for it, got 25'],
  ])('is refused more images than there are: %s', async (_, message) => {
    const configFile = configured('many');
    writeFileSync(configFile, readFileSync(configFile, 'utf8').replace('images: 12', 'images: 25'));
    expect(await refusal(finished(configFile, at('many', 'run')))).toBe(
      `E_CONFIG /many/search.yaml:3:19 ${message}`,
    );
    expect(existsSync(at('many', 'run'))).toBe(false);
  });

  it('is described without being started', async () => {
    const configFile = configured('described');
    writeFileSync(configFile, readFileSync(configFile, 'utf8').replace(process.execPath, 'no-such-command'));
    const { kind, text: words } = await describeFile(configFile);
    expect(kind).toBe('config');
    expect(words).toMatch(
      /^a search of α by the evaluator "no-such-command" .*: 9 evaluations on 12 images; it was not started$/,
    );
  });
});

describe('search.points', () => {
  const points = ', points: [[0, 0, 0, 0.125], { label: mine, alphas: [1, 1, 0, 0] }]';

  it('are judged before all others, once, whatever happens', async () => {
    const { results } = await finished(configured('points', { search: points }), at('points', 'run'));
    const begin = asks(at('points', 'run')).slice(0, 3);
    expect(begin.map(({ origin }) => origin)).toEqual([
      { by: 'enqueued', label: 'point 0' },
      { by: 'enqueued', label: 'mine' },
      { by: 'seed', label: 'linear' },
    ]);
    expect(begin.slice(0, 2).map(({ unit }) => unit)).toEqual([
      [0, 0, 0, 0.125],
      [1, 1, 0, 0],
    ]);
    const lines = text('points', 'run', 'study.jsonl').split('\n');
    for (const kept of [2, 3, 6]) {
      const out = at('points', `run-${kept}`);
      mkdirSync(out);
      writeFileSync(join(out, 'study.jsonl'), `${lines.slice(0, kept).join('\n')}\n`);
      const again = await finished(at('points', 'search.yaml'), out);
      expect(again.results.search).toEqual(results.search);
      expect(readJournal(out).records.filter(({ kind }) => kind === 'enqueue')).toHaveLength(1);
    }
  });

  it('are among what a resumed search must agree on', async () => {
    cpSync(at('points', 'run'), at('points', 'again'), { recursive: true });
    configured('points', { search: points.replace('0.125', '0.25') });
    expect(await refusal(finished(at('points', 'search.yaml'), at('points', 'again')))).toMatch(
      /^E_CONFIG_CHANGED search\.points: expected /,
    );
  });

  it('must be as long as there are latents', async () => {
    const configFile = configured('long', { search: ', points: [[0, 0, 0, 1], [0, 1]]' });
    expect(await refusal(finished(configFile, at('long', 'run')))).toBe(
      'E_CONFIG /long/search.yaml:3:72 search.points.1: expected 4 values, one a latent, got 2',
    );
    expect(existsSync(at('long', 'run'))).toBe(false);
  });
});

describe('search.reference', () => {
  it('begins with exactly the five points of the paper, then takes plain expected improvement', async () => {
    const { results } = await finished(
      configured('reference', { search: ', reference: true' }),
      at('reference', 'run'),
    );
    const asked = asks(at('reference', 'run'));
    expect(asked.slice(0, 5).map(({ origin }) => origin.label)).toEqual([
      'cosine',
      'linear',
      'constant 0.5',
      '1 − linear',
      '1 − cosine',
    ]);
    expect(asked[3].unit).toEqual([0.75, 0.5, 0.25, 0]);
    expect(asked.slice(5).map(({ origin }) => origin.by)).toEqual(['bayes', 'bayes', 'bayes', 'bayes']);
    const [header] = readJournal(at('reference', 'run')).records;
    expect(header).toMatchObject({
      policy: { name: 'bayes', settings: { acquisition: 'ei', initial: 5 } },
      weights: { clean: 0, robust: 1 },
    });
    expect(results.facts.config).toMatchObject({
      objective: { clean: 0, robust: 1 },
      search: { policy: 'bayes', seeds: false, acquisition: 'ei', reference: true },
    });
  });
});

describe('search.kernel and search.acquisition', () => {
  it('reach the policy, and a folder begun without them is another search', async () => {
    const configFile = configured('kernel', { search: ', kernel: rbf, acquisition: ucb' });
    await finished(configFile, at('kernel', 'run'));
    const [header] = readJournal(at('kernel', 'run')).records;
    expect(header).toMatchObject({ policy: { settings: { kernel: 'rbf', acquisition: 'ucb' } } });
    configured('kernel');
    expect(await refusal(finished(configFile, at('kernel', 'run')))).toBe(
      'E_CONFIG_CHANGED search.kernel: expected "rbf", with which /kernel/run was begun, got nothing',
    );
  });
});
