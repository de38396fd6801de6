import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildCli, type BuiltCli } from './built-cli.js';

const CONFIG = {
  model: 'fashion-mnist',
  task: 'coarse',
  attack: { l2Bound: 3, steps: 2 },
  search: { images: 8, evaluations: 2 },
  heldOut: { images: 12, draws: 1 },
};

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
  writeFileSync(join(cli.folder, 'search.json'), JSON.stringify(CONFIG));
});
afterAll(() => cli.dispose());

const text = (...parts: string[]) => readFileSync(join(cli.folder, ...parts), 'utf8');

describe('bo-search attack', () => {
  it('attacks the search images and says what became of them', async () => {
    const { code, stdout, stderr } = await cli.run(['attack', 'search.json', '--out', 'a']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\n8 search images:\n {2}wrong before the attack {3}\d \(.* %\)\n {2}wrong after it {12}\d \(.*\n {2}still right {15}\d .*\n\ndone in \d+ s: a\/attacked\/search \(sample-\w{12}\)\n$/,
    );
    expect(stderr).toContain('attacking search images');
    expect(existsSync(join(cli.folder, 'a', 'attacked', 'search', 'attacked.json'))).toBe(true);
  });

  it('finds them again, and makes those of the other split', async () => {
    const again = await cli.run(['attack', 'search.json', '--out', 'a']);
    expect(again.stdout).toMatch(/\nalready there: a\/attacked\/search/);
    const other = await cli.run(['attack', 'search.json', '--split', 'heldOut', '--out', 'a', '--json']);
    expect(JSON.parse(other.stdout)).toMatchObject({
      kind: 'finished',
      split: 'heldOut',
      kept: 12,
      reused: false,
      summary: { images: 12 },
      seconds: expect.any(Number) as unknown as number,
    });
  });

  it('can be interrupted, and leaves nothing half made', async () => {
    const args = ['attack', 'search.json', '--out', 'stopped', '--json'];
    let asked = false;
    const { code, stdout, stderr } = await cli.run(args, {
      onStderr: (child, said) => {
        if (!asked && said.includes('model fashion-hvae')) asked = child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'interrupted', out: 'stopped' });
    expect(stderr).toMatch(
      /interrupted; nothing is left half made\nbegin again with: npx bo-search attack search\.json --split search --out stopped --json\n$/,
    );
    expect(existsSync(join(cli.folder, 'stopped', 'attacked', 'search', 'attacked.json'))).toBe(false);
  });

  it('refuses another split', async () => {
    const { code, stderr } = await cli.run(['attack', 'search.json', '--split', 'test', '--out', 'a']);
    expect(code).toBe(2);
    expect(stderr.split('\n')[0]).toBe(
      "bo-search: option '--split <name>' argument 'test' is invalid. Allowed choices are search, heldOut.",
    );
  });
});

describe('bo-search baselines', () => {
  it('can be interrupted, says how to go on, and ends with the same files as in one go', async () => {
    let asked = false;
    const stopped = await cli.run(['baselines', 'search.json', '--out', 'two'], {
      onStderr: (child, said) => {
        if (!asked && said.includes('held-out scores')) asked = child.kill('SIGINT');
      },
    });
    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    expect(stopped.stderr).toMatch(
      /interrupted; scores that are there are kept\ngo on with: npx bo-search baselines search\.json --out two\n$/,
    );
    expect(existsSync(join(cli.folder, 'two', 'baselines.json'))).toBe(false);
    expect(await cli.run(['baselines', 'search.json', '--out', 'two'])).toMatchObject({ code: 0 });
    expect(await cli.run(['baselines', 'search.json', '--out', 'one'])).toMatchObject({ code: 0 });
    for (const file of ['baselines.json', 'baseline-schedules.json']) {
      expect(text('two', file)).toBe(text('one', file));
    }
  });

  it('shows the table of run, without a column for a learned schedule there is none of', async () => {
    const { code, stdout } = await cli.run(['baselines', 'search.json', '--out', 'one']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\nbest step on 8 search images: α = 1 from latent \d+ on, counted from 0: \d\.\d{3}\n/,
    );
    expect(stdout).toContain('\nOn 12 held-out images, in percent with 95 % intervals, K = 1:\n');
    for (const name of ['linear', 'cosine', 'best step', 'α = 0.5', 'reversed linear', 'no defence']) {
      expect(stdout).toContain(`\n${name}`);
    }
    expect(stdout).not.toContain('learned');
    expect(stdout).toMatch(/\ndone in \d+ s: one\/baselines\.json, one\/baseline-schedules\.json\n$/);
  });

  it('scores schedules of a file beside them, on another number of images, in JSON', async () => {
    const made = await cli.run([
      ...['schedule', 'custom', '--alphas', [0, 0, 0, 0, 0.3, 0.3, 0.3, 0.3, 1, 1, 1, 1].join(',')],
      ...['--format', 'yaml', '--output', 'mine.yaml'],
    ]);
    expect(made.code).toBe(0);
    const args = [
      'baselines',
      'search.json',
      '--out',
      'more',
      '--images',
      '9',
      '--schedules',
      'mine.yaml',
      '--json',
    ];
    const { code, stdout } = await cli.run(args);
    expect(code).toBe(0);
    const { results } = JSON.parse(stdout) as {
      results: { heldOut: { images: number; rows: { kind: string }[] } };
    };
    expect(results.heldOut.images).toBe(9);
    expect(results.heldOut.rows.map(({ kind }) => kind)).toContain('custom');
  });

  it('refuses schedules for another model', async () => {
    await cli.run(['schedule', 'cosine', '--latents', '3', '--output', 'three.json']);
    const { code, stderr } = await cli.run([
      ...['baselines', 'search.json', '--out', 'three', '--schedules', 'three.json'],
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'bo-search: schedules to compare: expected α of 12 latents, got α of 3 for unknown\n',
    );
  });
});
