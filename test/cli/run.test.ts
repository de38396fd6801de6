import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStudy, type Outcome } from '../../src/index.js';
import { readSearchConfig } from '../../src/search/config/read-search-config.js';
import { schedulesFromJson, type SchedulesFile } from '../../src/schedules/index.js';
import { currentOwner } from '../../src/storage/lock-owner.js';
import type { SearchResults } from '../../src/search/index.js';
import { buildCli, type BuiltCli, type CliResult } from './built-cli.js';
import { bundledBytes, copyModel, editManifest, overflowing, sha256 } from './model-folder.js';

const CONFIG = `model: fashion-mnist
task: coarse
attack: { l2Bound: 3, steps: 3 }
search: { images: 8, evaluations: 6 }
heldOut: { images: 12, draws: 1 }
`;

const FILES = ['study.jsonl', 'schedules.json', 'results.json', 'alphas.svg'];

let cli: BuiltCli;
let first: CliResult;
beforeAll(async () => {
  cli = buildCli();
  put('search.yaml', CONFIG);
  first = await cli.run(['run', 'search.yaml', '--out', 'runs/base', '--json']);
}, 120_000);
afterAll(() => cli.dispose());

const put = (name: string, text: string | Buffer) => writeFileSync(join(cli.folder, name), text);
const read = (name: string) => readFileSync(join(cli.folder, name), 'utf8');
const found = (folder: string) =>
  ['schedules.json', 'results.json', 'alphas.svg'].map((name) => read(`${folder}/${name}`));

/** A copy of the finished run to damage. */
function copyRun(name: string, without: readonly string[] = []): string {
  const folder = join(cli.folder, 'runs', name);
  cpSync(join(cli.folder, 'runs', 'base'), folder, { recursive: true });
  for (const file of without) rmSync(join(folder, file), { recursive: true });
  return `runs/${name}`;
}

describe('bo-search run', () => {
  it('ends with one JSON object on standard output, and progress on standard error', () => {
    expect(first.code).toBe(0);
    const answer = JSON.parse(first.stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({
      kind: 'finished',
      out: 'runs/base',
      reused: false,
      files: FILES.map((name) => join('runs/base', name)),
      results: JSON.parse(read('runs/base/results.json')) as unknown,
      schedules: JSON.parse(read('runs/base/schedules.json')) as unknown,
    });
    const lines = first.stderr.split('\n');
    expect(lines[0]).toMatch(
      /^model fashion-hvae, task coarse: 12 latents, 4 classes; tensorflow\.js 4\.22\.0, wasm/,
    );
    expect(lines[1]).toBe('search of 6 evaluations, kept in runs/base/study.jsonl');
    expect(first.stderr).toMatch(/\nsearch {2}6\/6 {2}value 0\.\d{3} {2}best 0\.\d{3}\n/);
    expect(lines.slice(-4)).toEqual([
      'wrote runs/base/schedules.json',
      'wrote runs/base/alphas.svg',
      'wrote runs/base/results.json',
      '',
    ]);
  });

  it('leaves schedules with held-out scores, and what made them', () => {
    const file: SchedulesFile = schedulesFromJson(read('runs/base/schedules.json'));
    expect(file.schedules.map(({ kind }) => kind)).toEqual([
      'learned',
      'linear',
      'cosine',
      'step',
      'constant',
      'constant',
    ]);
    const [learned] = file.schedules;
    expect(learned.provenance).toMatchObject({ studySeed: 1, evaluations: 6 });
    expect(learned.metrics?.heldOut).toMatchObject({ images: 12, draws: 1 });
    expect(file.defence).toEqual({ temperature: 0.6 });
  });

  it('compares on held-out images that were not searched on', () => {
    const results = JSON.parse(read('runs/base/results.json')) as SearchResults;
    expect(results.config).toEqual(readSearchConfig(CONFIG));
    expect(results.heldOut.rows.map(({ kind }) => kind)).toEqual([
      'learned',
      'linear',
      'cosine',
      'step',
      'constant',
      'constant',
      'no-defence',
    ]);
    for (const row of results.heldOut.rows.slice(1)) {
      const { learned, mean } = { learned: results.heldOut.rows[0].objective.mean, mean: row.objective.mean };
      expect(row.difference?.mean).toBeCloseTo(learned - mean, 12);
    }
    const { scores, from } = results.search.bestStep;
    expect(scores).toHaveLength(13);
    expect(scores[from]).toBe(Math.max(...scores));
    const ids = ['search', 'heldOut'].map(
      (split) =>
        (JSON.parse(read(`runs/base/attacked/${split}/attacked.json`)) as { images: { ids: string[] } })
          .images.ids,
    );
    expect(ids.map((list) => list.length)).toEqual([8, 12]);
    expect(ids[0].filter((id) => ids[1].includes(id))).toEqual([]);
  });

  it('shows table and picture, and does nothing twice', async () => {
    const before = FILES.slice(1).map((name) => read(`runs/base/${name}`));
    const { code, stdout, stderr } = await cli.run(['run', 'search.yaml', '--out', 'runs/base']);
    expect(code).toBe(0);
    expect(stderr.split('\n')[1]).toBe('going on with runs/base/study.jsonl: 6 of 6 evaluations are there');
    const lines = stdout.split('\n');
    expect(lines[1]).toMatch(
      /^learned after 6 evaluations \(trial \d, counted from 0\): 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] on the search images$/,
    );
    const { recommended } = (JSON.parse(read('runs/base/results.json')) as SearchResults).search;
    const { trial, observed } = recommended;
    const why = `chosen by posterior mean; best observed: trial ${observed.trial} with ${observed.value.toFixed(3)}`;
    expect(lines.includes(why)).toBe(trial !== observed.trial);
    if (trial !== observed.trial) lines.splice(2, 1);
    expect(lines[3]).toBe('On 12 held-out images, in percent with 95 % intervals, K = 1:');
    expect(lines[4]).toMatch(/^ +clean +robust +objective +learned − this$/);
    const names = lines.slice(5, 12).map((line) => line.split(/ {2,}/)[0]);
    expect(names).toEqual([
      'learned',
      'linear',
      'cosine',
      expect.stringMatching(/^best step \(\d+\)$/),
      'α = 0.5',
      'α = 0',
      'no defence',
    ]);
    expect(lines[12]).toBe('* the interval of the paired difference leaves out 0');
    // in between it is said which rivals are not beaten
    const picture = lines.indexOf('α of each latent: 0 keeps it, 1 re-samples it') + 1;
    expect(lines[picture]).toBe('latent  0                              1  learned  linear  cosine');
    expect(lines.slice(picture + 1, picture + 13).map((line) => line.slice(0, 5))).toEqual(
      ['1x1', '4x4', '8x8'].flatMap((scale) => [0, 1, 2, 3].map((i) => `${scale}.${i}`)),
    );
    expect(lines.at(-2)).toBe(`already there: ${FILES.map((name) => `runs/base/${name}`).join(', ')}`);
    expect(FILES.slice(1).map((name) => read(`runs/base/${name}`))).toEqual(before);
    expect(stdout + stderr).not.toContain('\u001B');
  });

  it('survives SIGKILL, Ctrl-C and a full disk, lets nobody else in meanwhile, and ends as if nothing had been', async () => {
    const args = ['run', 'search.yaml', '--out', 'runs/hard'];
    const killed = await cli.run(args, {
      onStderr: (child, text) => void (/^search +2\/6/m.test(text) && child.kill('SIGKILL')),
    });
    expect(killed.code).toBeNull();

    let second: Promise<CliResult> | undefined;
    let signalled = false;
    const interrupted = await cli.run(args, {
      onStderr: (child, text) => {
        if (second === undefined && /^going on with/m.test(text)) second = cli.run(args);
        if (signalled || !/^search +\d\/6/m.test(text)) return;
        signalled = true;
        void second?.then(() => child.kill('SIGINT'));
        child.kill('SIGSTOP');
        void second?.then(() => child.kill('SIGCONT'));
      },
    });
    expect(await second).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /^model .*\nbo-search: runs\/hard\/study\.lock: expected no other writer, got process \d+ on .+\nhint: .+\n$/,
      ) as unknown as string,
    });
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(
      /\ninterrupted after \d of 6 evaluations; nothing is lost\ngo on with: npx bo-search run search\.yaml --out runs\/hard\n$/,
    );

    const full = await cli.run(args, { shell: 'ulimit -f 30;' });
    expect(full).toMatchObject({ code: 3, stdout: '' });
    expect(full.stderr).toMatch(
      /\nbo-search: attacked images: expected to write runs\/hard\/attacked\/heldOut, got EFBIG: file too large, write\nhint: .+\n$/,
    );

    const last = await cli.run(args);
    expect(last.code).toBe(0);
    expect(found('runs/hard')).toEqual(found('runs/base'));
  }, 180_000);

  it('goes on where the last line of the journal was not written to its end', async () => {
    const out = copyRun('torn', ['results.json']);
    const journal = read(`${out}/study.jsonl`);
    put(`${out}/study.jsonl`, journal.slice(0, -10));
    const { code, stderr } = await cli.run(['run', 'search.yaml', '--out', out]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /\nwarning: runs\/torn\/study\.jsonl:\d+: dropped a last line that was not written to its end; nobody was told that it was kept\n/,
    );
    expect(found(out)).toEqual(found('runs/base'));
  });

  it('goes on with more evaluations, and takes none back', async () => {
    const out = copyRun('more');
    const more = await cli.run(['run', 'search.yaml', '--out', out, '--evaluations', '7', '--json']);
    expect(more.code).toBe(0);
    expect(more.stderr).toContain('\ngoing on with runs/more/study.jsonl: 6 of 7 evaluations are there\n');
    expect((JSON.parse(more.stdout) as { results: SearchResults }).results.search.evaluations).toBe(7);
    const journal = read(`${out}/study.jsonl`);
    const fewer = await cli.run(['run', 'search.yaml', '--out', out, '--json']);
    expect(fewer.code).toBe(0);
    expect(fewer.stderr).toContain(
      '\nwarning: search.evaluations is 6, and runs/more is finished with 7: this is what is there\n',
    );
    const { results } = JSON.parse(more.stdout) as { results: SearchResults };
    expect(JSON.parse(fewer.stdout)).toMatchObject({ kind: 'finished', reused: true, results });
    rmSync(join(cli.folder, out, 'results.json'));
    const open = await cli.run(['run', 'search.yaml', '--out', out]);
    expect(open.code).toBe(3);
    expect(open.stderr).toMatch(
      /\nbo-search: search\.evaluations: expected at least 7, which runs\/more holds, got 6\nhint: pass --evaluations 7 or more, or raise search\.evaluations\n$/,
    );
    expect(read(`${out}/study.jsonl`)).toBe(journal);
  });
});

describe('bo-search run refuses', () => {
  const refusal = async (config: string, out = 'runs/none') => {
    put('wrong.yaml', config);
    const { code, stdout, stderr } = await cli.run(['run', 'wrong.yaml', '--out', out]);
    const message = /^bo-search: .*$/m.exec(stderr)?.[0].slice('bo-search: '.length);
    expect({ stdout, trace: /^ +at /m.test(stderr) }).toEqual({ stdout: '', trace: false });
    return { code, message };
  };

  it('a configuration that is not there', async () => {
    expect(await cli.run(['run', 'nowhere.yaml', '--out', 'runs/none'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'bo-search: nowhere.yaml: expected a configuration file, got no such file\nhint: `npx bo-search init` writes one\n',
    });
    expect(existsSync(join(cli.folder, 'runs/none'))).toBe(false);
  });

  it('a mistyped key, with its place', async () => {
    expect(await refusal(CONFIG.replace('steps', 'step'))).toEqual({
      code: 2,
      message: 'wrong.yaml:3:23 attack.step: unknown key, did you mean "steps"?',
    });
  });

  it('a task the model does not have', async () => {
    expect(await refusal(CONFIG.replace('coarse', 'rough'))).toEqual({
      code: 2,
      message: 'wrong.yaml:2:7 task: expected one of coarse, fine, got "rough"',
    });
  });

  it('more images than there are', async () => {
    const { code, message } = await refusal(CONFIG.replace('images: 8', 'images: 9999'), 'runs/many');
    expect(code).toBe(2);
    expect(message).toMatch(
      /^wrong\.yaml:4:19 search\.images: expected at most \d+, which the model has for it with all classes alike, got 9999$/,
    );
    expect(existsSync(join(cli.folder, 'runs/many'))).toBe(false);
  });

  it('another search than the folder holds, naming the first difference', async () => {
    const journal = read('runs/base/study.jsonl');
    expect(await refusal(CONFIG.replace('images: 8', 'images: 9'), 'runs/base')).toEqual({
      code: 3,
      message: 'search.images: expected 8, with which runs/base was begun, got 9',
    });
    expect(await refusal(CONFIG.replace('l2Bound: 3', 'l2Bound: 2'), 'runs/base')).toEqual({
      code: 3,
      message: 'attack.l2Bound: expected 3, with which runs/base was begun, got 2',
    });
    expect(await refusal(CONFIG.replace('coarse', 'fine'), 'runs/base')).toEqual({
      code: 3,
      message: 'task: expected "coarse", with which runs/base was begun, got "fine"',
    });
    expect(read('runs/base/study.jsonl')).toBe(journal);
  });

  it('no configuration that says the same in other words', async () => {
    put(
      'words.yaml',
      CONFIG.replace('l2Bound: 3', 'kind: pgd-l2, against: classifier, l2Bound: 3.0, restarts: 1'),
    );
    const { code, stdout } = await cli.run(['run', 'words.yaml', '--out', 'runs/base']);
    expect(code).toBe(0);
    expect(stdout).toContain('\nalready there: ');
  });

  it('a damaged line of the journal, and leaves it as it is', async () => {
    const out = copyRun('damaged');
    const damaged = read(`${out}/study.jsonl`).replace('"kind":"ask","trial":2', '"kind":"ask","trial":3');
    put(`${out}/study.jsonl`, damaged);
    const { code, message } = await refusal(CONFIG, out);
    expect(code).toBe(3);
    expect(message).toMatch(/^runs\/damaged\/study\.jsonl:\d+: expected .+/);
    expect(read(`${out}/study.jsonl`)).toBe(damaged);
  });

  it('a folder that cannot be made', async () => {
    put('taken', '');
    expect(await refusal(CONFIG, 'taken/run')).toEqual({
      code: 3,
      message: 'taken/run: expected a folder for the study, got a path that leads through a file',
    });
  });

  it('attacked images that were damaged', async () => {
    const out = copyRun('pixels', ['results.json']);
    const manifest = JSON.parse(read(`${out}/attacked/heldOut/attacked.json`)) as {
      images: { file: string };
    };
    put(`${out}/attacked/heldOut/${manifest.images.file}`, 'x');
    const { code, message } = await refusal(CONFIG, out);
    expect(code).toBe(3);
    expect(message).toMatch(
      /^runs\/pixels\/attacked\/heldOut: attacked-[0-9a-f]{16}\.f32: expected \d+ bytes for 12 images, got 1$/,
    );
  });

  describe('a model', () => {
    const config = CONFIG.replace('fashion-mnist', './model');
    const model = () => join(cli.folder, 'model');
    const fresh = () => {
      rmSync(model(), { recursive: true, force: true });
      copyModel(model());
    };
    const replaceFile = (name: string, bytes: Buffer) => {
      rmSync(join(model(), name));
      writeFileSync(join(model(), name), bytes);
    };

    it('whose folder is not there', async () => {
      rmSync(model(), { recursive: true, force: true });
      const { code, message } = await refusal(config);
      expect(code).toBe(2);
      expect(message).toBe(
        `wrong.yaml:1:8 model: expected fashion-mnist or a folder with model.json, got "./model", which is ${model()}`,
      );
    });

    it('whose manifest is malformed', async () => {
      fresh();
      editManifest(model(), (manifest) => (manifest.tasks['coarse'].classes = ['only one']));
      expect(await refusal(config)).toEqual({
        code: 2,
        message: 'model.json tasks.coarse.classes: expected at least two class names, got ["only one"]',
      });
    });

    it('whose classes are not those of the images', async () => {
      fresh();
      editManifest(model(), (manifest) => (manifest.tasks['fine'].classes[3] = 'hat'));
      const { code, message } = await refusal(config.replace('coarse', 'fine'), 'runs/classes');
      expect(code).toBe(2);
      expect(message).toMatch(/^task "fine" classes\[3\]: expected ".+" as in the images, got "hat"$/);
    });

    it('whose weights are cut short', async () => {
      fresh();
      const cut = bundledBytes('hvae.safetensors').subarray(0, 100_000);
      replaceFile('hvae.safetensors', cut);
      const { code, message } = await refusal(config);
      expect(code).toBe(2);
      expect(message).toMatch(/^hvae\.safetensors: expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}$/);
      editManifest(model(), (manifest) => (manifest.weights.sha256 = sha256(cut)));
      const renamed = await refusal(config);
      expect(renamed.code).toBe(2);
      expect(renamed.message).toMatch(/^hvae\.safetensors.*: expected .+, got .+$/);
    });

    it('whose images are cut short', async () => {
      fresh();
      replaceFile('images-search.bin.gz', bundledBytes('images-search.bin.gz').subarray(0, 1000));
      const { code, message } = await refusal(config, 'runs/images');
      expect(code).toBe(2);
      expect(message).toMatch(
        /^images-search\.bin\.gz \(split search\): expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}$/,
      );
    });

    it('that answers NaN: every evaluation fails with the reason, and the study is kept', async () => {
      fresh();
      const broken = overflowing(bundledBytes('hvae.safetensors'));
      replaceFile('hvae.safetensors', broken);
      editManifest(model(), (manifest) => (manifest.weights.sha256 = sha256(broken)));
      const { code, message } = await refusal(config, 'runs/nan');
      expect(code).toBe(3);
      expect(message).toMatch(/^all 6 evaluations failed, the last with: .*(NaN|finite).*$/);
      const status = await cli.run(['status', 'runs/nan']);
      expect(status.stdout).toMatch(/^runs\/nan\/study\.jsonl: 6 of 6 evaluations, 6 failed\n/);
    });
  });
});

describe('bo-search status', () => {
  it('says how far a run is', async () => {
    const { code, stdout } = await cli.run(['status', 'runs/base']);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('runs/base/study.jsonl: 6 of 6 evaluations');
    expect(lines[1]).toMatch(/^best {4}0\.\d{4}, trial \d \(.+\)$/);
    expect(lines[2]).toBe('model   fashion-hvae, task coarse, 12 latents');
    expect(lines[3]).toMatch(/^seed {4}1, policy bayes, tensorflow\.js 4\.22\.0, wasm/);
    expect(lines[4]).toMatch(/^state {3}finished, last written .+ ago$/);
  });

  it('says how to go on with a run that was broken off, and that what was under way is done again', async () => {
    const out = copyRun('broken', ['results.json']);
    const whole = read(`${out}/study.jsonl`);
    put(
      `${out}/study.jsonl`,
      whole.slice(0, whole.lastIndexOf('\n', whole.lastIndexOf('"kind":"tell"')) + 1),
    );
    const { stdout } = await cli.run(['status', out]);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('runs/broken/study.jsonl: 5 of 6 evaluations, 1 broken off, will be done again');
    expect(lines[4]).toMatch(
      /^state {3}nobody is at work, last written .+ ago; go on with: npx bo-search run <your search\.yaml> --out runs\/broken$/,
    );
    const json = await cli.run(['status', out, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ finished: false, running: 1 });
  });

  it('does not call a run finished while a process works in it', async () => {
    const out = copyRun('locked');
    put(`${out}/study.lock`, JSON.stringify(currentOwner()));
    const { stdout } = await cli.run(['status', out, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ finished: false, writer: { pid: process.pid } });
  });

  it('as JSON', async () => {
    const { stdout } = await cli.run(['status', 'runs/base', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'status',
      finished: true,
      ended: 6,
      wanted: 6,
      failed: 0,
      running: 0,
    });
  });
});

describe('bo-search ask, tell and expire in the folder of a run', () => {
  it.each([
    ['ask', []],
    ['tell', ['0', '--value', '0.9']],
    ['expire', []],
  ])('%s is refused, and the journal stays as it was', async (command, args) => {
    const before = read('runs/base/study.jsonl');
    expect(await cli.run([command, 'runs/base', ...args])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `bo-search: runs/base: expected a study of ask, got the folder of a run, whose trials only the run itself may ${command}\n` +
        'hint: npx bo-search run <your search.yaml> --out runs/base goes on with it, npx bo-search best runs/base reads it; ask in another folder for a study of your own\n',
    });
    expect(read('runs/base/study.jsonl')).toBe(before);
  });

  it('and run is refused in the folder of a study of ask', async () => {
    await cli.run(['ask', 'runs/asked', '--latents', '12']);
    const { code, stderr } = await cli.run(['run', 'search.yaml', '--out', 'runs/asked']);
    expect(code).toBe(3);
    expect(stderr.split('\n').slice(-3)).toEqual([
      'bo-search: runs/asked: expected the folder of a search or a new one, got a study of another kind',
      'hint: choose another folder for the search: a study of ask, or of a program, stays as it is',
      '',
    ]);
  });

  it.each<[string, boolean, Outcome, string]>([
    ['a plain value', false, { value: 0.99 }, 'with the plain value 0.99'],
    ['counts', false, { successes: 9, trials: 10 }, 'with 9 successes of 10'],
    ['a trial of ask', true, { failed: 'expired' }, 'that was asked from outside'],
  ])('run does not trust %s that another program told', async (_what, detached, outcome, got) => {
    const out = copyRun('foreign', ['results.json']);
    const study = await openStudy(join(cli.folder, out));
    await study.tell(await study.ask({ detached }), outcome);
    await study.close();
    const { code, stderr } = await cli.run(['run', 'search.yaml', '--out', out, '--evaluations', '8']);
    rmSync(join(cli.folder, out), { recursive: true });
    expect(code).toBe(3);
    expect(stderr.split('\n').slice(-3)).toEqual([
      `bo-search: ${out}/study.jsonl: expected trials that this search measured itself, got trial 6 ${got}`,
      'hint: the search was continued by another program: begin it again in another folder',
      '',
    ]);
  });
});

describe('bo-search export', () => {
  it('writes the schedules of a finished run', async () => {
    expect(await cli.run(['export', 'runs/base'])).toEqual({
      code: 0,
      stdout: read('runs/base/schedules.json'),
      stderr: '',
    });
    expect(await cli.run(['export', 'runs/base', '--output', 'out/mine.json'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'wrote out/mine.json\n',
    });
    expect(read('out/mine.json')).toBe(read('runs/base/schedules.json'));
  });

  it('replaces schedules and no other file', async () => {
    put('mine.yaml', CONFIG);
    expect(await cli.run(['export', 'runs/base', '-o', 'mine.yaml'])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'bo-search: mine.yaml: expected no file yet, or schedules to replace, got another file\n' +
        'hint: it is left as it was: choose another place, or move it away\n',
    });
    expect(read('mine.yaml')).toBe(CONFIG);
    expect(await cli.run(['export', 'runs/base', '-o', 'runs'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('got a folder\n') as unknown as string,
    });
    await cli.run(['export', 'runs/base', '-o', 'twice.json']);
    expect(await cli.run(['export', 'runs/base', '-o', 'twice.json', '--only', 'linear'])).toMatchObject({
      code: 0,
    });
    expect(schedulesFromJson(read('twice.json')).schedules).toHaveLength(1);
  });

  it('warns where the run went on after its schedules were written', async () => {
    const out = copyRun('ahead');
    const text = read(`${out}/schedules.json`);
    put(`${out}/schedules.json`, text.replace('"evaluations": 6', '"evaluations": 4'));
    expect(await cli.run(['export', out])).toMatchObject({
      code: 0,
      stderr:
        'warning: runs/ahead/schedules.json is of the first 4 evaluations, and the run holds 6 by now\n' +
        'hint: npx bo-search run <your search.yaml> --out runs/ahead finishes it with all of them\n',
    });
  });

  it('writes only one kind, and names the kinds there are', async () => {
    const { stdout } = await cli.run(['export', 'runs/base', '--only', 'step']);
    expect(schedulesFromJson(stdout).schedules.map(({ kind }) => kind)).toEqual(['step']);
    expect(await cli.run(['export', 'runs/base', '--only', 'steps'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'bo-search: --only: expected one of learned, linear, cosine, step, constant, got "steps"\n' +
        'hint: npx bo-search export --help says what is expected\n',
    });
  });

  it('writes the best so far of a run that is not finished, and says so', async () => {
    const out = copyRun('part', ['results.json', 'schedules.json']);
    const { code, stdout, stderr } = await cli.run(['export', out]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'warning: runs/part/study.jsonl is not finished: this is the best so far, without held-out scores\n',
    );
    const file = schedulesFromJson(stdout);
    expect(file.schedules.map(({ kind }) => kind)).toEqual(['learned', 'linear', 'cosine']);
    const [learned] = schedulesFromJson(read('runs/base/schedules.json')).schedules;
    expect(file.schedules[0].alphas).toEqual(learned.alphas);
  });
});

describe('bo-search validate', () => {
  it('names a run with all that is in it', async () => {
    const { code, stdout } = await cli.run(['validate', 'runs/base']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^runs\/base: a search of α for fashion-hvae: 6 evaluations, best 0\.\d{4} \(trial \d\); 6 schedules for fashion-hvae, 12 latents: learned, linear, cosine, step \d+, α = 0\.5, α = 0\n$/,
    );
  });

  it('reads results, and places what is wrong in them', async () => {
    const out = copyRun('results');
    const { code, stdout } = await cli.run(['validate', `${out}/results.json`]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^runs\/results\/results\.json: results of a search of α for fashion-hvae on 12 held-out images: learned, linear, .+, no defence\n$/,
    );
    const results = JSON.parse(read(`${out}/results.json`)) as {
      heldOut: { rows: { objective: { mean: unknown } }[] };
    };
    results.heldOut.rows[1].objective.mean = 'high';
    put(`${out}/results.json`, JSON.stringify(results));
    expect(await cli.run(['validate', `${out}/results.json`])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'bo-search: runs/results/results.json heldOut.rows[1].objective.mean: expected a number from 0 to 1, got "high"\n' +
        'hint: npx bo-search validate --help says what is expected\n',
    });
    const again = await cli.run(['run', 'search.yaml', '--out', out]);
    expect(again.code).toBe(0);
    expect(found(out)).toEqual(found('runs/base'));
  });

  it('opens a model with all of its files', async () => {
    mkdirSync(join(cli.folder, 'whole'), { recursive: true });
    copyModel(join(cli.folder, 'whole'));
    expect(await cli.run(['validate', 'whole'])).toEqual({
      code: 0,
      stdout: 'whole: model fashion-hvae with 12 latents, tasks coarse, fine; weights and images are whole\n',
      stderr: '',
    });
  });
});
