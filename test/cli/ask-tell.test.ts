import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alphaSpace, createStudy, openStudy, readStudy } from '../../src/index.js';
import { buildCli, type BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
});
afterAll(() => cli.dispose());

const at = (name: string) => join(cli.folder, name);
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;
const SPACE = 'rate: { real: [1e-4, 1], log: true }\nsize-of: { integer: [1, 8] }\n';

/** A study with running trials 0 to n − 1. */
async function asked(folder: string, n: number): Promise<void> {
  const study = await createStudy({ space: alphaSpace(3), seed: 1, storage: at(folder) });
  await study.ask(n, { detached: true });
  await study.close();
}

/** Tells the trials 0, 1, … of a study. */
async function told(folder: string, ...values: readonly number[]): Promise<void> {
  const study = await openStudy(at(folder));
  for (const [trial, value] of values.entries()) await study.tell(trial, { value });
  await study.close();
}

describe('bo-search ask', () => {
  it('begins a study and prints number and values of its first trial', async () => {
    const study = await createStudy({ space: alphaSpace(4), seed: 5 });
    const { alphas } = await study.ask();
    await study.close();
    expect(await cli.run(['ask', 'first', '--latents', '4', '--seed', '5'])).toEqual({
      code: 0,
      stdout: `0 ${alphas.join(' ')}\n`,
      stderr: '',
    });
    const { header, trials } = readStudy(at('first'));
    expect(header).toMatchObject({ seed: 5, direction: 'maximize', policy: { name: 'bayes' } });
    expect(trials.map(({ owner }) => owner)).toEqual(['detached']);
  });

  it('goes on with the study without its options, and prints numbers that read back the same', async () => {
    await cli.run(['ask', 'more', '--latents', '3', '--no-seeds', '--policy', 'random']);
    const { stdout } = await cli.run(['ask', 'more', '--count', '2']);
    const { trials } = readStudy(at('more'));
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ').map(Number))).toEqual(
      trials.slice(1).map(({ number, alphas }) => [number, ...alphas]),
    );
  });

  it.each(['bayes', 'random', 'sobol'])('takes the policy %s', async (policy) => {
    const { code } = await cli.run(['ask', `by-${policy}`, '--latents', '2', '--policy', policy]);
    expect(code).toBe(0);
    expect(readStudy(at(`by-${policy}`)).header.policy.name).toBe(policy);
  });

  it('searches a space from a file, and prints it for a shell or as JSON', async () => {
    writeFileSync(at('space.yaml'), SPACE);
    const args = ['ask', 'space', '--space', 'space.yaml', '--direction', 'minimize'];
    const { stdout } = await cli.run([...args, '--format', 'shell']);
    const [first] = readStudy(at('space')).trials;
    const [rate, size] = first.alphas;
    expect(stdout).toBe(`trial=0 values='${rate} ${size}' param_rate=${rate} param_size_of=${size}\n`);
    const second = json((await cli.run([...args, '--json'])).stdout);
    const { trials, header } = readStudy(at('space'));
    expect(header.direction).toBe('minimize');
    const { number, alphas: values, params, origin } = trials[1];
    expect(second).toEqual({
      kind: 'asked',
      study: 'space/study.jsonl',
      trials: [{ number, values, params, origin }],
    });
  });

  it.each<[string, readonly string[], string]>([
    [
      'no space for a new study',
      ['ask', 'none'],
      'bo-search: ask: expected --latents or --space for a new study in none\nhint: for example --latents 18, or --space space.yaml\n',
    ],
    [
      'two spaces',
      ['ask', 'none', '--latents', '3', '--space', 'space.yaml'],
      "bo-search: option '--latents <n>' cannot be used with option '--space <file>'\nhint: npx bo-search ask --help says what is expected\n",
    ],
    [
      'seeds of no space',
      ['ask', 'none', '--no-seeds'],
      'bo-search: ask: expected --no-seeds beside --latents or --space, got it alone\nhint: the seed points are part of the space that a study is begun with\n',
    ],
    [
      'a number of trials that is none',
      ['ask', 'none', '--latents', '3', '--count', '0'],
      `bo-search: option '--count <n>' argument '0' is invalid. expected an integer of at least 1, got "0"\nhint: npx bo-search ask --help says what is expected\n`,
    ],
    [
      'more latents than there can be',
      ['ask', 'none', '--latents', '513'],
      'bo-search: alphaSpace: expected a number of latents from 1 to 512, got 513\nhint: npx bo-search ask --help says what is expected\n',
    ],
  ])('refuses %s, and leaves no folder', async (_, args, stderr) => {
    expect(await cli.run(args)).toEqual({ code: 2, stdout: '', stderr });
    expect(existsSync(at('none'))).toBe(false);
  });

  it('refuses options that the study was not begun with', async () => {
    await asked('begun', 1);
    expect(await cli.run(['ask', 'begun', '--seed', '2', '--json'])).toEqual({
      code: 2,
      stdout:
        '{"kind":"error","code":"E_CONFIG","message":"study seed: expected 1, got 2, as begun/study.jsonl was begun",' +
        '"hint":"a study never changes: leave the option out, or choose another folder for another study"}\n',
      stderr:
        'bo-search: study seed: expected 1, got 2, as begun/study.jsonl was begun\n' +
        'hint: a study never changes: leave the option out, or choose another folder for another study\n',
    });
  });

  it('refuses the shell form where two parameters would be one variable, and begins nothing', async () => {
    writeFileSync(at('twins.yaml'), 'a-b: { real: [0, 1] }\na.b: { real: [0, 1] }\n');
    expect(await cli.run(['ask', 'twins', '--space', 'twins.yaml', '--format', 'shell'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'bo-search: --format shell: expected parameters that differ as shell variables, got a-b and a.b\n' +
        'hint: both would be $param_a_b; use --format plain or --json\n',
    });
    expect(existsSync(at('twins'))).toBe(false);
  });
});

describe('two commands at once', () => {
  it('wait for one another: every ask gets a trial of its own', async () => {
    const all = Array.from({ length: 4 }, () => cli.run(['ask', 'crowd', '--latents', '2']));
    const results = await Promise.all(all);
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      all.map(() => ({ code: 0, stderr: '' })),
    );
    expect(results.map(({ stdout }) => stdout.split(' ')[0]).sort()).toEqual(['0', '1', '2', '3']);
  });

  it('say who holds the study when the wait is over', async () => {
    const study = await createStudy({ space: alphaSpace(2), storage: at('held') });
    const { code, stdout, stderr } = await cli.run(['ask', 'held', '--wait', '0.2', '--json']);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      new RegExp(
        `^bo-search: held/study\\.lock: expected no other writer, got process ${process.pid} on .+\nhint: `,
      ),
    );
    expect(json(stdout)).toMatchObject({ kind: 'error', code: 'E_LOCKED' });
    const waiting = cli.run(['ask', 'held', '--wait', '20']);
    setTimeout(() => void study.close(), 600);
    expect(await waiting).toMatchObject({ code: 0 });
  });
});

describe('bo-search tell', () => {
  it.each<[string, readonly string[], string, unknown]>([
    ['a value', ['--value', '-0.5', '--variance', '1e-3'], 'complete -0.5', { value: -0.5, variance: 1e-3 }],
    ['draws', ['--successes', '3', '--trials', '4'], 'complete 0.75', { successes: 3, trials: 4 }],
    ['a failure', ['--failed', 'out of memory'], 'failed out of memory', { failed: 'out of memory' }],
    ['a value that is none', ['--value', 'nan'], 'failed value is NaN', { failed: 'value is NaN' }],
    ['an infinite value', ['--value', '-inf'], 'failed value is -Infinity', { failed: 'value is -Infinity' }],
    ['an outcome', ['--outcome', '{"value":2}'], 'complete 2', { value: 2 }],
    [
      'bits of images',
      ['--clean', '0111', '--robust', '0101', '--sample', 'a'],
      'complete 0.625',
      expect.objectContaining({ sample: 'a', images: 4, mean: 0.625, clean: 0.75, robust: 0.5 }),
    ],
    [
      'blocks',
      [
        '--outcome',
        '[{"sample":"b","block":0,"outcomes":{"clean":"11","robust":"10"}},{"sample":"b","block":1,"outcomes":{"clean":"0","robust":"0"}}]',
      ],
      'complete 0.5',
      expect.objectContaining({ sample: 'b', images: 3, mean: 0.5 }),
    ],
  ])('ends a trial with %s', async (name, args, said, outcome) => {
    const folder = `tell ${name}`;
    await asked(folder, 1);
    expect(await cli.run(['tell', folder, '0', ...args])).toEqual({
      code: 0,
      stdout: `0 ${said}\n`,
      stderr: '',
    });
    expect(readStudy(at(folder)).trials[0].outcome).toEqual(outcome);
  });

  it('reads an outcome from standard input, and answers in JSON', async () => {
    await asked('stdin', 1);
    const { stdout, code } = await cli.script(
      `echo '{"successes": 3, "trials": 4}' | npx bo-search tell stdin 0 --outcome - --json`,
    );
    expect(code).toBe(0);
    expect(json(stdout)).toEqual({
      kind: 'told',
      study: 'stdin/study.jsonl',
      number: 0,
      state: 'complete',
      outcome: { successes: 3, trials: 4 },
      value: 0.75,
      interval: [expect.closeTo(0.301, 3), expect.closeTo(0.954, 3)],
      ended: 1,
    });
  });

  it('judges clean images alone where robust ones have no weight', async () => {
    await cli.run(['ask', 'clean', '--latents', '2', '--clean-weight', '1']);
    expect(await cli.run(['tell', 'clean', '0', '--clean', '0111', '--sample', 'a'])).toMatchObject({
      code: 0,
      stdout: '0 complete 0.75\n',
    });
  });

  describe('refuses', () => {
    const WAYS =
      'bo-search: tell: expected exactly one of --value, --successes with --trials, --failed, --outcome, or --sample with --clean and --robust, got';
    const HELP = 'hint: npx bo-search tell --help says what is expected\n';
    beforeAll(() => asked('refusals', 1));

    it.each<[string, number, readonly string[], string]>([
      ['nothing', 2, ['0'], `${WAYS} none\n${HELP}`],
      ['two ways', 2, ['0', '--value', '1', '--failed', 'x'], `${WAYS} --value, --failed\n${HELP}`],
      [
        'draws of nothing',
        2,
        ['0', '--successes', '1'],
        `bo-search: tell: expected --trials beside --successes, got none\n${HELP}`,
      ],
      [
        'bits of no sample',
        2,
        ['0', '--clean', '1'],
        `bo-search: tell: expected --sample beside --clean, got none\n${HELP}`,
      ],
      [
        'a variance alone',
        2,
        ['0', '--variance', '1'],
        `bo-search: tell: expected --value beside --variance, got none\n${HELP}`,
      ],
      [
        'bits without their robust part',
        2,
        ['0', '--clean', '1', '--sample', 'a'],
        'bo-search: report(trial 0).outcomes: expected robust bits, whose weight is 0.5, got none\nhint: report robust bits, or create the study with weight 0 for them\n',
      ],
      [
        'more successes than draws',
        2,
        ['0', '--successes', '5', '--trials', '4'],
        `bo-search: tell(trial 0).successes: expected an integer from 0 to trials = 4, got 5\n${HELP}`,
      ],
      [
        'an outcome that is no JSON',
        2,
        ['0', '--outcome', '{"value": NaN}'],
        'bo-search: tell --outcome: expected JSON, got Unexpected token \'N\', "{"value": NaN}" is not valid JSON\nhint: JSON has no NaN: write {"failed":"value is NaN"} for it, or use --value NaN\n',
      ],
      [
        'no blocks',
        2,
        ['0', '--outcome', '[]'],
        `bo-search: tell --outcome: expected blocks, got none\n${HELP}`,
      ],
      [
        'blocks that are none',
        2,
        ['0', '--outcome', '[1]'],
        `bo-search: report(trial 0): expected a block { sample, block, outcomes }, got 1\n${HELP}`,
      ],
      [
        'a value in words',
        2,
        ['0', '--value', 'good'],
        `bo-search: option '--value <x>' argument 'good' is invalid. expected a number, got "good"\nhint: npx bo-search tell --help says what is expected\n`,
      ],
      [
        'a trial that was never asked for',
        3,
        ['7', '--value', '1'],
        'bo-search: tell: expected a trial number from 0 to 0, got 7\nhint: trials are numbered from 0, in the order in which they are asked for\n',
      ],
    ])('%s', async (_, code, args, stderr) => {
      expect(await cli.run(['tell', 'refusals', ...args])).toEqual({ code, stdout: '', stderr });
      expect(readStudy(at('refusals')).trials[0].state).toBe('running');
    });
  });

  it('refuses a trial that has ended, and a folder without a study', async () => {
    await asked('ended', 1);
    await told('ended', 1);
    expect(await cli.run(['tell', 'ended', '0', '--value', '1'])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'bo-search: tell: expected trial 0 to be running, got complete\n' +
        'hint: a trial ends once; ask for another to judge the point again\n',
    });
    expect(await cli.run(['tell', 'nowhere', '0', '--value', '1'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'bo-search: nowhere: expected the folder of a study, got no such folder\n' +
        'hint: check the path; a study begins with run or ask\n',
    });
  });
});

describe('bo-search expire', () => {
  it('ends the trials it is given, then all that are left', async () => {
    await asked('waiting', 4);
    await told('waiting', 1);
    expect(await cli.run(['expire', 'waiting', '2'])).toEqual({ code: 0, stdout: '2\n', stderr: '' });
    expect((await cli.run(['status', 'waiting'])).stdout).toContain(
      'waiting/study.jsonl: 2 evaluations, 1 failed, 2 waiting for tell\n',
    );
    const rest = await cli.run(['expire', 'waiting', '--json']);
    expect(json(rest.stdout)).toEqual({
      kind: 'expired',
      study: 'waiting/study.jsonl',
      trials: [1, 3],
    });
    expect(await cli.run(['expire', 'waiting'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no trial was waiting for an outcome\n',
    });
    expect(readStudy(at('waiting')).trials.map(({ state }) => state)).toEqual([
      'complete',
      'failed',
      'failed',
      'failed',
    ]);
  });

  it('refuses what is no trial number, and a trial that ended', async () => {
    await asked('expire', 1);
    await told('expire', 1);
    expect(await cli.run(['expire', 'expire', '1', 'x'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `bo-search: command-argument value 'x' is invalid for argument 'trials'. expected an integer of at least 0, got "x"\nhint: npx bo-search expire --help says what is expected\n`,
    });
    expect(await cli.run(['expire', 'expire', '0'])).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('bo-search best', () => {
  it('prints what recommend() says, as status --json does', async () => {
    await asked('best', 4);
    await told('best', 0.2, 0.9, 0.4);
    const { trial, alphas, mean, interval, observed, params } = readStudy(at('best')).recommend();
    const [low, high] = interval;
    const plain = await cli.run(['best', 'best']);
    expect(plain).toMatchObject({ code: 0, stdout: `${trial} ${alphas.join(' ')}\n` });
    expect(plain.stderr).toMatch(/^trial 1, by the posterior mean: .+; best observed: trial 1 with 0\.9\n$/);
    expect((await cli.run(['best', 'best/study.jsonl', '--format', 'shell'])).stdout).toBe(
      `trial=${trial} values='${alphas.join(' ')}' mean=${mean} low=${low} high=${high}\n`,
    );
    expect(json((await cli.run(['best', 'best', '--json'])).stdout)).toEqual({
      kind: 'best',
      study: 'best/study.jsonl',
      trial,
      values: alphas,
      params,
      mean,
      interval,
      observed: { trial: observed.trial, values: observed.alphas, params, value: 0.9 },
    });
    const status = json((await cli.run(['status', 'best', '--json'])).stdout);
    expect(status).toMatchObject({ waiting: 1, recommended: { trial, mean, interval } });
  });

  it.each(['best', 'ask'])('%s refuses --format shell beside --json', async (command) => {
    expect(await cli.run([command, 'forms', '--format', 'shell', '--json'])).toEqual({
      code: 2,
      stdout:
        '{"kind":"error","code":"E_ARGUMENT","message":"expected --format shell or --json, got both","hint":"leave one of them out"}\n',
      stderr: 'bo-search: expected --format shell or --json, got both\nhint: leave one of them out\n',
    });
    expect(existsSync(at('forms'))).toBe(false);
  });

  it('says that nothing was told yet', async () => {
    await asked('untold', 1);
    expect(await cli.run(['best', 'untold'])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'bo-search: recommend: expected a trial with a value, got no ended trial\nhint: tell some outcomes first\n',
    });
  });
});

describe('the shell script that ask --help shows', () => {
  it('is an objective: it tells values, and failures with their exit code', async () => {
    const { stdout: help } = await cli.run(['ask', '--help']);
    const script = /\n {2}for i in [^]+? best runs\/shell\n/.exec(help)?.[0] ?? '';
    expect(script).toContain('seq 20');
    writeFileSync(at('space.yaml'), 'x: { real: [0, 1] }\ny: { real: [0, 1] }\n');
    writeFileSync(
      at('score.sh'),
      '#!/bin/sh\n[ -e once ] || { touch once; exit 7; }\nawk "BEGIN { print 1 - ($1 - 0.3) ^ 2 - ($2 - 0.7) ^ 2 }"\n',
      { mode: 0o755 },
    );
    const { code, stdout } = await cli.script(script.replace('seq 20', 'seq 4'));
    expect(code).toBe(0);
    const study = readStudy(at('runs/shell'));
    const { trials } = study;
    expect(trials.map(({ state }) => state)).toEqual(['failed', ...Array<string>(3).fill('complete')]);
    expect(trials[0].outcome).toEqual({ failed: 'score.sh ended with 7' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([
      '0 failed score.sh ended with 7',
      expect.stringMatching(/^1 complete 0\./),
    ]);
    expect(lines.at(-1)?.split(' ')[0]).toBe(String(study.recommend().trial));
  });
});
