import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { alphaSpace, createMemoryStorage, createStudy, openStudy, readStudy, VERSION } from '../src/index.js';
import { temporaryFolder } from './objective/temporary-folder.js';
import { rejected, thrown } from './objective/thrown.js';

describe('createStudy(options)', () => {
  it('is the loop that users type', async () => {
    const study = await createStudy({ space: alphaSpace(18), seed: 1 });
    for (let i = 0; i < 12; i++) {
      const trial = await study.ask();
      await study.tell(trial, { successes: 400 + i, trials: 512 });
    }
    const best = study.recommend();
    expect(best.alphas).toHaveLength(18);
    expect(best.mean >= best.interval[0] && best.mean <= best.interval[1]).toBe(true);
    expect(best.observed).toMatchObject({ trial: 11, value: 411 / 512 });
    expect(study.place).toBe('memory');
  });

  it('takes seed 0, maximize, the Bayesian policy and weights ½ by default, and writes all down', async () => {
    const study = await createStudy({ space: alphaSpace(2) });
    expect(study.header).toMatchObject({
      seed: 0,
      direction: 'maximize',
      policy: { name: 'bayes' },
      weights: { clean: 0.5, robust: 0.5 },
      rescore: 4,
      about: null,
      versions: { boSearch: VERSION, node: process.versions.node },
    });
    expect(study.header.policy.settings).toHaveProperty('acquisition');
  });

  it('keeps a journal in a folder and goes on from it', async () => {
    const folder = join(await temporaryFolder(), 'runs', 'a');
    const options = { space: alphaSpace(3), seed: 7, storage: folder, policy: 'sobol' } as const;
    const first = await createStudy(options);
    const asked = await first.ask();
    await first.close();
    const second = await createStudy(options);
    expect(await second.ask()).toMatchObject({ number: 0, unit: asked.unit });
    await second.close();
    const third = await openStudy(folder);
    expect(third.header.policy.name).toBe('sobol');
    await third.close();
  });

  it('leaves a folder as it was when the study in it is another, and no trace where there was none', async () => {
    const folder = await temporaryFolder();
    const options = { space: alphaSpace(3), storage: join(folder, 'a') };
    await (await createStudy({ ...options, policy: 'random' })).close();
    const before = readFileSync(join(folder, 'a', 'study.jsonl'));
    expect(await rejected(createStudy({ ...options, seed: 5 }))).toEqual([
      'E_CONFIG',
      `study seed: expected 0, got 5, as ${join(folder, 'a', 'study.jsonl')} was begun`,
    ]);
    expect(readFileSync(join(folder, 'a', 'study.jsonl'))).toEqual(before);
    expect(await rejected(createStudy({ ...options, storage: join(folder, 'b'), seed: 0.5 }))).toEqual([
      'E_CONFIG',
      'study seed: expected an integer, got 0.5',
    ]);
    expect(existsSync(join(folder, 'b'))).toBe(false);
    mkdirSync(join(folder, 'c'));
    writeFileSync(join(folder, 'c', 'notes'), '');
    await rejected(createStudy({ ...options, storage: join(folder, 'c'), policy: 'bays' }));
    expect(existsSync(join(folder, 'c', 'notes'))).toBe(true);
    expect(existsSync(join(folder, 'c', 'study.jsonl'))).toBe(false);
  });

  it('hands warnings of the storage to the listener', async () => {
    const folder = await temporaryFolder();
    await (await createStudy({ space: alphaSpace(3), storage: folder })).close();
    writeFileSync(join(folder, 'study.jsonl'), '{"seq":2', { flag: 'a' });
    const kinds: string[] = [];
    const study = await openStudy(folder, {
      onEvent: (event) => kinds.push(event.kind === 'warning' ? event.warning.kind : event.kind),
    });
    await study.close();
    expect(kinds).toEqual(['torn-tail']);
  });

  it('refuses settings for policies that have none', async () => {
    const policy = { name: 'random', settings: { depth: 1 } };
    expect(await rejected(createStudy({ space: alphaSpace(2), policy }))).toEqual([
      'E_CONFIG',
      'study policy: expected no settings for random, got "depth"',
    ]);
    await createStudy({ space: alphaSpace(2), policy: { name: 'random', settings: {} } });
  });

  it("works on a storage of the caller's own", async () => {
    const storage = createMemoryStorage();
    await (await createStudy({ space: alphaSpace(2), storage })).ask();
    expect(storage.read().map(({ kind }) => kind)).toEqual(['header', 'session', 'ask']);
  });
});

describe('openStudy(folder)', () => {
  it('needs a study', async () => {
    const folder = await temporaryFolder();
    expect(await rejected(openStudy(join(folder, 'none')))).toEqual([
      'E_STORAGE',
      `${join(folder, 'none', 'study.jsonl')}: expected a journal, got no such file or folder`,
    ]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

describe('readStudy(path)', () => {
  it('shows a study while another writes it', async () => {
    const folder = await temporaryFolder();
    const writer = await createStudy({ space: alphaSpace(3), storage: folder, policy: 'random' });
    await writer.tell(await writer.ask(), { value: 2 });
    await writer.ask();
    const view = readStudy(folder);
    expect(view.trials).toEqual(writer.trials);
    expect(view.space).toEqual(writer.space);
    expect(view.recommend()).toEqual(writer.recommend());
    expect(view.warnings).toEqual([]);
    await writer.close();
  });

  it('needs the policy of a study that has one of its own', async () => {
    const folder = await temporaryFolder();
    const policy = {
      name: 'mine',
      settings: {},
      suggest: () => ({ unit: [0.5], by: 'mine', notes: [] }),
      recommend: () => ({ trial: 0, mean: 1, interval: [0, 2] as const }),
    };
    const writer = await createStudy({ space: alphaSpace(1), storage: folder, policy });
    await writer.tell(await writer.ask(), { value: 1 });
    expect(thrown(() => readStudy(folder).recommend())).toEqual([
      'E_CONFIG',
      'study policy: expected bayes, random, sobol or a policy of your own, got "mine"',
    ]);
    expect(readStudy(folder, { policy }).recommend().interval).toEqual([0, 2]);
    await writer.close();
  });
});

describe('VERSION', () => {
  it('is that of the package', () => {
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    expect(VERSION).toBe((JSON.parse(text) as { version: string }).version);
  });
});
