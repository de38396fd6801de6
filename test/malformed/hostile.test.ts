import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readStudy } from '../../src/index.js';
import { openImagePool } from '../../src/objective/images/open-image-pool.js';
import { readModelManifest } from '../../src/objective/models/open-model.js';
import { readSchedulesFile } from '../../src/schedules/index.js';
import { loadSearchConfig } from '../../src/search/config/read-search-config.js';
import { expectNamed } from './expect-named.js';

const root = mkdtempSync(join(tmpdir(), 'bo-search-hostile-'));
let folder = root;
let count = 0;

beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(folder);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The readers of files, each with the name its file has. */
const READERS: Readonly<Record<string, readonly [file: string, read: (place: string) => unknown]>> = {
  configuration: ['search.yaml', loadSearchConfig],
  'schedules as JSON': ['schedules.json', readSchedulesFile],
  'schedules as YAML': ['schedules.yaml', readSchedulesFile],
  'schedules as CSV': ['schedules.csv', readSchedulesFile],
  'schedules as arrays': ['schedules.alphas.npy', readSchedulesFile],
  journal: ['study.jsonl', readStudy],
  model: ['model.json', () => readModelManifest(folder)],
  images: ['images.json', openImagePool],
};

/** `a: &a […]`, nine times nine-fold: 387 million entries when followed. */
const ALIAS_BOMB = Array.from({ length: 9 }, (_, i) => {
  const inner = i === 0 ? '1' : `*a${i - 1}`;
  return `k${i}: &a${i} [${new Array(9).fill(inner).join(', ')}]`;
}).join('\n');

const HOSTILE: Readonly<Record<string, () => string | Uint8Array>> = {
  'an empty file': () => '',
  'spaces alone': () => ' \n\n',
  'NUL bytes': () => Buffer.alloc(100),
  'a NUL in text': () => '{"format":\0 1}',
  'UTF-16': () => Buffer.from('\uFEFF{"format": "bo-search/schedules"}', 'utf16le'),
  'bytes that are no text': () => Buffer.of(0x80, 0xff, 0xc0, 0x0a),
  'a byte order mark alone': () => '\uFEFF',
  'an alias bomb': () => ALIAS_BOMB,
  'an alias of itself': () => 'model: &a [*a]',
  'a hundred thousand brackets': () => '['.repeat(100_000),
  'a hundred thousand objects': () => '{"a":'.repeat(100_000),
  'brackets nested and closed': () => '['.repeat(100_000) + ']'.repeat(100_000),
  'prototype keys': () => '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
  'NaN for a number': () => '{"seed": NaN}',
  'a number without end': () => `{"seed": ${'9'.repeat(100_000)}}`,
  'a key twice': () => '{"format": "x", "format": "y"}',
  null: () => 'null',
  'a list': () => '[1, 2]',
  'a script': () => '#!/bin/sh\necho hello\n',
  'escapes of a terminal': () => '\u001b[31mred\u001b[0m: 1',
};

describe.each(Object.keys(READERS))('a reader of %s', (name) => {
  const [file, read] = READERS[name];
  const place = new RegExp(file.replaceAll('.', '\\.'));

  it.each(Object.keys(HOSTILE))('names %s', async (what) => {
    writeFileSync(join(folder, file), HOSTILE[what]());
    expect(await expectNamed(() => read(join(folder, file)), place)).not.toBe('');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('names a folder in place of the file, no file, and a link that leads nowhere', async () => {
    mkdirSync(join(folder, 'in', file), { recursive: true });
    const inner = join(folder, 'in', file);
    if (name !== 'model') expect(await expectNamed(() => read(inner), place)).not.toBe('');
    expect(await expectNamed(() => read(join(folder, file)), place)).not.toBe('');
    symlinkSync(join(folder, 'nowhere'), join(folder, file));
    expect(await expectNamed(() => read(join(folder, file)), place)).not.toBe('');
  });

  it('names one line of 50 MB, soon', async () => {
    writeFileSync(join(folder, file), Buffer.alloc(50_000_000, 'a'));
    expect(await expectNamed(() => read(join(folder, file)), place)).not.toBe('');
  });
});
