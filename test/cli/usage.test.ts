import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SEARCH_TEMPLATE } from '../../src/search/config/template.js';
import { alphaSpace, createSpace, createStudy, real } from '../../src/index.js';
import { paperPresets, type SchedulesFile, schedulesToJson } from '../../src/schedules/index.js';
import { buildCli, type BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
});
afterAll(() => cli.dispose());

const version = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

describe('bo-search', () => {
  it('prints its version', async () => {
    expect(await cli.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('says what commands and exit codes there are', async () => {
    const { code, stdout } = await cli.run(['--help']);
    expect(code).toBe(0);
    for (const command of ['run', 'init', 'status', 'export', 'validate'])
      expect(stdout).toContain(`\n  ${command} `);
    expect(stdout).toContain('  130  interrupted; the same command goes on');
  });

  it.each(['run', 'init', 'status', 'export', 'validate'])(
    'explains %s with examples and exit codes',
    async (command) => {
      const { code, stdout } = await cli.run([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: bo-search ${command}`);
      expect(stdout).toContain(`  $ npx bo-search ${command}`);
      expect(stdout).toContain('Exit codes:');
    },
  );

  it.each<[string, readonly string[], string]>([
    [
      'an unknown command',
      ['rum'],
      "bo-search: unknown command 'rum'\n(Did you mean run?)\nhint: npx bo-search --help says what there is\n",
    ],
    [
      'an unknown option',
      ['init', '--force'],
      "bo-search: unknown option '--force'\nhint: npx bo-search init --help says what is expected\n",
    ],
    [
      'a missing argument',
      ['status'],
      "bo-search: missing required argument 'folder'\nhint: npx bo-search status --help says what is expected\n",
    ],
    [
      'a missing option',
      ['run', 'search.yaml'],
      "bo-search: required option '-o, --out <folder>' not specified\nhint: npx bo-search run --help says what is expected\n",
    ],
    [
      'a misspelt option, before the one that is missing because of it',
      ['run', 'search.yaml', '--outt', 'x'],
      "bo-search: unknown option '--outt'\n(Did you mean --out?)\nhint: npx bo-search run --help says what is expected\n",
    ],
    [
      'a missing option of baselines',
      ['baselines', 'search.yaml'],
      "bo-search: required option '-o, --out <folder>' not specified\nhint: npx bo-search baselines --help says what is expected\n",
    ],
    [
      'a missing option of attack',
      ['attack', 'search.yaml'],
      "bo-search: required option '-o, --out <folder>' not specified\nhint: npx bo-search attack --help says what is expected\n",
    ],
    [
      'a folder without a name',
      ['run', 'search.yaml', '--out', ''],
      `bo-search: option '-o, --out <folder>' argument '' is invalid. expected a path, got ""\nhint: npx bo-search run --help says what is expected\n`,
    ],
    [
      'a seed that is none',
      ['run', 'search.yaml', '--out', 'x', '--seed', '-1'],
      `bo-search: option '--seed <n>' argument '-1' is invalid. expected an integer of at least 0, got "-1"\nhint: npx bo-search run --help says what is expected\n`,
    ],
    [
      'a number of evaluations that is none',
      ['run', 'search.yaml', '--out', 'x', '--evaluations', '0'],
      `bo-search: option '--evaluations <n>' argument '0' is invalid. expected an integer of at least 1, got "0"\nhint: npx bo-search run --help says what is expected\n`,
    ],
    [
      'a backend that is none',
      ['run', 'search.yaml', '--out', 'x', '--backend', 'gpu'],
      "bo-search: option '--backend <name>' argument 'gpu' is invalid. Allowed choices are auto, wasm, webgpu, tensorflow, cpu.\nhint: npx bo-search run --help says what is expected\n",
    ],
  ])('refuses %s', async (_, args, stderr) => {
    expect(await cli.run(args)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('refuses, before anything is begun, an option that contradicts another', async () => {
    writeFileSync(join(cli.folder, 'plain.yaml'), SEARCH_TEMPLATE);
    const args = ['run', 'plain.yaml', '--out', 'contradiction', '--backend', 'cpu', '--workers', '2'];
    expect(await cli.run(args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^bo-search: workers: expected 1 with backend cpu; .+, got 2\n/,
      ) as unknown,
    });
    expect(existsSync(join(cli.folder, 'contradiction'))).toBe(false);
  });

  it.each([
    [['help'], ['--help']],
    [
      ['help', 'run'],
      ['run', '--help'],
    ],
  ])('answers %p as %p', async (asked, same) => {
    const answer = await cli.run(asked);
    expect(answer).toMatchObject({ code: 0, stderr: '' });
    expect(answer).toEqual(await cli.run(same));
  });

  it('says in the help which option cannot be left out', async () => {
    for (const command of ['run', 'baselines', 'attack']) {
      const { stdout } = await cli.run([command, '--help']);
      expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/-o, --out <folder> [^-]+ \(required\)/);
    }
  });

  it('answers nothing with its help, as a usage error', async () => {
    const { code, stderr } = await cli.run([]);
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: bo-search');
  });
});

describe('bo-search init', () => {
  it('writes a configuration and says how to go on, and never writes over it', async () => {
    expect(await cli.run(['init', 'a'])).toEqual({
      code: 0,
      stdout: 'wrote a/search.yaml\nnext: npx bo-search run a/search.yaml --out a/runs/first\n',
      stderr: '',
    });
    const file = join(cli.folder, 'a', 'search.yaml');
    expect(readFileSync(file, 'utf8')).toBe(SEARCH_TEMPLATE);
    writeFileSync(file, 'mine');
    expect(await cli.run(['init', 'a'])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'bo-search: a/search.yaml: expected no such file yet, got one\n' +
        'hint: it is left as it was: choose another place, or move it away\n',
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it('refuses a folder that is a file', async () => {
    writeFileSync(join(cli.folder, 'file'), '');
    expect(await cli.run(['init', 'file'])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /^bo-search: file: expected a folder, got a file in its place\nhint: .+\n$/,
      ) as unknown as string,
    });
  });
});

describe('bo-search validate', () => {
  const put = (name: string, text: string) => writeFileSync(join(cli.folder, name), text);

  it('names a configuration that is right', async () => {
    put('right.yaml', SEARCH_TEMPLATE);
    expect(await cli.run(['validate', 'right.yaml'])).toEqual({
      code: 0,
      stdout: 'right.yaml: a search of α for fashion-hvae, task coarse: 100 evaluations on 200 images\n',
      stderr: '',
    });
  });

  it.each<[string, string, string]>([
    [
      'a mistyped key',
      'search:\n  evalutions: 3\n',
      '6:3 search.evalutions: unknown key, did you mean "evaluations"?',
    ],
    [
      'text that is no YAML',
      'search: [\n',
      '6:1: expected YAML, got an error: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('places %s', async (_, more, message) => {
    put('wrong.yaml', `model: fashion-mnist\ntask: coarse\nattack:\n  l2Bound: 3\n${more}`);
    const { code, stderr, stdout } = await cli.run(['validate', 'wrong.yaml']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(`bo-search: wrong.yaml:${message}`);
    expect(stderr.split('\n')[1]).toMatch(/^hint: .+/);
  });

  it('knows a task that the model does not have', async () => {
    put('task.yaml', 'model: fashion-mnist\ntask: rough\nattack: { l2Bound: 3 }\n');
    expect(await cli.run(['validate', 'task.yaml'])).toMatchObject({
      code: 2,
      stderr:
        'bo-search: task.yaml:2:7 task: expected one of coarse, fine, got "rough"\n' +
        'hint: these are the tasks of fashion-hvae\n',
    });
  });

  it('knows a model folder that is not there, beside the configuration', async () => {
    mkdirSync(join(cli.folder, 'deep'), { recursive: true });
    put('deep/model.yaml', 'model: ./none\ntask: coarse\nattack: { l2Bound: 3 }\n');
    const { code, stderr } = await cli.run(['validate', 'deep/model.yaml']);
    expect(code).toBe(2);
    expect(stderr.split('\n')[0]).toMatch(
      /^bo-search: deep\/model\.yaml:1:8 model: expected fashion-mnist or a folder with model\.json, got "\.\/none", which is .*\/deep\/none$/,
    );
  });

  it('names schedules that are right, and places what is wrong in others', async () => {
    const file: SchedulesFile = {
      format: 'bo-search/schedules',
      version: 1,
      model: { name: 'cars', latents: paperPresets['stanford-cars'].learned.map((_, i) => `w${i}`) },
      schedules: [{ kind: 'learned', alphas: paperPresets['stanford-cars'].learned }],
    };
    put('schedules.json', schedulesToJson(file));
    expect(await cli.run(['validate', 'schedules.json'])).toEqual({
      code: 0,
      stdout: 'schedules.json: 1 schedule for cars, 16 latents: learned\n',
      stderr: '',
    });
    put('schedules.json', schedulesToJson(file).replace('0.737', '1.737'));
    expect(await cli.run(['validate', 'schedules.json', '--json'])).toEqual({
      code: 2,
      stdout:
        '{"kind":"error","code":"E_SCHEDULES","message":"schedules.json: /schedules/0/alphas/3: expected a number from 0 to 1, got 1.737","hint":"schemas/schedules.schema.json in the package describes the format"}\n',
      stderr:
        'bo-search: schedules.json: /schedules/0/alphas/3: expected a number from 0 to 1, got 1.737\n' +
        'hint: schemas/schedules.schema.json in the package describes the format\n',
    });
  });

  it('knows schedules that lost their format, and reads past a byte order mark', async () => {
    const file: SchedulesFile = {
      format: 'bo-search/schedules',
      version: 1,
      model: { name: 'm', latents: ['a'] },
      schedules: [{ kind: 'learned', alphas: [0.5] }],
    };
    put('mine.json', `\uFEFF${schedulesToJson(file)}`);
    expect(await cli.run(['validate', 'mine.json'])).toMatchObject({
      code: 0,
      stdout: 'mine.json: 1 schedule for m, 1 latent: learned\n',
    });
    put('mine.json', JSON.stringify({ ...file, format: undefined }));
    const { code, stderr } = await cli.run(['validate', 'mine.json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^bo-search: mine\.json: .*format.*\n/);
    put('marked.yaml', `\uFEFF${SEARCH_TEMPLATE}`);
    expect(await cli.run(['validate', 'marked.yaml'])).toMatchObject({ code: 0 });
  });

  it('knows schedules of every form by what is in them', async () => {
    const cars = ['schedule', 'preset', '--task', 'stanford-cars', '--format'];
    for (const format of ['yaml', 'csv', 'npy', 'json'])
      await cli.run([...cars, format, '-o', `cars.${format}`]);
    const text = (path: string, kind: string, name = 'cars') =>
      `${path}: 1 schedule for ${name}, 16 latents: ${kind}\n`;
    copyFileSync(join(cli.folder, 'cars.csv'), join(cli.folder, 'cars.txt'));
    copyFileSync(join(cli.folder, 'cars.alphas.npy'), join(cli.folder, 'lone.npy'));
    for (const [path, start] of [
      ['cars.yaml', 'custom'],
      ['cars.csv', 'stanford-cars'],
      ['cars.txt', 'stanford-cars'],
      ['lone.npy', 'custom'],
    ] as const) {
      const { code, stdout } = await cli.run(['validate', path]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: text(path, start, path.split('.')[0]) });
    }
    expect((await cli.run(['validate', 'cars.alphas.npy'])).stdout).toMatch(
      /^cars\.alphas\.npy: 1 schedule for /,
    );
    const warning =
      'warning: lone.npy stands alone, without .effective.npy or .npy.json beside it: kinds and attenuation are not known, and it is read without one\n';
    for (const command of ['validate', 'export']) {
      expect(await cli.run([command, 'lone.npy'])).toMatchObject({ code: 0, stderr: warning });
    }
    put('wrong.yaml', 'interpolation_alphas: [2.0]\n');
    expect(await cli.run(['validate', 'wrong.yaml'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'wrong.yaml:1:24 interpolation_alphas[0]: expected a number from 0 to 1',
      ) as unknown,
    });
  });

  it.each(['results.json', 'baselines.json'])(
    'ends with exit code 2 for a %s that is wrong',
    async (name) => {
      for (const text of ['{', '{}', `{"format":"bo-search/${name.slice(0, -5)}","version":2}`]) {
        put(name, text);
        const { code, stdout } = await cli.run(['validate', name, '--json']);
        expect([code, JSON.parse(stdout)]).toEqual([2, expect.objectContaining({ code: 'E_ARGUMENT' })]);
      }
    },
  );

  it.each([
    ['none.yaml', 'no such file'],
    ['picture.png', 'a file of another kind (picture.png)'],
    ['empty', 'a folder without model.json or study.jsonl'],
  ])('refuses %s', async (name, got) => {
    put('picture.png', '');
    mkdirSync(join(cli.folder, 'empty'), { recursive: true });
    expect(await cli.run(['validate', name])).toEqual({
      code: 2,
      stdout: '',
      stderr: `bo-search: ${name}: expected a search.yaml, schedules, results, a study.jsonl, or the folder of a model, images or a run, got ${got}\nhint: check the path\n`,
    });
  });
});

describe('bo-search status and export', () => {
  it('name a folder without a run', async () => {
    expect(await cli.run(['status', 'nowhere'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'bo-search: nowhere: expected the folder of a run, got no such folder\nhint: check the path\n',
    });
    mkdirSync(join(cli.folder, 'bare'), { recursive: true });
    expect(await cli.run(['status', 'bare'])).toMatchObject({
      code: 2,
      stderr:
        'bo-search: bare: expected the folder of a run, got a folder without study.jsonl\nhint: check the path\n',
    });
    expect(await cli.run(['export', 'nowhere'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'bo-search: nowhere: expected a schedules file or the folder of a run, got no such file\nhint: check the path\n',
    });
  });

  it('do not send a study of another program to a search', async () => {
    const study = await createStudy({ space: alphaSpace(2), seed: 1, storage: join(cli.folder, 'own') });
    await study.tell(await study.ask(), { value: 0.5 });
    await study.close();
    const { code, stdout } = await cli.run(['status', 'own']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nstate {3}nobody is at work, last written .+ ago\n$/);
  });

  it('export what a study of α recommends, and name best for other studies', async () => {
    const study = await createStudy({ space: alphaSpace(2), seed: 3, storage: join(cli.folder, 'asked') });
    const { alphas } = await study.tell(await study.ask(), { value: 0.5 });
    await study.close();
    const { code, stdout, stderr } = await cli.run(['export', 'asked']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'warning: asked/study.jsonl is not finished: this is the best so far, without held-out scores\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({
      model: { name: 'unknown', latents: ['z0', 'z1'] },
      schedules: [{ kind: 'learned', alphas, provenance: { studySeed: 3, evaluations: 1 } }],
    });
    const other = await createStudy({
      space: createSpace({ x: real(0, 1) }),
      seed: 1,
      storage: join(cli.folder, 'other'),
    });
    await other.close();
    expect(await cli.run(['export', 'other'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'bo-search: other/study.jsonl: expected a search of α, got a study of other parameters\n' +
        'hint: take the point from npx bo-search best other, or study.recommend()\n',
    });
  });

  it('send an export of a run without evaluations to run', async () => {
    const about = { job: 'bo-search/search', model: { name: 'm', latents: ['a', 'b'] }, config: {} };
    const storage = join(cli.folder, 'begun');
    await (await createStudy({ space: alphaSpace(2), seed: 1, storage, about })).close();
    expect(await cli.run(['export', 'begun'])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'bo-search: begun: expected a run with an evaluation, got one without\n' +
        'hint: npx bo-search run <your search.yaml> --out begun goes on with it\n',
    });
  });

  it('place a damaged line of a journal', async () => {
    mkdirSync(join(cli.folder, 'damaged'), { recursive: true });
    writeFileSync(join(cli.folder, 'damaged', 'study.jsonl'), '{"kind":"header"}\n{"kind":"session"}\n');
    for (const command of ['status', 'export', 'validate']) {
      const { code, stderr } = await cli.run([command, 'damaged']);
      expect(code).toBe(3);
      expect(stderr).toMatch(
        /^bo-search: damaged\/study\.jsonl:1 header\.format: expected "bo-search\/journal", got nothing\n/,
      );
    }
  });
});
