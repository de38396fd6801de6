/** Journals that earlier releases wrote: see fixtures/journals/make.mjs. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type BoSearchError, openStudy, readJournal, readStudy, type StudyView } from '../src/index.js';

const V1 = fileURLToPath(new URL('fixtures/journals/v1/', import.meta.url));

const NAMES = readdirSync(V1).map((file) => file.replace('.jsonl', ''));

/** Trials, those that ended, and numbers a point has. */
const KNOWN: Readonly<Record<string, readonly [trials: number, ended: number, dimensions: number]>> = {
  'alpha-blocks': [14, 14, 4],
  counts: [12, 12, 3],
  'detached-and-handed-over': [4, 3, 2],
  'general-minimize': [12, 12, 2],
  random: [6, 6, 5],
};

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with a copy of a journal. */
function copyOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'bo-search-old-'));
  folders.push(folder);
  cpSync(join(V1, `${name}.jsonl`), join(folder, 'study.jsonl'));
  return folder;
}

function endedIn({ trials }: StudyView): number {
  return trials.filter(({ state }) => state !== 'running').length;
}

function refusal(read: () => unknown): BoSearchError {
  try {
    read();
  } catch (error) {
    return error as BoSearchError;
  }
  throw new Error('nothing was refused');
}

describe('journals of format version 1 open', () => {
  it('for every kind there is a journal of', () => {
    expect(NAMES).toEqual(Object.keys(KNOWN));
  });

  it.each(NAMES)('%s: every record reads, every trial is there, and the best is found', (name) => {
    const { records, warnings } = readJournal(join(V1, `${name}.jsonl`));
    expect(warnings).toEqual([]);
    expect(records[0]).toMatchObject({ kind: 'header', version: 1, versions: { boSearch: '0.1.0' } });
    const study = readStudy(join(V1, `${name}.jsonl`));
    const [trials, ended, dimensions] = KNOWN[name];
    expect([study.trials.length, endedIn(study)]).toEqual([trials, ended]);
    const best = study.recommend();
    expect(Object.keys(best.params)).toHaveLength(dimensions);
    expect(Number.isFinite(best.mean)).toBe(true);
    expect(best.interval[0]).toBeLessThanOrEqual(best.interval[1]);
  });

  it.each(NAMES)('%s: its study goes on', async (name) => {
    const folder = copyOf(name);
    const study = await openStudy(folder);
    const trial = await study.ask();
    await study.tell(trial, { failed: 'enough' });
    await study.close();
    expect(endedIn(readStudy(folder))).toBe(KNOWN[name][1] + 1);
    const before = readFileSync(join(V1, `${name}.jsonl`));
    expect(readFileSync(join(folder, 'study.jsonl')).subarray(0, before.length).equals(before)).toBe(true);
  });
});

describe('a journal of a version to come', () => {
  it('is refused by its version, whatever its lines look like', () => {
    const folder = copyOf('counts');
    const file = join(folder, 'study.jsonl');
    writeFileSync(file, '{"kind":"header","format":"bo-search/journal","version":2,"more":{}}\nxyz\n');
    const error = refusal(() => readStudy(folder));
    expect([error.code, error.message, error.hint]).toEqual([
      'E_JOURNAL',
      `${file}:1 header.version: expected 1, got 2`,
      'the journal was written by another release of bo-search; open it with that one',
    ]);
  });
});
