import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCellStore, type StoredCell } from '../../../src/search/evaluate/cell-store.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-cells-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly words: readonly string[];
}

/** A store with what it warned of, and how often pieces were made. */
function opened(name: string) {
  const warnings: string[] = [];
  const out = join(folder, name);
  const store = openCellStore(out, (message) => warnings.push(message.replace(folder, '')));
  let made = 0;
  const obtain = (request: object, cell: StoredCell<Result>) =>
    store.obtain<Result>({ kind: 'attack', ...request }, async () => {
      made += 1;
      return cell;
    });
  const files = () => readdirSync(join(out, 'cells')).sort();
  return { store, warnings, obtain, files, out, count: () => made };
}

const CELL = { result: { words: ['a', 'b'] }, images: Float32Array.of(0, 0.1, 1) };

describe('a store of pieces', () => {
  it('makes a piece once, and gives it with its images to the next session', async () => {
    const first = opened('once');
    expect(await first.obtain({ seed: 1 }, CELL)).toEqual(CELL);
    expect(await first.obtain({ seed: 1 }, CELL)).toEqual(CELL);
    const second = opened('once');
    expect(await second.obtain({ seed: 1 }, { result: { words: ['other'] } })).toEqual(CELL);
    expect([first.count(), second.count(), second.warnings]).toEqual([1, 0, []]);
    expect(first.files()).toEqual([
      expect.stringMatching(/^attack-[0-9a-f]{16}\.f32$/),
      expect.stringMatching(/^attack-[0-9a-f]{16}\.json$/),
    ]);
  });

  it('knows a request by what is in it, in whatever order', async () => {
    const { obtain, count, files } = opened('order');
    const plain = { result: { words: [] } };
    await obtain({ a: 1, b: { c: 2, d: 3 } }, plain);
    await obtain({ b: { d: 3, c: 2 }, a: 1 }, plain);
    expect(count()).toBe(1);
    await obtain({ a: 1, b: { c: 2, d: 4 } }, plain);
    expect(count()).toBe(2);
    expect(files()).toHaveLength(2);
  });

  it.each([
    ['JSON cut short', '.json', (text: string) => text.slice(0, -9)],
    ['a changed word', '.json', (text: string) => text.replace('"a"', '"x"')],
    ['a changed request', '.json', (text: string) => text.replace('"seed": 1', '"seed": 2')],
    ['another version', '.json', (text: string) => text.replace('"version": 1', '"version": 2')],
    ['changed images', '.f32', () => 'abcdefghijkl'],
  ])('says of %s that it is made again, and does so', async (name, ending, damage) => {
    const { obtain, files, out, warnings, count } = opened(name);
    await obtain({ seed: 1 }, CELL);
    const file = join(out, 'cells', files().find((one) => one.endsWith(ending)) ?? '');
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    expect(await obtain({ seed: 1 }, CELL)).toEqual(CELL);
    expect(count()).toBe(2);
    expect(warnings).toEqual([
      expect.stringMatching(
        /attack-[0-9a-f]{16}\.json: expected what was stored, got .*; it is made again$/s,
      ),
    ]);
    expect(await obtain({ seed: 1 }, CELL)).toEqual(CELL);
    expect(count()).toBe(2);
  });

  it('takes the state of an unfinished piece away once it is finished, not before', async () => {
    const { store, obtain, files } = opened('partial');
    await obtain({ seed: 9 }, CELL);
    const partial = store.partialFile({ kind: 'attack', seed: 1 });
    writeFileSync(partial, 'state');
    await expect(
      store.obtain({ kind: 'attack', seed: 1 }, () => Promise.reject(new Error('cut short'))),
    ).rejects.toThrow('cut short');
    expect(existsSync(partial)).toBe(true);
    await obtain({ seed: 1 }, CELL);
    expect(existsSync(partial)).toBe(false);
    expect(files()).toHaveLength(4);
  });
});
