import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decode } from 'fast-png';
import { constantSchedule, stepSchedule, type SchedulesFile } from '../../../src/schedules/index.js';
import {
  readSearchConfig,
  runMix,
  type FinishedMix,
  type RunMixOptions,
  type SearchEvent,
} from '../../../src/search/index.js';
import { temporaryFolder } from '../../objective/temporary-folder.js';
import { expectRejection } from '../../objective/expect-error.js';

const CONFIG = readSearchConfig(
  'model: fashion-mnist\ntask: coarse\nattack: { l2Bound: 3 }\nheldOut: { images: 24 }\nbackend: wasm\n',
);
const N = 12;

function schedules(
  alphas: readonly number[],
  more: Partial<SchedulesFile['schedules'][0]> = {},
): SchedulesFile {
  const latents = Array.from({ length: alphas.length }, (_, i) => `z${i}`);
  const learned = { kind: 'learned', alphas, ...more } as const;
  return {
    format: 'bo-search/schedules',
    version: 1,
    model: { name: 'some model', latents },
    schedules: [learned as SchedulesFile['schedules'][0]],
  };
}

const SMALL = { rows: 2, columns: 3, pairs: 20, subsets: 2 };
const STEP = schedules(stepSchedule(N, 4));

async function mixed(options: Partial<RunMixOptions> & { readonly out: string }): Promise<FinishedMix> {
  const outcome = await runMix(CONFIG, { ...SMALL, schedules: STEP, ...options });
  if (outcome.kind !== 'finished') throw new Error(`mixing ended as ${outcome.kind}`);
  return outcome;
}

const refusal = async (given: Partial<RunMixOptions>, code: string, message: string, config = CONFIG) => {
  const out = given.out ?? (await temporaryFolder());
  const before = readdirSync(out);
  await expectRejection(runMix(config, { ...SMALL, schedules: STEP, ...given, out }), { code, message });
  expect(readdirSync(out)).toEqual(before);
};

describe('runMix on the bundled model', () => {
  it('counts, draws and writes the same bytes again over its own files', async () => {
    const out = await temporaryFolder();
    const events: SearchEvent[] = [];
    const { results, files } = await mixed({ out, onEvent: (event) => events.push(event) });
    const { classCodes, reEncoded, random, latents, pairs, images, rule } = results;
    expect(latents.map(({ role }) => role)).toEqual([
      ...new Array<string>(4).fill('class'),
      ...new Array<string>(8).fill('detail'),
    ]);
    expect(latents.map(({ live }) => live)).toEqual([
      ...new Array<boolean>(9).fill(true),
      false,
      false,
      false,
    ]);
    expect(rule.says).toContain('whether a latent matters is not known');
    for (const { a, b, other } of [classCodes, reEncoded, ...random.map(({ shares }) => shares)]) {
      expect(a.mean + b.mean + other.mean).toBeCloseTo(1, 12);
      expect(a.interval[0]).toBeLessThanOrEqual(a.mean);
      expect(a.interval[1]).toBeGreaterThanOrEqual(a.mean);
    }
    expect(classCodes.a.mean).toBeGreaterThan(0.5);
    expect(reEncoded.b.mean).toBeGreaterThan(0.5);
    expect(random.map(({ from, size, outOf }) => [from, size, outOf])).toEqual([
      ['all', 4, 494],
      ['live', 4, 125],
    ]);
    expect(pairs.count).toBe(20);
    expect(images.right).toBeGreaterThan(20);
    expect(files).toEqual(['mix.png', 'mix-re-encoded.png', 'mix.json'].map((name) => join(out, name)));
    expect(events.filter(({ kind }) => kind === 'mixing')).toHaveLength(6);
    const { width, height, channels } = decode(readFileSync(files[0]));
    // columns and rows of 28·4 + 2·5 pixels with 6 between, and a margin of 18
    expect([width, height, channels]).toEqual([18 + 6 + 4 * 128, 18 + 6 + 3 * 128, 3]);
    const bytes = files.map((file) => readFileSync(file));
    await mixed({ out });
    expect(files.map((file) => readFileSync(file))).toEqual(bytes);
  });

  it('ends with its signal and writes nothing', async () => {
    const out = await temporaryFolder();
    const control = new AbortController();
    const onEvent = (event: SearchEvent) => {
      if (event.kind === 'mixing') control.abort();
    };
    const outcome = await runMix(CONFIG, { ...SMALL, schedules: STEP, out, onEvent, signal: control.signal });
    expect(outcome).toEqual({ kind: 'interrupted', out });
    expect(readdirSync(out)).toEqual([]);
  });
});

describe('runMix refuses before any work', () => {
  it('a schedule of another number of latents', () =>
    refusal(
      { schedules: schedules([0, 1]) },
      'E_SCHEDULES',
      'mix: expected α of 12 latents, as fashion-hvae has, got α of 2 for some model',
    ));

  it('a schedule that keeps all, or nothing', async () => {
    await refusal(
      { schedules: schedules(constantSchedule(N, 0)) },
      'E_SCHEDULES',
      'mix: expected a detail code at least, got none in 12 latents, of which 12 have effective α ≤ 0.25',
    );
    await refusal(
      { schedules: schedules(constantSchedule(N, 0.5)) },
      'E_SCHEDULES',
      'mix: expected a class code at least, got none in 12 latents, of which 0 have effective α ≤ 0.25',
    );
  });

  it('a file of several schedules of which none was learned', () => {
    const two = [
      { kind: 'linear', alphas: STEP.schedules[0].alphas },
      { kind: 'custom', alphas: STEP.schedules[0].alphas },
    ] as const;
    return refusal(
      { schedules: { ...STEP, schedules: two } },
      'E_SCHEDULES',
      'mix: expected a learned schedule or a single one, got linear, custom',
    );
  });

  it('another file in the way of its results', async () => {
    const out = await temporaryFolder();
    const file = join(out, 'mix.json');
    for (const text of ['mine', '{"format":"bo-search/schedules"}', 'null']) {
      writeFileSync(file, text);
      await refusal(
        { out },
        'E_STORAGE',
        `${file}: expected no file yet, or results of mix, got another file`,
      );
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });

  it('sizes out of range', async () => {
    await refusal({ rows: 65 }, 'E_ARGUMENT', 'rows: expected an integer from 1 to 64, got 65');
    await refusal({ pairs: 0 }, 'E_ARGUMENT', 'pairs: expected an integer of at least 1, got 0');
    await refusal({ subsets: 1.5 }, 'E_ARGUMENT', 'subsets: expected an integer of at least 1, got 1.5');
    await refusal(
      { rows: 20, columns: 5 },
      'E_ARGUMENT',
      'rows and columns: expected at most 24 images in all, got 20 + 5',
    );
    await refusal(
      { pairs: 433 },
      'E_ARGUMENT',
      'pairs: expected at most 432, as 24 images in 4 classes make, got 433',
    );
  });

  it('a model that an evaluator has', () =>
    refusal(
      {},
      'E_CONFIG',
      'evaluator: expected a packed model, got an evaluator',
      readSearchConfig('evaluator: { command: [node] }\nattack: { l2Bound: 3 }\n'),
    ));
});
