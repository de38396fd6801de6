import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { putNewFile, replaceFile } from '../../../src/objective/images/put-file.js';
import { temporaryFolder } from '../temporary-folder.js';

const LEFT = 'file.01234567-89ab-4def-8123-456789abcdef.partial';

describe('replaceFile(path, content)', () => {
  it('lets any number of writers of one file be done, each whole', async () => {
    const path = join(await temporaryFolder(), 'file');
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(contents.map((content) => replaceFile(path, content)));
    expect(contents).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(join(path, '..'))).toEqual(['file']);
  });
  it('takes away what a dead writer left, and not what a living one writes', async () => {
    const folder = await temporaryFolder();
    const [old, young] = [join(folder, LEFT), join(folder, LEFT.replace('0', 'f'))];
    for (const path of [old, young]) writeFileSync(path, 'half');
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    utimesSync(old, hoursAgo, hoursAgo);
    await replaceFile(join(folder, 'file'), 'whole');
    expect([old, young].map((path) => existsSync(path))).toEqual([false, true]);
  });
});

describe('putNewFile(path, content)', () => {
  it('lets one of many writers of a file be the first', async () => {
    const path = join(await temporaryFolder(), 'file');
    const ends = await Promise.allSettled(['a', 'b', 'c'].map((content) => putNewFile(path, content)));
    const done = ends.flatMap(({ status }, i) => (status === 'fulfilled' ? ['abc'[i]] : []));
    expect(done).toEqual([readFileSync(path, 'utf8')]);
    expect(readdirSync(join(path, '..'))).toEqual(['file']);
  });
});
