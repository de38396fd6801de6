import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { SchedulesFile } from '../../../src/schedules/index.js';
import {
  buildAttack,
  describeFile,
  dataOfResults,
  evaluationJsonSchema,
  type EvaluationResults,
  readEvaluation,
  readSearchConfig,
  runEvaluation,
  type RunEvaluationOptions,
  type SearchEvent,
  withEvaluationImages,
} from '../../../src/search/index.js';
import { rejected, thrown } from '../../objective/thrown.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-evaluation-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...parts: string[]) => join(folder, ...parts);

const LATENTS = ['1x1', '4x4', '8x8'].flatMap((scale) => [0, 1, 2, 3].map((i) => `${scale}.${i}`));
const SCHEDULES: SchedulesFile = {
  format: 'bo-search/schedules',
  version: 1,
  model: { name: 'fashion-hvae', latents: LATENTS },
  schedules: [{ kind: 'learned', alphas: LATENTS.map((_, i) => i / 12) }],
};

const QUIET = 'checks: { noiseTries: 0, transfer: false, purifierOff: false, convergence: { images: 0 } }';
const configText = (evaluation: readonly string[], more = '') =>
  ['model: fashion-mnist', 'task: coarse', 'attack: { l2Bound: 2, steps: 1 }', 'search: { images: 4 }']
    .concat(['heldOut: { images: 4 }', more, 'evaluation:', ...evaluation.map((line) => `  ${line}`)])
    .filter((line) => line !== '')
    .join('\n');
const SMALL = [
  'images: 4',
  'purifications: 2',
  'attacks: [{ name: pgd-l2, steps: 3, l2Bound: 2 }]',
  'defences: [learned, none]',
  'verification: { draws: 2 }',
  'checks: { noiseTries: 1, convergence: { draws: [1, 2], images: 1 } }',
];

async function evaluated(
  text: string,
  out: string,
  options: Partial<RunEvaluationOptions> = {},
): Promise<EvaluationResults> {
  const outcome = await runEvaluation(readSearchConfig(text), {
    out: at(out),
    schedules: SCHEDULES,
    ...options,
  });
  if (outcome.kind !== 'finished') throw new Error(`ended as ${outcome.kind}`);
  return outcome.results;
}

const bytes = (out: string) => readFileSync(at(out, 'results.json'), 'utf8');

describe('runEvaluation(config, { out, schedules })', () => {
  it('gives results that are what its file holds, and hold all data', async () => {
    const results = await evaluated(configText(SMALL), 'first');
    expect(JSON.parse(bytes('first'))).toEqual(JSON.parse(JSON.stringify(results)));
    const data = dataOfResults(results);
    expect(data.cells[0].perImage.map(({ id }) => id)).toEqual(results.images);
    expect(data.transfers[0].perImage).toHaveLength(4);
    const [learned, bare] = data.cells;
    expect(learned.perImage.every(({ tally }) => tally.queries === 4)).toBe(true);
    expect(bare.attack.gradients).toEqual({ kind: 'exact' });
    expect(results.report.attacks).toHaveLength(2);
  });

  it('leaves a file that its schema describes, and that can be read and described', async () => {
    const file = at('first', 'results.json');
    const validate = new Ajv2020({ strict: true }).compile(evaluationJsonSchema());
    expect([validate(JSON.parse(bytes('first'))), validate.errors]).toEqual([true, null]);
    expect(readEvaluation(file)).toEqual(JSON.parse(bytes('first')));
    for (const place of [file, at('first')]) {
      expect((await describeFile(place)).text).toMatch(
        /^evaluation for fashion-hvae on 4 held-out images: learned, no defence; attacked by pgd-l2 ε=2; \d+ warnings?$/,
      );
    }
  });

  it.each([
    ['no JSON', (text: string) => text.slice(1), /^: expected JSON, got /],
    [
      'another seed',
      (text: string) => text.replace('"seed": 1', '"seed": -1'),
      /^ manifest\.facts\.seed: expected an integer of at least 0, got -1$/,
    ],
    [
      'an image too few',
      (text: string) => text.replace(/"outcomes": "./, '"outcomes": "'),
      /^ cells\[0\]\.images\.norms: expected 3, one a letter of outcomes, got 4$/,
    ],
    [
      'an image too many',
      (text: string) => text.replace('"outcomes": "', '"outcomes": "f'),
      /^ cells\[0\]\.images\.outcomes: expected at most 4, one an image, got 5$/,
    ],
    [
      'counts that nothing adds up to',
      (text: string) => text.replace(/"cleanErrors": \d+/, '"cleanErrors": 4'),
      /^ report\.attacks: expected what the cells add up to, got other numbers$/,
    ],
  ])('is refused as a file with %s', async (_, damage, message) => {
    writeFileSync(at('damaged.json'), damage(bytes('first')));
    const [code, said] = thrown(() => readEvaluation(at('damaged.json')));
    expect([code, said.replace(at('damaged.json'), '')]).toEqual([
      'E_STORAGE',
      expect.stringMatching(message),
    ]);
  });

  it('goes on after an interruption in the middle, to the same bytes', async () => {
    const controller = new AbortController();
    const onEvent = (event: SearchEvent) =>
      event.kind === 'attacking-defence' &&
      event.defence === 'no defence' &&
      controller.abort(new Error('enough'));
    const cut = await runEvaluation(readSearchConfig(configText(SMALL)), {
      out: at('cut'),
      schedules: SCHEDULES,
      signal: controller.signal,
      onEvent,
    });
    expect(cut).toEqual({ kind: 'interrupted', out: at('cut') });
    expect(existsSync(at('cut', 'results.json'))).toBe(false);
    const cells = readdirSync(at('cut', 'cells')).filter((name) => /^attack.*json$/.test(name));
    expect(cells).toHaveLength(1);
    await evaluated(configText(SMALL), 'cut');
    expect(bytes('cut')).toBe(bytes('first'));
  });

  it('goes on within an attack, whatever round it was in', async () => {
    const controller = new AbortController();
    const checkpoints = () =>
      existsSync(at('within', 'cells'))
        ? readdirSync(at('within', 'cells')).filter((name) => name.endsWith('.checkpoint'))
        : [];
    const watch = setInterval(() => checkpoints().length > 0 && controller.abort(new Error('enough')), 1);
    const cut = await runEvaluation(readSearchConfig(configText(SMALL)), {
      out: at('within'),
      schedules: SCHEDULES,
      checkpointSeconds: 0,
      signal: controller.signal,
    });
    clearInterval(watch);
    expect(cut.kind).toBe('interrupted');
    expect(checkpoints()).toHaveLength(1);
    expect(readdirSync(at('within', 'cells')).filter((name) => /^attack.*json$/.test(name))).toEqual([]);
    await evaluated(configText(SMALL), 'within');
    expect(checkpoints()).toEqual([]);
    expect(bytes('within')).toBe(bytes('first'));
  });

  it('makes again what is damaged, with a warning, and what is there is left alone', async () => {
    const [name] = readdirSync(at('cut', 'cells')).filter((one) => /^attack.*json$/.test(one));
    writeFileSync(at('cut', 'cells', name), '{}');
    const warnings: string[] = [];
    const onEvent = (event: SearchEvent) => event.kind === 'warning' && warnings.push(event.message);
    await evaluated(configText(SMALL), 'cut', { onEvent });
    expect(warnings).toEqual([expect.stringMatching(/other bytes than were written; it is made again$/)]);
    expect(bytes('cut')).toBe(bytes('first'));
  });

  it('gives an image the same result with fewer images beside it', async () => {
    const two = withEvaluationImages(readSearchConfig(configText([...SMALL.slice(0, -1), QUIET])), 2);
    const outcome = await runEvaluation(two, { out: at('two'), schedules: SCHEDULES });
    const all = dataOfResults(JSON.parse(bytes('first')) as EvaluationResults);
    if (outcome.kind !== 'finished') throw new Error('not finished');
    const some = dataOfResults(outcome.results);
    expect(some.images).toEqual(all.images.slice(0, 2));
    for (const [i, { perImage }] of some.cells.entries()) {
      expect(perImage).toEqual(all.cells[i].perImage.slice(0, 2));
    }
  });

  it('runs attacks with a mean over draws, with a stand-in for gradients, or without any, and says so', async () => {
    const attacks = 'attacks: [{ name: pgd-l2, steps: 1, l2Bound: 2, eot: { draws: 3 } }]';
    const bpda = await evaluated(
      configText([
        'images: 2',
        'purifications: 2',
        'gradients: bpda-identity',
        attacks,
        'defences: [learned, noise, none]',
        QUIET,
      ]),
      'bpda',
    );
    expect(bpda.cells.map(({ attack }) => [attack.gradients, attack.expectation.draws])).toEqual([
      [{ kind: 'bpda', surrogate: 'identity' }, 3],
      [{ kind: 'bpda', surrogate: 'identity' }, 3],
      [{ kind: 'exact' }, 1],
    ]);
    // one step and a last look, three draws each; without a defence one draw says all
    expect(bpda.cells.map(({ images }) => images.queries)).toEqual([
      [6, 6],
      [6, 6],
      [2, 2],
    ]);
    const square = 'attacks: [{ name: square-l2, iterations: 3, l2Bound: 2 }]';
    const blind = ['images: 2', 'gradients: black-box', square, 'defences: [none]', QUIET];
    const { cells, report } = await evaluated(configText(blind), 'black');
    expect(cells[0].attack.gradients).toEqual({ kind: 'none' });
    expect(cells[0].images.gradients).toEqual([0, 0]);
    expect(report.warnings.map(({ code }) => code)).toContain('black-box-only');
  });

  it('evaluates with and without preprocessing', async () => {
    const text = configText(
      [
        'images: 2',
        'preprocessing: [off, on]',
        'attacks: [{ name: fgsm-l2, l2Bound: 2 }]',
        'defences: [constant 0]',
        QUIET,
      ],
      'preprocessing: { noise: { l2Norm: 1 } }',
    );
    const { defences } = await evaluated(text, 'preprocessed');
    expect(defences.map(({ label, draws, preprocessing }) => [label, draws, preprocessing])).toEqual([
      ['α = 0', false, {}],
      ['α = 0 + preprocessing', true, { noise: { l2Norm: 1 } }],
    ]);
    expect(defences[0].hash).not.toBe(defences[1].hash);
  });

  it('names the images that the run of its schedules was searched on', async () => {
    const config = configText([
      'images: 4',
      'attacks: [{ name: fgsm-l2, l2Bound: 2 }]',
      'defences: [none]',
      QUIET,
    ]);
    expect((await evaluated(config, 'unseen')).searched).toEqual([]);
    await buildAttack(readSearchConfig(config), { out: at('run'), split: 'heldOut' });
    renameSync(at('run', 'attacked', 'heldOut'), at('run', 'attacked', 'search'));
    const { searched, images, report } = await evaluated(config, 'seen', { run: at('run') });
    expect(searched).toEqual(images);
    expect(report.warnings).toContainEqual(
      expect.objectContaining({ code: 'searched-images', numbers: { searched: 4, images: 4 } }),
    );
  });
});

describe('runEvaluation refuses', () => {
  const refusal = async (text: string, out: string, schedules = SCHEDULES) => {
    const configFile = at('search.yaml');
    writeFileSync(configFile, text);
    const config = readSearchConfig(text, configFile);
    const [code, message] = await rejected(runEvaluation(config, { out: at(out), schedules, configFile }));
    return [code, message.replaceAll(folder, '')];
  };
  const changed = (from: string, to: string) => configText(SMALL.map((line) => (line === from ? to : line)));

  it('another configuration in its folder, and leaves what is there', async () => {
    const before = bytes('first');
    expect(await refusal(changed('purifications: 2', 'purifications: 3'), 'first')).toEqual([
      'E_CONFIG_CHANGED',
      'purifications: expected 2, with which /first was begun, got 3',
    ]);
    expect(await refusal(configText(SMALL).replace('task: coarse', 'task: fine'), 'first')).toEqual([
      'E_CONFIG_CHANGED',
      'task: expected "coarse", with which /first was begun, got "fine"',
    ]);
    expect(await refusal(configText(SMALL, 'seed: 2'), 'first')).toEqual([
      'E_CONFIG_CHANGED',
      'seed: expected 1, with which /first was begun, got 2',
    ]);
    expect(bytes('first')).toBe(before);
  });

  it('a folder of something else, and one whose facts are damaged', async () => {
    mkdirSync(at('a-table'));
    writeFileSync(at('a-table', 'evaluation.csv'), 'mine');
    expect(await refusal(configText(SMALL), 'a-table')).toEqual([
      'E_STORAGE',
      '/a-table: expected the folder of an evaluation or a new one, got one with evaluation.csv',
    ]);
    expect(readFileSync(at('a-table', 'evaluation.csv'), 'utf8')).toBe('mine');
    mkdirSync(at('a-run'));
    writeFileSync(at('a-run', 'study.jsonl'), '');
    expect(await refusal(configText(SMALL), 'a-run')).toEqual([
      'E_STORAGE',
      '/a-run: expected the folder of an evaluation or a new one, got one with study.jsonl',
    ]);
    mkdirSync(at('damaged'));
    writeFileSync(at('damaged', 'evaluation.json'), '{"format":"other"}');
    expect(await refusal(configText(SMALL), 'damaged')).toEqual([
      'E_STORAGE',
      '/damaged/evaluation.json: expected the facts of an evaluation, got another file',
    ]);
  });

  it.each([
    [
      'more images than there are',
      changed('images: 4', 'images: 60000'),
      /^\/search\.yaml:7:11 evaluation\.images: expected at most \d+, which the split heldOut has with all classes alike, got 60000$/,
    ],
    [
      'a schedule that is not there',
      changed('defences: [learned, none]', 'defences: [learned, best]'),
      /^\/search\.yaml:10:23 evaluation\.defences\.1: expected linear, .* or a schedule of the file \(learned\), got "best"$/,
    ],
  ])('%s, before any work', async (_, text, message) => {
    expect(await refusal(text, 'none')).toEqual(['E_CONFIG', expect.stringMatching(message)]);
    expect(existsSync(at('none'))).toBe(false);
  });

  it('schedules of another length or attenuation', async () => {
    const other = { name: 'other', latents: ['a', 'b'] };
    const short = { ...SCHEDULES, model: other, schedules: [{ kind: 'learned', alphas: [0, 1] }] } as const;
    expect(await refusal(configText(SMALL), 'none', short)).toEqual([
      'E_SCHEDULES',
      'schedules to compare: expected α of 12 latents, got α of 2 for other',
    ]);
    const weaker = { ...SCHEDULES, schedules: [{ ...SCHEDULES.schedules[0], attenuation: 0.7 }] };
    expect(await refusal(configText(SMALL), 'none', weaker)).toEqual([
      'E_SCHEDULES',
      'schedules to compare: expected attenuation 1 as in the configuration, got 0.7 in schedules[0]',
    ]);
  });
});

describe('the JSON Schema of an evaluation', () => {
  it('is the one in schemas/', () => {
    const file = new URL('../../../schemas/evaluation.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(evaluationJsonSchema());
  });
});
