import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alphaSpace, createStudy } from '../../src/index.js';
import { buildCli, type BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(async () => {
  cli = buildCli();
  await study('run', 'bayes', 8);
  await study('random', 'random', 3);
  await study('short', 'bayes', 2);
});
afterAll(() => cli.dispose());

async function study(folder: string, policy: string, count: number): Promise<void> {
  const space = alphaSpace(2, { seeds: false });
  const made = await createStudy({ space, seed: 4, policy, storage: join(cli.folder, folder) });
  for (let i = 0; i < count; i++) {
    const trial = await made.ask();
    await made.tell(trial, { value: 1 - (trial.alphas[0] - 0.3) ** 2 - trial.alphas[1] / 5 });
  }
  await made.close();
}

describe('bo-search explain', () => {
  it('says model, calibration, effects and whether to go on, with as many rows as asked', async () => {
    const { code, stdout, stderr } = await cli.run(['explain', 'run', '--top', '1']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^run\/study\.jsonl: 8 trials \(8 complete\), policy bayes, maximize\n/);
    expect(stdout).toMatch(/\nModel\n {2}kernel {7}matern52, on 8 observations of 8 trials\n/);
    expect(stdout).toMatch(/\nCalibration, each observation predicted from all others: \S+/);
    expect(stdout.match(/^ {2}trial \d+ .* z .*$/gm)).toHaveLength(1);
    expect(stdout.match(/^ {2}alpha_\d .*$/gm)).toHaveLength(1);
    expect(stdout).toContain('… and 1 more: --top 2\n');
    expect(stdout).toMatch(/\nAnother evaluation: (go on|nearly|little|too early)/);
  });

  it('says it all in JSON, the same as the library', async () => {
    const { code, stdout } = await cli.run(['explain', 'run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'explanation',
      study: 'run/study.jsonl',
      parameters: [{ name: 'alpha_0' }, { name: 'alpha_1' }],
      recommended: { values: [expect.any(Number), expect.any(Number)] },
      explanation: { model: { observations: 8 }, effects: { levels: [0, 0.25, 0.5, 0.75, 1] } },
    });
  });

  it('says why a trial was tried', async () => {
    const { code, stdout } = await cli.run(['explain', 'run', '--trial', '7']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^run\/study\.jsonl: trial 7, complete, \S+, place \d of 8 by then/);
    expect(stdout).toContain('  from         bayes: where the acquisition was found greatest\n');
    expect(stdout).toMatch(/\n {2}predicted {4}.* by 7 observations\n/);
    expect(stdout).toMatch(/\n {2}came out {5}z .*\n/);
    expect(stdout).toContain('  made again   identical to the last bit\n');
    const json = await cli.run(['explain', 'run', '--trial', '7', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'trial-explanation', trial: 7, identical: true });
  });

  it('says that a policy has no model, and explains its trials', async () => {
    const { code, stdout } = await cli.run(['explain', 'random']);
    expect(code).toBe(0);
    expect(stdout).toContain('  model        none: the policy random chooses points without a model\n');
    const { stdout: trial } = await cli.run(['explain', 'random', '--trial', '2']);
    expect(trial).toContain('  from         random: a random point\n');
    expect(trial).toContain('  predicted    there was no model\n');
  });

  it('refuses too few trials and a trial that is not there with exit code 3, no study with 2', async () => {
    expect(await cli.run(['explain', 'short'])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'bo-search: explain: expected at least 3 trials with a value, got 2 of 2 ended trials\n' +
        'hint: explain it after more trials; a single trial can be explained at any time\n',
    });
    expect(await cli.run(['explain', 'run', '--trial', '8'])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        'bo-search: explain: expected a trial from 0 to 7, got 8\n' +
        'hint: trials are numbered from 0, in the order in which they are asked for\n',
    });
    expect((await cli.run(['explain', 'nowhere'])).code).toBe(2);
    expect((await cli.run(['explain', 'run', '--trial', '-1'])).code).toBe(2);
  });
});
