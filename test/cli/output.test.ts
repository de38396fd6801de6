import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alphaSpace, createSpace, createStudy } from '../../src/index.js';
import { numberBetween, printedNumber } from '../../src/cli/register/option-values.js';
import { buildCli, type BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
});
afterAll(() => cli.dispose());

const at = (name: string) => join(cli.folder, name);
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

/** An evaluator without tasks, whose name clears the screen. */
const EVALUATOR = `
import { createInterface } from 'node:readline';
const bits = ({ from, to }) => '1'.repeat(to - from);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, kind, block, sample } = JSON.parse(line);
  console.log(JSON.stringify({
    id,
    ...(kind === 'describe'
      ? {
          kind: 'description', protocol: 1, evaluator: { name: 'e\\u001b[2J', version: '1' },
          model: { name: 'm\\u001b[2J\\u009b31m\\nfake line', hash: 'sha256:' + '0'.repeat(64) },
          latents: [{ name: 'a' }], classes: ['x', 'y'],
          sets: [{ name: 'search', images: 4 }, { name: 'heldOut', images: 4 }],
        }
      : { kind: 'outcomes', ...Object.fromEntries(sample.parts.map((part) => [part, bits(block)])) }),
  }));
}
`;
const CONFIG = `
evaluator: { command: [node, evaluator.mjs] }
attack: { kind: pgd-l2, l2Bound: 1 }
objective: { clean: 1, robust: 0 }
search: { images: 4, evaluations: 2 }
heldOut: { images: 4 }
`;

describe('what reaches a terminal', () => {
  it('holds no control characters of an evaluator, and no task where it has none', async () => {
    writeFileSync(at('evaluator.mjs'), EVALUATOR);
    writeFileSync(at('search.yaml'), CONFIG);
    const run = await cli.run(['run', 'search.yaml', '--out', 'run']);
    expect(run.stderr).toContain('model m\\u001b[2J\\u009b31m\\nfake line: 1 latents, 2 classes');
    const status = await cli.run(['status', 'run']);
    expect(status.stdout).toContain('\nmodel   m\\u001b[2J\\u009b31m\\nfake line, 1 latents\n');
    const validate = await cli.run(['validate', 'run']);
    const all = [run, status, validate].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(all.match(/[^\P{Cc}\n]/gu)).toBeNull();
    expect(json((await cli.run(['status', 'run', '--json'])).stdout)).toMatchObject({
      model: { name: 'm\u001B[2J\u009B31m\nfake line' },
    });
  });

  it('is one line a trial that was told, whatever the reason of its failure', async () => {
    await cli.run(['ask', 'told', '--latents', '2']);
    expect(await cli.run(['tell', 'told', '0', '--failed', 'a\nb\u001B[2J'])).toEqual({
      code: 0,
      stdout: '0 failed a\\nb\\u001b[2J\n',
      stderr: '',
    });
  });
});

describe('standard output without room', () => {
  const full = existsSync('/dev/full') ? it : it.skip;
  full.each([
    ['status s --json', 'status'],
    ['schedule linear --latents 2', 'schedules'],
  ])('ends %s with one line and code 3', async (words) => {
    const study = await createStudy({ space: alphaSpace(1), storage: at('s') }).catch(() => undefined);
    await study?.close();
    expect(await cli.script(`npx bo-search ${words} > /dev/full`)).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'bo-search: standard output: expected room for what is printed, got ENOSPC: no space left on device, write\n',
    });
  });

  it('is no error where the reader goes away', async () => {
    expect(await cli.script('npx bo-search --help | head -n 1; exit ${PIPESTATUS[0]}')).toMatchObject({
      code: 0,
      stderr: '',
    });
  });
});

describe('a signal before a command has begun', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s answers --json and ends with code 130', async (name) => {
    // raised when the last of the three is listened to, long before the rest of the program is loaded
    const raise = `process.on('newListener', (to) => to === 'SIGHUP' && process.nextTick(() => process.kill(process.pid, '${name}')))`;
    const shell = `export NODE_OPTIONS="--import=data:text/javascript,${encodeURIComponent(raise).replaceAll("'", '%27')}";`;
    expect(await cli.run(['run', 'none.yaml', '--out', 'early', '--json'], { shell })).toEqual({
      code: 130,
      stdout: '{"kind":"interrupted"}\n',
      stderr: 'interrupted before anything was begun\n',
    });
  });
});

describe('a folder that is not there, or is no study', () => {
  it.each([
    ['best', []],
    ['replay', []],
    ['expire', []],
    ['tell', ['0', '--value', '1']],
    ['status', []],
    ['validate', []],
  ] as const)('is bad input of %s', async (command, words) => {
    const { code, stdout } = await cli.run([command, 'nowhere', ...words, '--json']);
    expect([code, json(stdout)['code']]).toEqual([2, 'E_ARGUMENT']);
  });

  it('says what was expected', async () => {
    expect((await cli.run(['best', '.'])).stderr).toBe(
      'bo-search: .: expected the folder of a study, got a folder without study.jsonl\nhint: check the path; a study begins with run or ask\n',
    );
  });
});

describe('a number among the options', () => {
  it.each(['0x10', '0b1', '0o7', '1_000', '1e', '.', '', ' '])('is not %j', (text) => {
    const message = `got ${JSON.stringify(text)}`;
    expect(() => printedNumber(text)).toThrow(message);
    expect(() => numberBetween(-Infinity, Infinity)(text)).toThrow(message);
  });

  it.each(['16', '-.5', '+1e-3', ' 2. ', '1E+2', '007'])('may be %j', (text) => {
    expect(printedNumber(text)).toBe(Number(text));
    expect(numberBetween(-Infinity, Infinity)(text)).toBe(Number(text));
  });
});

describe('status --json', () => {
  it('calls the numbers of a recommended point values, as best --json does', async () => {
    const study = await createStudy({
      space: createSpace({ rate: { kind: 'real', low: 0, high: 2 } }),
      storage: at('rates'),
    });
    for (const value of [1, 3, 2]) await study.tell((await study.ask()).number, { value });
    await study.close();
    const { recommended } = json((await cli.run(['status', 'rates', '--json'])).stdout);
    const { trial, values, params, mean, interval, observed } = json(
      (await cli.run(['best', 'rates', '--json'])).stdout,
    );
    expect(recommended).toEqual({ trial, values, params, mean, interval, observed });
  });
});
