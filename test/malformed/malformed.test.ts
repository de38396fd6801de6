import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readJournal, readStudy } from '../../src/index.js';
import { decodeImage } from '../../src/objective/images/decode-image.js';
import { loadImageFolder } from '../../src/objective/images/image-folder.js';
import { loadImagePool } from '../../src/objective/images/image-pool.js';
import { readModelManifest } from '../../src/objective/models/open-model.js';
import { readSafetensors } from '../../src/objective/models/safetensors.js';
import {
  readSchedulesFile,
  schedulesFromJson,
  type SchedulesFile,
  schedulesFromNpy,
  writeSchedulesAs,
} from '../../src/schedules/index.js';
import { readSearchConfig } from '../../src/search/config/read-search-config.js';
import { SEARCH_TEMPLATE } from '../../src/search/config/template.js';
import { encodeLine } from '../../src/storage/journal-line.js';
import type { JournalRecord } from '../../src/trial/index.js';
import { grayPng } from '../objective/images/pictures.js';
import { packPool } from '../objective/images/pools.js';
import { expectNamed, type Tally } from './expect-named.js';
import { spoiledBytes, spoiledText, spoiledValue } from './mutations.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bo-search-malformed-'));
const total: Tally = { refused: 0, taken: 0 };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Inputs from each arbitrary; together far above 300 refusals. */
const RUNS = 80;

/** Runs a reader on spoiled inputs; at least a quarter of them must be wrong enough to be refused. */
async function spoil<T>(
  inputs: fc.Arbitrary<T>,
  read: (input: T) => unknown,
  place: RegExp,
  runs = RUNS,
): Promise<void> {
  const tally: Tally = { refused: 0, taken: 0 };
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => void (await expectNamed(() => read(input), place, tally))),
    { seed: 5, numRuns: runs, endOnFailure: true },
  );
  total.refused += tally.refused;
  total.taken += tally.taken;
  expect(tally.refused).toBeGreaterThan(runs / 4);
}

/** A file in the test's folder. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const schedules: SchedulesFile = {
  format: 'bo-search/schedules',
  version: 1,
  model: { name: 'm', hash: `sha256:${'0f'.repeat(32)}`, latents: ['a', 'b', 'c'] },
  defence: { noiseNorm: 2, blurSigma: 1 },
  schedules: [
    {
      kind: 'learned',
      label: 'x',
      alphas: [0.1, 0.25, 1],
      attenuation: 0.5,
      effectiveAlphas: [0.05, 0.125, 0.5],
    },
    { kind: 'step', from: 1, alphas: [0, 1, 1] },
    { kind: 'constant', value: 0.5, alphas: [0.5, 0.5, 0.5] },
  ],
};

const textOf = (format: 'json' | 'yaml' | 'csv') =>
  writeSchedulesAs(format, schedules).files[0].content as string;

describe('a spoiled configuration', () => {
  it.each(readdirSync(join(ROOT, 'examples/fashion-mnist')).filter((name) => name.endsWith('.yaml')))(
    'is named with line and column: %s',
    async (name) => {
      const text = readFileSync(join(ROOT, 'examples/fashion-mnist', name), 'utf8').replace(/#.*/g, '');
      await spoil(spoiledText(text), (input) => readSearchConfig(input, 'x.yaml'), /^x\.yaml/, 50);
    },
  );

  it('is named as JSON, too', async () => {
    const config = {
      model: 'fashion-mnist',
      task: 'fine',
      attack: { kind: 'pgd-l2', l2Bound: 1.5 },
      search: { images: 200, evaluations: 100 },
      heldOut: { images: 1000, draws: 2 },
      seed: 1,
    };
    await spoil(
      spoiledValue(config),
      (input) => readSearchConfig(JSON.stringify(input), 'x.yaml'),
      /^x\.yaml/,
    );
  });

  it('is named where the template was', async () => {
    await spoil(
      spoiledText(SEARCH_TEMPLATE.replace(/#.*/g, '')),
      (input) => readSearchConfig(input, 'x.yaml'),
      /^x\.yaml/,
    );
  });
});

describe('a spoiled schedules file', () => {
  it.each(['json', 'yaml', 'csv'] as const)('is named with its place: text of %s', async (format) => {
    const read = (input: string) => readSchedulesFile(file(`x.${format}`, input));
    await spoil(spoiledText(textOf(format)), read, new RegExp(`x\\.${format}`));
  });

  it('is named with its place: values', async () => {
    await spoil(spoiledValue(schedules), (input) => schedulesFromJson(input, 'x.json'), /^x\.json/, 2 * RUNS);
  });

  it('is named with its place: arrays, alone and with their side file', async () => {
    const [alphas, effective, side] = writeSchedulesAs('npy', schedules).files.map(({ content }) => content);
    const read = (bytes: Uint8Array) =>
      schedulesFromNpy({ alphas: bytes, effective: effective as Uint8Array });
    await spoil(spoiledBytes(alphas as Uint8Array), read, /npy/);
    const withSide = (bytes: Uint8Array) =>
      schedulesFromNpy({ alphas: alphas as Uint8Array, effective: bytes, side: side as string });
    await spoil(spoiledBytes(effective as Uint8Array), withSide, /npy/);
  });
});

describe('a spoiled journal', () => {
  const lines = readFileSync(join(ROOT, 'test/fixtures/journals/v1/alpha-blocks.jsonl'));
  const records = ['alpha-blocks', 'general-minimize', 'detached-and-handed-over'].map((name) =>
    readJournal(join(ROOT, `test/fixtures/journals/v1/${name}.jsonl`)).records.slice(0, 14),
  );

  it('is named with its line: bytes', async () => {
    await spoil(
      spoiledBytes(lines.subarray(0, 4000)),
      (input) => readStudy(file('x.jsonl', input)).trials,
      /x\.jsonl/,
    );
  });

  it('is named with its line: records whose checksums are right', async () => {
    const read = (input: unknown) =>
      readStudy(file('x.jsonl', Buffer.concat((input as JournalRecord[]).map(encodeLine)))).trials;
    for (const one of records) {
      const inputs = fc
        .nat(one.length - 1)
        .chain((at) =>
          spoiledValue(one[at]).map((record) => one.map((right, i) => (i === at ? record : right))),
        );
      await spoil(inputs, read, /x\.jsonl:\d+/);
    }
  });
});

describe('a spoiled model', () => {
  const manifest = readFileSync(join(ROOT, 'examples/fashion-mnist/model.json'), 'utf8');
  const read = (text: string) => {
    mkdirSync(join(folder, 'model'), { recursive: true });
    file('model/model.json', text);
    return readModelManifest(join(folder, 'model'));
  };

  it('is named with its place: manifest', async () => {
    await spoil(spoiledText(manifest), read, /^model\.json/);
    await spoil(spoiledValue(JSON.parse(manifest)), (value) => read(JSON.stringify(value)), /^model\.json/);
  });

  it('is named with file and tensor: safetensors', async () => {
    const header = {
      a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
      b: { dtype: 'F16', shape: [3], data_offsets: [16, 22] },
    };
    const pack = (text: string) => {
      const bytes = Buffer.alloc(8 + Buffer.byteLength(text) + 22);
      bytes.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
      bytes.write(text, 8);
      return bytes;
    };
    const open = (bytes: Uint8Array) => readSafetensors(bytes, 'x.safetensors');
    await spoil(spoiledBytes(pack(JSON.stringify(header))), open, /^x\.safetensors/);
    await spoil(spoiledValue(header), (value) => open(pack(JSON.stringify(value))), /^x\.safetensors/);
  });
});

describe('spoiled images', () => {
  const picture = (name: string) => readFileSync(join(ROOT, `test/fixtures/pictures/${name}`));

  it('are named with file and place: packed', async () => {
    const path = await packPool(folder);
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    const read = (text: string) => loadImagePool(file('images.json', text));
    await spoil(spoiledText(JSON.stringify(manifest)), read, /^images/);
    await spoil(
      spoiledValue(manifest),
      (value) => read(JSON.stringify(value)),
      /^images|^search|^attack|^heldOut/,
    );
  });

  it.each(['gray-16.png', 'palette-4.png', 'colour-alpha.png', 'baseline.jpg', 'progressive.jpg'])(
    'are named by file: %s',
    async (name) => {
      await spoil(
        spoiledBytes(picture(name)),
        (bytes) => decodeImage(bytes, name).samples,
        new RegExp(name),
        150,
      );
    },
  );

  it('are named by file and line: class lists and labels', async () => {
    const place = join(folder, 'pictures');
    mkdirSync(place, { recursive: true });
    for (const [at, name] of ['a.png', 'b.png'].entries()) writeFileSync(join(place, name), grayPng(at));
    const right = {
      'classes.txt': 'bag\nhat\n',
      'labels.csv': 'file,label,split\na.png,bag,search\nb.png,hat,heldOut\n',
    };
    for (const [name, text] of Object.entries(right)) {
      for (const [other, own] of Object.entries(right)) writeFileSync(join(place, other), own);
      const read = (input: string) => {
        writeFileSync(join(place, name), input);
        return loadImageFolder(place);
      };
      await spoil(spoiledText(text), read, /classes\.txt|labels\.csv|\.png|pictures: expected/);
    }
  });
});

describe('all spoiled inputs', () => {
  it('were refused by name more than 300 times', () => {
    expect(total.refused).toBeGreaterThan(300);
  });
});
