import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSearchConfig, runSearch } from '../../src/search/index.js';
import { describeFile } from '../../src/search/describe-file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-fits-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const LEAST = `model: fashion-mnist
task: coarse
attack: { l2Bound: 3, steps: 1 }
search: { images: 8, evaluations: 2 }
heldOut: { images: 8 }
`;

/** What checking the file and running it both say; nothing may be begun. */
async function refusals(text: string): Promise<string[]> {
  const file = join(folder, 'search.yaml');
  writeFileSync(file, text);
  const out = join(folder, 'run');
  const words = async (answer: Promise<unknown>) =>
    answer.then(
      () => 'nothing',
      (error: Error & { code: string }) => `${error.code} ${error.message.replaceAll(folder, '')}`,
    );
  const said = [
    await words(describeFile(file)),
    await words(runSearch(readSearchConfig(text, file), { out, configFile: file })),
  ];
  expect(existsSync(out)).toBe(false);
  return said;
}

describe('a configuration that does not fit its model', () => {
  it.each([
    [
      'too many images to search on',
      LEAST.replace('images: 8', 'images: 20000'),
      /^E_CONFIG \/search\.yaml:4:19 search\.images: expected at most \d+, which the model has for it with all classes alike, got 20000$/,
    ],
    [
      'too many held-out images',
      LEAST.replace('{ images: 8 }', '{ images: 20000 }'),
      /^E_CONFIG \/search\.yaml:5:20 heldOut\.images: expected at most \d+, which the model has for it with all classes alike, got 20000$/,
    ],
    [
      'a model there is not',
      LEAST.replace('fashion-mnist', 'cifar10'),
      /^E_CONFIG \/search\.yaml:1:8 model: expected fashion-mnist or a folder with model\.json, got "cifar10"$/,
    ],
    [
      'a model folder there is not',
      LEAST.replace('fashion-mnist', './none'),
      /^E_CONFIG \/search\.yaml:1:8 model: expected fashion-mnist or a folder with model\.json, got "\.\/none", which is \/none$/,
    ],
    [
      'a task the model does not have',
      LEAST.replace('coarse', 'rough'),
      /^E_CONFIG \/search\.yaml:2:7 task: expected one of coarse, fine, got "rough"$/,
    ],
  ])('is refused before anything is begun: %s', async (_, text, message) => {
    const [checked, run] = await refusals(text);
    expect(checked).toMatch(message);
    expect(run).toBe(checked);
  });

  it('is named by its key alone where there is no file', async () => {
    const config = readSearchConfig(LEAST.replace('coarse', 'rough'));
    await expect(runSearch(config, { out: join(folder, 'run') })).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: 'task: expected one of coarse, fine, got "rough"',
    });
  });
});
