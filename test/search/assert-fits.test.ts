import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSearchConfig, runSearch } from '../../src/search/index.js';
import { describeFile } from '../../src/search/describe-file.js';
import { grayPng } from '../objective/images/pictures.js';

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

describe('images of a configuration that do not fit its model', () => {
  const FINE = bundledClasses();
  const folderOf = (classes: readonly string[], pictures: readonly string[]): string => {
    const pool = mkdtempSync(join(folder, 'pictures-'));
    writeFileSync(join(pool, 'classes.txt'), `${classes.join('\n')}\n`);
    for (const [i, path] of pictures.entries()) {
      mkdirSync(join(pool, path), { recursive: true });
      writeFileSync(join(pool, path, 'a.png'), grayPng(i, 28, 28));
    }
    return pool;
  };
  const refused = async (pool: string, images = 1): Promise<readonly string[]> => {
    const file = join(folder, 'images.yaml');
    const text = LEAST.replaceAll('images: 8', `images: ${images}`);
    writeFileSync(file, `${text}images: ${pool}\n`);
    return describeFile(file).then(
      () => ['nothing'],
      ({ code, message, hint }: Error & { code: string; hint: string }) =>
        [`${code} ${message}`, hint].map((words) => words.replaceAll(pool, 'POOL').replaceAll(folder, '')),
    );
  };
  const everyClass = (split: string) => FINE.map((name) => `${split}/${name}`);

  it('are refused where a split is missing, which is named', async () => {
    expect(await refused(folderOf(FINE, everyClass('search')))).toEqual([
      'E_CONFIG /images.yaml:6:9 images: expected images of the split heldOut, got none: "POOL" has no such split',
      'put pictures into heldOut/<class>/ of a folder of images, or list them in labels.csv with the split heldOut; search and heldOut are both needed',
    ]);
  });

  it('are refused where classes are fewer than the model has, which are named', async () => {
    const [message, hint] = await refused(folderOf(['a', 'b'], ['search/a', 'heldOut/b']));
    expect(message).toBe(
      `E_CONFIG /images.yaml:6:9 images: expected images of the 10 classes of fashion-hvae (${FINE.join(', ')}), got 2 (a, b)`,
    );
    expect(hint).toMatch(/^classes\.txt of a folder .+ must list all of them in this order, one a line/);
  });

  it('are refused where the classes stand in another order: labels are places in it', async () => {
    const turned = [...FINE].reverse();
    const [message] = await refused(folderOf(turned, [...everyClass('search'), ...everyClass('heldOut')]));
    expect(message).toContain(`(${FINE.join(', ')}), got 10 (${turned.join(', ')})`);
  });

  it('are refused where a class of the task has none, which is named', async () => {
    const few = [...everyClass('search'), `heldOut/${FINE[0]}`];
    const [message, hint] = await refused(folderOf(FINE, few), 4);
    expect(message).toMatch(
      /^E_CONFIG \/images\.yaml:5:20 heldOut\.images: expected images of every class in the split heldOut, got none of \S/,
    );
    expect(hint).toMatch(/^add images of .+ to the split heldOut of "POOL"$/);
  });

  it('are refused where they are too few, by their own name', async () => {
    const [message, hint] = await refused(
      folderOf(FINE, [...everyClass('search'), ...everyClass('heldOut')]),
      500,
    );
    expect(message).toMatch(
      /^E_CONFIG \/images\.yaml:4:19 search\.images: expected at most \d+, which "POOL" has for it with all classes alike, got 500$/,
    );
    expect(hint).toMatch(/^ask for \d+ or fewer, or add images of every class to search$/);
  });
});

/** The classes that the tasks of the bundled model merge. */
function bundledClasses(): readonly string[] {
  const file = new URL('../../examples/fashion-mnist/model.json', import.meta.url);
  const { tasks } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly tasks: { readonly fine: { readonly classes: readonly string[] } };
  };
  return tasks.fine.classes;
}
