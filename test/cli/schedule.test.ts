import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  linearSchedule,
  paperPresets,
  readSchedulesFile,
  SCHEDULES_FORMATS,
  schedulesFromJson,
} from '../../src/schedules/index.js';
import { buildCli, type BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
});
afterAll(() => cli.dispose());

const at = (name: string) => join(cli.folder, name);

describe('bo-search schedule', () => {
  it.each<[readonly string[], object]>([
    [['linear', '--latents', '4'], { kind: 'linear', alphas: [0.25, 0.5, 0.75, 1] }],
    [['cosine', '--latents', '2'], { kind: 'cosine', alphas: [expect.closeTo(0.5, 12), 1] }],
    [['step', '--latents', '3', '--from', '1'], { kind: 'step', from: 1, alphas: [0, 1, 1] }],
    [['constant', '--latents', '2', '--value', '0.5'], { kind: 'constant', value: 0.5, alphas: [0.5, 0.5] }],
    [['reversed', '--latents', '2'], { kind: 'reversed', of: 'linear', alphas: [0.5, 0] }],
    [
      ['reversed', '--latents', '2', '--of', 'cosine'],
      { kind: 'reversed', of: 'cosine', alphas: [expect.closeTo(0.5, 12), 0] },
    ],
    [['custom', '--alphas', ' 0 0.5, 1'], { kind: 'custom', alphas: [0, 0.5, 1] }],
    [
      ['custom', '--alphas', '0,0.5,1', '--attenuation', '0.5'],
      { kind: 'custom', alphas: [0, 0.5, 1], attenuation: 0.5, effectiveAlphas: [0, 0.25, 0.5] },
    ],
  ])('makes %j', async (args, made) => {
    const { code, stdout, stderr } = await cli.run(['schedule', ...args, '--model-name', 'mine']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { model, schedules } = schedulesFromJson(stdout);
    expect(schedules).toEqual([made]);
    expect(model.name).toBe('mine');
    expect(model.latents).toEqual(schedules[0].alphas.map((_, i) => `z${i}`));
  });

  it.each(Object.values(paperPresets))('gives what the paper learned for $name', async (preset) => {
    const file = schedulesFromJson((await cli.run(['schedule', 'preset', '--task', preset.name])).stdout);
    expect(file).toMatchObject({
      model: { name: preset.model },
      defence: { temperature: preset.temperature, noiseNorm: preset.noiseNorm },
      schedules: [{ kind: 'learned', alphas: preset.learned, attenuation: preset.attenuation }],
    });
  });

  it.each(SCHEDULES_FORMATS)('writes %s that reads back the same, and replaces it', async (format) => {
    const args = [
      'schedule',
      'linear',
      '--latents',
      '3',
      '--format',
      format,
      '-o',
      `out-${format}.${format}`,
      '--json',
    ];
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await cli.run(args);
      expect(code).toBe(0);
      const { files } = JSON.parse(stdout) as { files: readonly string[] };
      expect(files.every((file) => existsSync(at(file)))).toBe(true);
      const { schedules } = await readSchedulesFile(at(files[0]));
      expect(schedules[0].alphas).toEqual(linearSchedule(3));
    }
  });

  const HELP = 'hint: npx bo-search schedule --help says what is expected\n';

  it.each<[readonly string[], string]>([
    [['step', '--latents', '3'], `schedule step: expected --from, got none\n${HELP}`],
    [['linear', '--latents', '3', '--from', '1'], `schedule linear: expected no --from, got 1\n${HELP}`],
    [
      ['custom', '--alphas', '0.1,0.2', '--latents', '3'],
      `schedule custom: expected --latents 2, one for each of --alphas, got 3\n${HELP}`,
    ],
    [
      ['step', '--latents', '3', '--from', '4'],
      `schedule step: expected --from from 0 to --latents 3, got 4\n${HELP}`,
    ],
    [
      ['linear', '--latents', '3', '--format', 'npy'],
      '--format npy: expected --output for the 3 files of a set, got none\nhint: for example --output exported.npy\n',
    ],
    [
      ['linear', '--latents', '3', '--format', 'csv', '--json'],
      '--format csv: expected --output beside --json, got none\nhint: for example --output exported.csv\n',
    ],
    [
      ['linaer', '--latents', '3'],
      "command-argument value 'linaer' is invalid for argument 'kind'. Allowed choices are linear, cosine, step, constant, reversed, preset, custom.\nhint: npx bo-search schedule --help says what is expected\n",
    ],
    [
      ['custom', '--alphas', '0.1,,2'],
      `option '--alphas <list>' argument '0.1,,2' is invalid. expected a number from 0 to 1, got ""\nhint: npx bo-search schedule --help says what is expected\n`,
    ],
    [
      ['linear', '--latents', '600'],
      `option '--latents <n>' argument '600' is invalid. expected an integer from 1 to 512, got "600"\nhint: npx bo-search schedule --help says what is expected\n`,
    ],
    [
      ['linear', '--latents', '6', '--attenuation', '0'],
      `option '--attenuation <a>' argument '0' is invalid. expected a number above 0 and at most 1, got "0"\nhint: npx bo-search schedule --help says what is expected\n`,
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await cli.run(['schedule', ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `bo-search: ${message}` });
  });

  it.each([
    ['search.yaml', 'yaml', 'model: fashion-mnist\ntask: coarse\n'],
    ['data.csv', 'csv', 'a,b\n1,2\n'],
    ['package.json', 'json', '{"name":"mine"}'],
    ['mine.alphas.npy', 'npy', 'no array'],
  ])('leaves another %s as it was', async (name, format, text) => {
    writeFileSync(at(name), text);
    const output = name === 'mine.alphas.npy' ? 'mine.npy' : name;
    const { code, stderr } = await cli.run([
      'schedule',
      'linear',
      '--latents',
      '2',
      '--format',
      format,
      '-o',
      output,
    ]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr:
        `bo-search: ${name}: expected no file yet, or schedules to replace, got another file\n` +
        'hint: it is left as it was: choose another place, or move it away\n',
    });
    expect(readFileSync(at(name), 'utf8')).toBe(text);
  });
});

describe('bo-search export', () => {
  it('turns one form into another', async () => {
    await cli.run(['schedule', 'preset', '--task', 'stanford-cars', '--format', 'yaml', '-o', 'cars.yaml']);
    const { code, stdout } = await cli.run(['export', 'cars.yaml']);
    expect(code).toBe(0);
    expect(schedulesFromJson(stdout).schedules[0]).toMatchObject({
      alphas: paperPresets['stanford-cars'].learned,
      attenuation: 0.7,
    });
    const csv = await cli.run(['export', 'cars.yaml', '--format', 'csv']);
    expect(csv.stdout).toContain('0.737');
  });

  const CARS = ['schedule', 'preset', '--task', 'stanford-cars'];
  const LEFT = 'hint: it is left as it was: choose another place, or move it away\n';

  it.each([
    ['cars.json', 'json', 'cars.json'],
    ['cars.csv', 'csv', './cars.csv'],
    ['set.alphas.npy', 'npy', 'set.npy'],
  ])('never writes over its source %s', async (source, format, output) => {
    await cli.run([...CARS, '--format', format, '-o', output]);
    const before = readFileSync(at(source));
    const { code, stderr } = await cli.run(['export', source, '--format', format, '-o', output]);
    const got = `${format === 'npy' ? source : output}: expected another place than the source, got the source itself`;
    expect({ code, stderr }).toEqual({ code: 3, stderr: `bo-search: ${got}\n${LEFT}` });
    expect(readFileSync(at(source))).toEqual(before);
  });

  it('writes arrays beside a schedules file of the same stem and leaves that alone', async () => {
    await cli.run(['schedule', 'linear', '--latents', '3', '-o', 'stem.json']);
    const before = readFileSync(at('stem.json'));
    expect(await cli.run(['export', 'stem.json', '--format', 'npy', '-o', 'stem.npy'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'wrote stem.alphas.npy, stem.effective.npy, stem.npy.json\n',
    });
    expect(readFileSync(at('stem.json'))).toEqual(before);
    expect(schedulesFromJson(readFileSync(at('stem.npy.json'), 'utf8')).schedules).toHaveLength(1);
  });

  it('leaves schedules of another form as they were, whatever the name', async () => {
    await cli.run([...CARS, '--format', 'yaml', '-o', 'form.yaml']);
    const before = readFileSync(at('form.yaml'));
    const { code, stderr } = await cli.run([...CARS, '-o', 'form.yaml']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `bo-search: form.yaml: expected no file yet, or schedules to replace, got schedules in the form yaml, not json\n${LEFT}`,
    });
    expect(readFileSync(at('form.yaml'))).toEqual(before);
  });

  it.each([
    ['study.jsonl', 'schedules.json'],
    ['study.jsonl', 'results.json'],
    ['baselines.json', 'baseline-schedules.json'],
  ])('leaves the files of a run to the run: beside %s no %s', async (beside, name) => {
    const folder = `run-${name}`;
    mkdirSync(at(folder));
    writeFileSync(at(`${folder}/${beside}`), '');
    const { code, stderr } = await cli.run([...CARS, '-o', `${folder}/${name}`]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `bo-search: ${folder}/${name}: expected a place of its own, got a file of the run in its folder\n${LEFT}`,
    });
    expect(existsSync(at(`${folder}/${name}`))).toBe(false);
    expect(await cli.run([...CARS, '-o', `${folder}/mine.json`])).toMatchObject({ code: 0 });
  });
});
