import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { schedulesFromJson } from '../../src/schedules/index.js';
import {
  buildAttack,
  describeFile,
  type FinishedBaselines,
  readSearchConfig,
  resultsJsonSchema,
  runBaselines,
  runSearch,
  type SearchConfigInput,
  type SearchEvent,
} from '../../src/search/index.js';
import { foreignSchedules } from '../../src/search/baselines.js';
import { acquireLock } from '../../src/storage/lock.js';

const PUPPET = fileURLToPath(new URL('puppet-evaluator.mjs', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-without-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (...parts: string[]) => join(folder, ...parts);
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (error: Error & { code: string }) => `${error.code} ${error.message.replaceAll(folder, '')}`,
  );

function evaluated(latents: number, more: Partial<SearchConfigInput> = {}, log = at('log')): string {
  const command = [process.execPath, PUPPET, JSON.stringify({ latents, log })];
  return JSON.stringify({
    evaluator: { command },
    attack: { l2Bound: 2 },
    search: { images: 12, evaluations: 6 },
    heldOut: { images: 20, draws: 1 },
    ...more,
  });
}

async function scored(
  text: string,
  out: string,
  options: Partial<Parameters<typeof runBaselines>[1]> = {},
): Promise<FinishedBaselines> {
  const outcome = await runBaselines(readSearchConfig(text), { out: at(out), ...options });
  if (outcome.kind !== 'finished') throw new Error(`ended as ${outcome.kind}`);
  return outcome;
}

const evaluations = (log = 'log') => readFileSync(at(log), 'utf8').trim().split('\n').length;

describe('runBaselines(config, { out })', () => {
  let eighteen: FinishedBaselines;
  const events: SearchEvent[] = [];
  beforeAll(async () => {
    eighteen = await scored(evaluated(18), 'eighteen', { onEvent: (event) => void events.push(event) });
  });

  it('scores what needs no search, with the presets of as many latents, and no defence last', () => {
    expect(eighteen.results.heldOut.rows.map(({ name }) => name)).toEqual([
      'linear',
      'cosine',
      `best step (${eighteen.results.search.bestStep.from})`,
      'α = 0',
      'α = 0.25',
      'α = 0.5',
      'α = 0.75',
      'α = 1',
      'reversed linear',
      'reversed cosine',
      'paper, celeba-hq-gender',
      'no defence',
    ]);
    expect(eighteen.results.search.bestStep.scores).toHaveLength(19);
    expect(eighteen.results.heldOut.rows.every(({ difference }) => difference === undefined)).toBe(true);
  });

  it('tells what it does, and writes two files that are right', async () => {
    const kinds = events.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1]);
    expect(kinds).toEqual(['opened', 'attacked', 'scanning', 'attacked', 'scoring', 'written']);
    expect(readdirSync(at('eighteen')).sort()).toEqual([
      'baseline-schedules.json',
      'baselines.json',
      'scores.json',
    ]);
    const file = schedulesFromJson(readFileSync(at('eighteen', 'baseline-schedules.json'), 'utf8'));
    expect(file).toEqual(eighteen.schedules);
    expect(file.schedules).toHaveLength(11);
    expect(file.schedules[2].metrics?.heldOut?.objective).toEqual(eighteen.results.heldOut.rows[2].objective);
    const validate = new Ajv2020({ strict: true }).compile(resultsJsonSchema());
    expect(validate(JSON.parse(readFileSync(at('eighteen', 'baselines.json'), 'utf8')))).toBe(true);
    const words = /^schedules scored for toy on 20 held-out images: linear, cosine, /;
    expect((await describeFile(at('eighteen', 'baselines.json'))).text).toMatch(words);
    expect((await describeFile(at('eighteen'))).text).toMatch(words);
  });

  it('gives the same again without asking for a score it has', async () => {
    const before = evaluations();
    const again = await scored(evaluated(18), 'eighteen');
    expect(again.results).toEqual(eighteen.results);
    expect(evaluations()).toBe(before);
  });

  it('goes on after an interruption', async () => {
    const controller = new AbortController();
    const log = at('cut-log');
    const first = await runBaselines(readSearchConfig(evaluated(18, {}, log)), {
      out: at('cut'),
      signal: controller.signal,
      onEvent: (event) =>
        event.kind === 'scoring' && event.done === 3 && controller.abort(new Error('enough')),
    });
    expect(first).toEqual({ kind: 'interrupted', out: at('cut') });
    expect(existsSync(at('cut', 'baselines.json'))).toBe(false);
    const again = await scored(evaluated(18, {}, log), 'cut');
    expect(again.results.heldOut).toEqual(eighteen.results.heldOut);
    expect(evaluations('cut-log')).toBe(19 + 12);
  });

  it('scores the schedules of a file, the learned one against all others', async () => {
    const search = await runSearch(readSearchConfig(evaluated(4)), { out: at('four') });
    if (search.kind !== 'finished') throw new Error('the search did not finish');
    const before = evaluations();
    const { results, schedules } = await scored(evaluated(4), 'four', { schedules: search.schedules });
    const names = results.heldOut.rows.map(({ name }) => name);
    expect(names.filter((name) => name === 'learned')).toHaveLength(1);
    expect(names.filter((name) => name === 'linear')).toHaveLength(1);
    const linear = (rows: typeof results.heldOut.rows) => rows.find(({ name }) => name === 'linear');
    expect(linear(results.heldOut.rows)).toEqual(linear(search.results.heldOut.rows));
    // α = ¼, ¾, 1 and two reversed ones: all others are known from the search
    expect(evaluations() - before).toBe(5);
    expect(schedules.schedules.find(({ kind }) => kind === 'learned')?.provenance).toEqual(
      search.schedules.schedules[0].provenance,
    );
    expect(readdirSync(at('four'))).toContain('schedules.json');
  });

  it('calls schedules of a file what they are: steps by their latent, nameless ones by their place', async () => {
    const head = {
      format: 'bo-search/schedules',
      version: 1,
      model: { name: 'toy', latents: ['a', 'b', 'c'] },
    };
    const step = (from: number) => ({ kind: 'step', from, alphas: [0, 1, 2].map((i) => Number(i >= from)) });
    const custom = { kind: 'custom', alphas: [0.2, 0.4, 0.4] };
    const schedules = schedulesFromJson({
      ...head,
      schedules: [
        step(0),
        step(1),
        step(2),
        step(3),
        custom,
        { ...custom, alphas: [0, 0, 0.1], label: 'mine' },
      ],
    });
    const { search, heldOut } = (await scored(evaluated(3), 'named', { schedules })).results;
    const { from } = search.bestStep;
    expect(heldOut.rows.slice(10, -1).map(({ name }) => name)).toEqual([
      ...[0, 1, 2, 3].filter((other) => other !== from).map((other) => `file, step ${other}`),
      'file, schedules[4]',
      'mine',
    ]);
  });

  it('warns of schedules that were learned for another task or model', async () => {
    const made = schedulesFromJson({
      format: 'bo-search/schedules',
      version: 1,
      model: { name: 'toy', hash: `sha256:${'0'.repeat(64)}`, latents: ['a', 'b', 'c'] },
      schedules: [{ kind: 'learned', alphas: [0.5, 0.5, 1], provenance: { task: 'fine' } }],
    });
    const wanted = { model: 'toy', task: 'fine' };
    const of = 'the schedules to compare were made for toy, task fine; here they are judged for';
    expect(foreignSchedules(made, wanted)).toBeUndefined();
    expect(foreignSchedules(made, { model: 'toy' })).toBeUndefined();
    expect(foreignSchedules(made, { ...wanted, task: 'coarse' })).toBe(`${of} toy, task coarse`);
    expect(foreignSchedules(made, { ...wanted, model: 'other' })).toBe(`${of} other, task fine`);
    const byHand = { ...made, model: { name: 'unknown', latents: made.model.latents } };
    expect(foreignSchedules(byHand, wanted)).toBeUndefined();
    const warnings: string[] = [];
    await scored(evaluated(3, { task: 'coarse' }), 'foreign', {
      schedules: made,
      onEvent: (event) => void (event.kind === 'warning' && warnings.push(event.message)),
    });
    expect(warnings).toEqual([`${of} toy, task coarse`]);
  });

  it('lets one process at a time into a folder, and goes on with what the one before left', async () => {
    mkdirSync(at('rivals'));
    const rival = acquireLock(at('rivals'));
    expect(await refusal(scored(evaluated(4), 'rivals'))).toBe(
      'E_LOCKED /rivals/study.lock: expected no other writer, got this process',
    );
    expect(readdirSync(at('rivals'))).toEqual(['study.lock']);
    rival.release();
    await scored(evaluated(4), 'rivals');
    expect(readdirSync(at('rivals')).sort()).toEqual([
      'baseline-schedules.json',
      'baselines.json',
      'scores.json',
    ]);
    const before = evaluations();
    await scored(evaluated(4), 'rivals');
    expect(evaluations()).toBe(before);
  });

  it('refuses schedules of another length or attenuation, and a folder of another search', async () => {
    const schedules = eighteen.schedules;
    expect(await refusal(scored(evaluated(4), 'none', { schedules }))).toBe(
      'E_SCHEDULES schedules to compare: expected α of 4 latents, got α of 18 for toy',
    );
    expect(await refusal(scored(evaluated(18, { attenuation: 0.7 }), 'none', { schedules }))).toBe(
      'E_SCHEDULES schedules to compare: expected attenuation 0.7 as in the configuration, got 1 in schedules[0]',
    );
    expect(await refusal(scored(evaluated(18, { seed: 2 }), 'eighteen'))).toBe(
      'E_CONFIG_CHANGED seed: expected 1, with which /eighteen was begun, got 2',
    );
    expect(await refusal(scored(evaluated(4, { seed: 2 }), 'four'))).toBe(
      'E_CONFIG_CHANGED seed: expected 1, with which /four was begun, got 2',
    );
    expect(existsSync(at('none'))).toBe(false);
  });
});

describe('buildAttack(config, { out })', () => {
  const packed = (more: Partial<SearchConfigInput> = {}) =>
    readSearchConfig(
      JSON.stringify({
        model: 'fashion-mnist',
        task: 'coarse',
        attack: { l2Bound: 3, steps: 1 },
        search: { images: 8, evaluations: 2 },
        heldOut: { images: 8, draws: 1 },
        ...more,
      }),
    );

  it('makes the images a search finds again', async () => {
    const first = await buildAttack(packed(), { out: at('attack') });
    expect(first).toMatchObject({
      kind: 'finished',
      split: 'search',
      kept: 8,
      reused: false,
      folder: at('attack', 'attacked', 'search'),
      summary: { images: 8 },
    });
    expect(readdirSync(at('attack', 'attacked'))).toEqual(['search']);
    expect((await describeFile(at('attack', 'attacked', 'search'))).text).toBe(
      '8 images attacked by pgd-l2, L2 bound 3',
    );
    expect(await buildAttack(packed(), { out: at('attack') })).toEqual({ ...first, reused: true });
    const reused: boolean[] = [];
    const controller = new AbortController();
    await runSearch(packed(), {
      out: at('attack'),
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind !== 'attacked') return;
        reused.push(event.reused);
        controller.abort(new Error('enough'));
      },
    });
    expect(reused).toEqual([true]);
    expect(await refusal(buildAttack(packed({ seed: 3 }), { out: at('attack') }))).toBe(
      'E_CONFIG_CHANGED seed: expected 1, with which /attack was begun, got 3',
    );
  });

  it('says what an evaluator made, which keeps it', async () => {
    const outcome = await buildAttack(readSearchConfig(evaluated(4)), { out: at('asked'), split: 'heldOut' });
    expect(outcome).toMatchObject({
      kind: 'finished',
      split: 'heldOut',
      kept: 20,
      summary: { successes: 9 },
    });
    expect(outcome).not.toHaveProperty('folder');
    expect(existsSync(at('asked'))).toBe(false);
  });

  it("leaves the images of another configuration's scores alone", async () => {
    await runBaselines(packed(), { out: at('scored') });
    const before = readFileSync(at('scored', 'attacked', 'search', 'attacked.json'), 'utf8');
    expect(await refusal(buildAttack(packed({ seed: 3 }), { out: at('scored') }))).toBe(
      'E_CONFIG_CHANGED seed: expected 1, with which /scored was begun, got 3',
    );
    expect(await buildAttack(packed(), { out: at('scored') })).toMatchObject({ reused: true });
    expect(readFileSync(at('scored', 'attacked', 'search', 'attacked.json'), 'utf8')).toBe(before);
    expect(existsSync(at('scored', 'study.lock'))).toBe(false);
  });

  it('ends at its signal with nothing half made', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await buildAttack(packed(), { out: at('stopped'), signal })).toEqual({
      kind: 'interrupted',
      out: at('stopped'),
    });
    expect(existsSync(at('stopped'))).toBe(false);
  });
});

describe('images: of a configuration', () => {
  const text = (images: string) => `model: fashion-mnist
task: fine
images: ${images}
attack: { l2Bound: 1.5, steps: 1 }
search: { images: 10, evaluations: 1 }
heldOut: { images: 10, draws: 1 }
`;

  it("take the place of the model's own, by a path that counts from the file", async () => {
    const packed = fileURLToPath(new URL('../../examples/fashion-mnist/', import.meta.url));
    mkdirSync(at('images'), { recursive: true });
    for (const file of readdirSync(packed).filter((name) => name.startsWith('images'))) {
      cpSync(join(packed, file), at('images', file));
    }
    const configFile = at('images.yaml');
    writeFileSync(configFile, text('./images'));
    const outcome = await buildAttack(readSearchConfig(text('./images')), { out: at('own'), configFile });
    const own = await buildAttack(readSearchConfig(text('x').replace('images: x\n', '')), {
      out: at('models'),
    });
    expect(outcome).toMatchObject({ kind: 'finished', kept: 10, sample: (own as { sample: string }).sample });
    expect((await describeFile(configFile)).kind).toBe('config');
  });

  it('must be there', async () => {
    const configFile = at('none.yaml');
    writeFileSync(configFile, text('./nowhere'));
    const message =
      'E_CONFIG /none.yaml:3:9 images: expected a folder of images or images.json, got "./nowhere", which is /nowhere';
    expect(await refusal(describeFile(configFile))).toBe(message);
    expect(await refusal(runSearch(readSearchConfig(text('./nowhere')), { out: at('no'), configFile }))).toBe(
      message,
    );
  });
});
