import {
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
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelPlace } from '../../src/search/model-place.js';
import { openScoreCache } from '../../src/search/score-cache.js';
import { writeNew, writeWhole } from '../../src/search/write-whole.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const place = (...parts: string[]) => join(folder, ...parts);

describe('writeWhole(path, text)', () => {
  it('makes the folders, writes over what is there, and leaves nothing else', async () => {
    await writeWhole(place('a', 'b', 'file'), 'one');
    await writeWhole(place('a', 'b', 'file'), 'two');
    expect(readFileSync(place('a', 'b', 'file'), 'utf8')).toBe('two');
    expect(readdirSync(place('a', 'b'))).toEqual(['file']);
  });

  it('leaves what was there when it cannot be replaced', async () => {
    mkdirSync(place('dir', 'file'), { recursive: true });
    writeFileSync(place('dir', 'file', 'inside'), '');
    await expect(writeWhole(place('dir', 'file'), 'x')).rejects.toMatchObject({
      code: 'E_STORAGE',
      message: expect.stringMatching(
        /dir\/file: expected to write it, got a folder in its place$/,
      ) as unknown,
    });
    expect(readdirSync(place('dir'))).toEqual(['file']);
  });
});

describe('writeNew(path, text)', () => {
  it('writes where nothing is, and nowhere else', async () => {
    await writeNew(place('new'), 'one');
    await expect(writeNew(place('new'), 'two')).rejects.toMatchObject({
      code: 'E_STORAGE',
      message: `${place('new')}: expected no such file yet, got one`,
    });
    expect(readFileSync(place('new'), 'utf8')).toBe('one');
    expect(existsSync(place('new.partial'))).toBe(false);
  });
});

describe('openScoreCache(folder, facts)', () => {
  const outcomes = { clean: '0110', robust: '0100' };
  const never = () => Promise.reject(new Error('computed again'));
  const open = async (facts: unknown, said: string[] = []) =>
    openScoreCache(place('scores'), facts, (reason) => said.push(reason));

  it('computes once, in this process and the next, and tells schedules and samples apart', async () => {
    const cache = await open({ seed: 1 });
    expect(await cache.obtain('s', [0, 1], () => Promise.resolve(outcomes))).toEqual(outcomes);
    expect(await cache.obtain('s', null, () => Promise.resolve({ clean: '1' }))).toEqual({ clean: '1' });
    for (const again of [cache, await open({ seed: 1 })]) {
      expect(await again.obtain('s', [0, 1], never)).toEqual(outcomes);
      expect(await again.obtain('s', null, never)).toEqual({ clean: '1' });
      await expect(again.obtain('t', [0, 1], never)).rejects.toThrow('computed again');
      await expect(again.obtain('s', [0, 0.5], never)).rejects.toThrow('computed again');
    }
  });

  it('does not use the scores of another search', async () => {
    const said: string[] = [];
    await expect((await open({ seed: 2 }, said)).obtain('s', [0, 1], never)).rejects.toThrow(
      'computed again',
    );
    expect(said).toEqual([]);
  });

  it.each([
    ['{"format":'],
    ['{}'],
    [
      '{"format":"bo-search/scores","version":1,"facts":"","entries":[{"sample":"s","alphas":[],"outcomes":{"clean":"2"}}]}',
    ],
  ])('says that a damaged file is not used: %s', async (text) => {
    mkdirSync(place('scores'), { recursive: true });
    writeFileSync(place('scores', 'scores.json'), text);
    const said: string[] = [];
    await expect((await open('', said)).obtain('s', [], never)).rejects.toThrow('computed again');
    expect(said).toEqual([`${place('scores', 'scores.json')} is damaged`]);
  });

  it('keeps nothing of a computation that failed', async () => {
    const cache = await open({ seed: 3 });
    await expect(cache.obtain('s', [1], never)).rejects.toThrow('computed again');
    expect(await cache.obtain('s', [1], () => Promise.resolve(outcomes))).toEqual(outcomes);
  });

  it.each([
    ['a bit that was changed', '"0110"', '"0111"'],
    ['bits that were cut off', '"0110"', '"01"'],
    ['a schedule that was changed', '[0,1]', '[0,0.5]'],
  ])('does not believe %s', async (_, before, after) => {
    rmSync(place('scores'), { recursive: true, force: true });
    await (await open('', [])).obtain('s', [0, 1], () => Promise.resolve(outcomes));
    const path = place('scores', 'scores.json');
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(before);
    writeFileSync(path, text.replace(before, after));
    const said: string[] = [];
    await expect((await open('', said)).obtain('s', [0, 1], never)).rejects.toThrow('computed again');
    expect(said).toEqual([`${path} is damaged`]);
  });
});

describe('modelPlace(model, configFile)', () => {
  it.each([
    ['fashion-mnist', 'conf/search.yaml', 'fashion-mnist'],
    ['./mine', '/conf/search.yaml', '/conf/mine'],
    ['../mine', '/conf/a/search.yaml', '/conf/mine'],
    ['models/mine', '/conf/search.yaml', '/conf/models/mine'],
    ['/models/mine', '/conf/search.yaml', '/models/mine'],
  ])('of %s in %s is %s', (model, file, expected) => {
    expect(modelPlace(model, file)).toBe(expected);
  });
});
