import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { BoSearchError } from '../../src/errors.js';
import { withOverrides } from '../../src/search/config/with-overrides.js';
import {
  loadSearchConfig,
  readSearchConfig,
  resultsJsonSchema,
  SEARCH_TEMPLATE,
  searchConfigJsonSchema,
} from '../../src/search/index.js';
import { readBaselines, readResults } from '../../src/search/results-file.js';

const MODEL = 'model: fashion-mnist\ntask: coarse\nattack: { l2Bound: 3 }\n';
const EVALUATOR = 'evaluator: { command: [node, judge.mjs] }\nattack: { l2Bound: 3 }\n';

function refusal(act: () => unknown): BoSearchError {
  try {
    act();
  } catch (error) {
    return error as BoSearchError;
  }
  throw new Error('nothing was refused');
}

const refused = (text: string) =>
  refusal(() => readSearchConfig(text)).message.replaceAll('search.yaml:', '');

describe('an evaluator in a configuration', () => {
  it('stands in place of a model, without a runtime of its own', () => {
    const config = readSearchConfig(`${EVALUATOR}task: mine\n`);
    expect(config).toMatchObject({ evaluator: { command: ['node', 'judge.mjs'] }, task: 'mine' });
    for (const key of ['model', 'backend', 'memoryMb']) expect(config).not.toHaveProperty(key);
    expect(readSearchConfig(JSON.stringify(config))).toEqual(config);
  });

  it('takes every setting', () => {
    const evaluator = {
      command: 'python judge.py | tee log',
      shell: true,
      cwd: '../judge',
      env: { CUDA_VISIBLE_DEVICES: 0, MODE: '' },
      startSeconds: 5,
      silenceSeconds: 0.5,
      restarts: 0,
    };
    expect(readSearchConfig(JSON.stringify({ evaluator, attack: { l2Bound: 1 } })).evaluator).toEqual(
      evaluator,
    );
  });

  it.each<[string, string]>([
    [
      'attack: { l2Bound: 3 }\n',
      '1:1 model: expected the name of a bundled model or a folder, or an evaluator section, got nothing\n1:1 task: expected the name of one of the tasks of the model, got nothing',
    ],
    [
      `${EVALUATOR}model: x\n`,
      '1:12 evaluator: expected either a model or an evaluator, not both, got {"command":["node","judge.mjs"]}',
    ],
    [
      EVALUATOR.replace('l2Bound: 3', 'l2Bound: 3, against: each'),
      '2:32 attack.against: expected classifier or defence with an evaluator, which attacks its images once, got "each"',
    ],
    [
      EVALUATOR.replace('l2Bound: 3', 'l2Bound: 3, against: defence, refresh: { every: 9 }'),
      '2:50 attack.refresh: expected no refresh with an evaluator, which attacks its images once, got {"every":9}',
    ],
    [`${EVALUATOR}backend: wasm\n`, '3:10 backend: expected no backend with an evaluator, got "wasm"'],
    [`${EVALUATOR}memoryMb: 9\n`, '3:11 memoryMb: expected no memoryMb with an evaluator, got 9'],
    [`${EVALUATOR}workers: 2\n`, '3:10 workers: expected no workers with an evaluator, got 2'],
    [`${EVALUATOR}images: ./x\n`, '3:9 images: expected no images with an evaluator, got "./x"'],
    [
      EVALUATOR.replace('[node, judge.mjs]', 'node judge.mjs'),
      '1:23 evaluator.command: expected a list of words (or shell: true beside one string), got "node judge.mjs"',
    ],
    [
      EVALUATOR.replace('judge.mjs]', 'judge.mjs], shell: true'),
      '1:23 evaluator.command: expected one string with shell: true, got ["node","judge.mjs"]',
    ],
    [EVALUATOR.replace('node, judge.mjs', ''), '1:23 evaluator.command: expected at least one word, got []'],
    [EVALUATOR.replace('judge.mjs', '3'), '1:30 evaluator.command.1: expected a word, got 3'],
    [
      EVALUATOR.replace('judge.mjs', '"a\\0b"'),
      '1:30 evaluator.command.1: expected a word, without a NUL, got "a\\u0000b"',
    ],
    [
      EVALUATOR.replace(']', '], restarts: -1'),
      '1:52 evaluator.restarts: expected an integer from 0 to 1000, got -1',
    ],
    [
      EVALUATOR.replace(']', '], startSeconds: .inf'),
      '1:56 evaluator.startSeconds: expected a number above 0, got Infinity',
    ],
    [
      EVALUATOR.replace(']', '], silenceSeconds: 1e9'),
      '1:58 evaluator.silenceSeconds: expected at most 2000000 seconds, got 1000000000',
    ],
    [EVALUATOR.replace(']', '], env: { A: [1] }'), '1:52 evaluator.env.A: expected text, got [1]'],
    [EVALUATOR.replace(']', '], envs: {}'), '1:42 evaluator.envs: unknown key, did you mean "env"?'],
    [
      `${EVALUATOR}`.replace('evaluator: { command: [node, judge.mjs] }', 'evaluator: x'),
      '1:12 evaluator: expected a section with command, shell, cwd, env, startSeconds, silenceSeconds, restarts, got "x"',
    ],
  ])('is refused, with its place: %j', (text, message) => {
    expect(refused(text)).toBe(message);
  });
});

describe('search.reference', () => {
  const reference = (more = '', rest = '') => `${MODEL}search: { reference: true${more} }\n${rest}`;

  it('spells the search of the paper out, and may be said again in its own words', () => {
    const config = readSearchConfig(reference());
    expect(config).toMatchObject({
      objective: 'robust-only',
      search: { policy: 'bayes', acquisition: 'ei', seeds: false, reference: true },
    });
    expect(readSearchConfig(JSON.stringify(config))).toEqual(config);
    expect(readSearchConfig(`${MODEL}search: { reference: false }\n`).search).toMatchObject({ seeds: true });
  });

  it.each<[string, string]>([
    [
      reference(', policy: random'),
      '4:36 search.policy: expected bayes, or nothing, with search.reference, got "random"',
    ],
    [
      reference(', seeds: true'),
      '4:35 search.seeds: expected false, or nothing, with search.reference, got true',
    ],
    [
      reference(', acquisition: log-ei'),
      '4:41 search.acquisition: expected ei, or nothing, with search.reference, got "log-ei"',
    ],
    [
      reference(', kernel: rbf'),
      '4:36 search.kernel: expected matern52, or nothing, with search.reference, got "rbf"',
    ],
    [
      reference(', points: [[0, 1]]'),
      '4:36 search.points: expected none, it has its own five, with search.reference, got [[0,1]]',
    ],
    [
      reference('', 'objective: { clean: 0.5, robust: 0.5 }\n'),
      '5:12 objective: expected robust-only, or nothing, with search.reference, got {"clean":0.5,"robust":0.5}',
    ],
  ])('is refused beside what contradicts it: %j', (text, message) => {
    expect(refused(text)).toBe(message);
  });
});

describe('points, kernels and workers in a configuration', () => {
  it.each<[string, string]>([
    [
      'search: { policy: sobol, kernel: rbf }\n',
      '4:34 search.kernel: expected no kernel with policy sobol, got "rbf"',
    ],
    ['search: { kernel: rfb }\n', '4:19 search.kernel: expected one of matern52, matern32, rbf, got "rfb"'],
    [
      'search: { acquisition: EI }\n',
      '4:24 search.acquisition: expected one of log-ei, log-nei, ei, pi, ucb, got "EI"',
    ],
    ['search: { points: [] }\n', '4:19 search.points: expected at least one point, got []'],
    ['search: { points: [[0, 2]] }\n', '4:24 search.points.0.1: expected a number from 0 to 1, got 2'],
    [
      'search: { points: [{ label: "a\\nb", alphas: [0.5] }] }\n',
      '4:29 search.points.0.label: expected a name on one line, got "a\\nb"',
    ],
    [
      'search: { points: [{ label: a }] }\n',
      '4:20 search.points.0.alphas: expected a list of numbers from 0 to 1, got nothing',
    ],
    [
      'search: { points: [0.5] }\n',
      '4:20 search.points.0: expected a list of α, or a section with label, alphas, got 0.5',
    ],
    [
      'workers: 2\nbackend: webgpu\n',
      '4:10 workers: expected 1 with backend webgpu; only wasm is shared, got 2',
    ],
    ['workers: 1000\n', '4:10 workers: expected an integer from 1 to 256, got 1000'],
    ['attenuation: 1e999\n', '4:14 attenuation: expected a number above 0 and at most 1, got Infinity'],
    [
      'seed: 123456789012345678901234567890\n',
      '4:7 seed: expected an integer from 0 to 9007199254740991, got 1.2345678901234568e+29',
    ],
    [
      'preprocessing: { noise: { l2Norm: 1e200 } }\n',
      '4:35 preprocessing.noise.l2Norm: expected a number above 0 and at most 1000000, got 1e+200',
    ],
  ])('are refused, with their place: %j', (more, message) => {
    expect(refused(MODEL + more)).toBe(message);
  });
});

describe('withOverrides(config, overrides)', () => {
  const config = readSearchConfig(MODEL);

  it('changes what is said and nothing else', () => {
    expect(withOverrides(config, {})).toEqual(config);
    expect(withOverrides(config, { seed: 7, evaluations: 9, backend: 'auto', workers: 2 })).toEqual({
      ...config,
      seed: 7,
      backend: 'auto',
      workers: 2,
      search: { ...config.search, evaluations: 9 },
    });
  });

  it('takes the place of defaults for the reference search', () => {
    expect(withOverrides(config, { reference: true })).toEqual(
      readSearchConfig(`${MODEL}search: { reference: true }\n`),
    );
  });

  it.each<[string, Parameters<typeof withOverrides>[1], string]>([
    ['', { seed: -1 }, 'seed: expected an integer from 0 to 9007199254740991, got -1'],
    ['', { evaluations: 0 }, 'search.evaluations: expected an integer of at least 1, got 0'],
    ['', { backend: 'cpu', workers: 2 }, 'workers: expected 1 with backend cpu; only wasm is shared, got 2'],
    [
      'search: { policy: random }\n',
      { reference: true },
      'search.policy: expected bayes, or nothing, with search.reference, got "random"',
    ],
    [
      'objective: { clean: 0.2, robust: 0.8 }\n',
      { reference: true },
      'objective: expected robust-only, or nothing, with search.reference, got {"clean":0.2,"robust":0.8}',
    ],
  ])('refuses what cannot be: %j with %j', (more, overrides, message) => {
    const error = refusal(() => withOverrides(readSearchConfig(MODEL + more), overrides));
    expect([error.code, error.message]).toEqual(['E_CONFIG', message]);
  });

  it('refuses a backend for an evaluator', () => {
    expect(refusal(() => withOverrides(readSearchConfig(EVALUATOR), { backend: 'wasm' })).message).toBe(
      'backend: expected no backend with an evaluator, got "wasm"',
    );
  });
});

describe('a text that is meant to harm', () => {
  it.each<[string, string]>([
    ['brackets without end', '['.repeat(100_000)],
    ['maps without end', '{a: '.repeat(100_000)],
    ['dashes without end', '- '.repeat(100_000)],
    [
      'anchors that multiply',
      `a: &a [1,1,1,1,1,1,1,1,1]\n${Array.from({ length: 9 }, (_, i) => `${'bcdefghij'[i]}: &${'bcdefghij'[i]} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`).join('\n')}\n`,
    ],
    ['NUL', `${MODEL}\0`],
    ['UTF-16', Buffer.from(MODEL, 'utf16le').toString('latin1')],
    ['one long line', `${MODEL}task: ${'x'.repeat(900_000)}`],
    ['many keys', Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['a prototype in env', EVALUATOR.replace(']', '], env: { __proto__: x }')],
    ['nothing', ''],
  ])('is refused by name, soon: %s', (_, text) => {
    const begun = process.hrtime.bigint();
    const error = refusal(() => readSearchConfig(text));
    expect(error.code).toBe('E_CONFIG');
    expect(error.message).toMatch(/^search\.yaml/);
    expect(error.message.length).toBeLessThan(3000);
    expect(Number(process.hrtime.bigint() - begun) / 1e9).toBeLessThan(10);
  });

  describe('in a file', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bo-search-harm-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('is not even read beyond what a text may have', async () => {
      const path = join(folder, 'big.yaml');
      writeFileSync(path, '#'.repeat(10_000_000));
      await expect(loadSearchConfig(path)).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: `${path}: expected a configuration file, got 10000000 bytes, more than 4000000`,
      });
    });

    it('is not waited for in a pipe', async () => {
      const path = join(folder, 'pipe.yaml');
      execFileSync('mkfifo', [path]);
      await expect(loadSearchConfig(path)).rejects.toMatchObject({
        message: `${path}: expected a configuration file, got something that is no file`,
      });
    });
  });
});

describe('the JSON Schemas', () => {
  const ajv = new Ajv2020({ strict: false });
  const config = ajv.compile(searchConfigJsonSchema());
  const examples = new URL('../../examples/', import.meta.url);
  const yamls = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.yaml') && readFileSync(new URL(name, examples), 'utf8').includes('search.schema.json'),
  );

  it.each(yamls)('take the example %s, as the reader does', (name) => {
    const text = readFileSync(new URL(name, examples), 'utf8');
    expect(config(parse(text))).toBe(true);
    expect(() => readSearchConfig(text, name)).not.toThrow();
  });

  it('take the template', () => {
    expect(config(parse(SEARCH_TEMPLATE))).toBe(true);
    expect(config(parse(EVALUATOR))).toBe(true);
  });

  it.each([
    'attack: { l2Bound: 3 }\n',
    'model: x\nattack: { l2Bound: 3 }\n',
    `${EVALUATOR}model: x\n`,
    `${EVALUATOR}backend: wasm\n`,
    `${MODEL}seed: -1\n`,
    `${MODEL}search: { images: 1.5 }\n`,
    `${MODEL}search: { points: [[2]] }\n`,
    `${MODEL}serch: {}\n`,
    `${MODEL}attenuation: 0\n`,
    `${MODEL}backend: cuda\n`,
    `${MODEL}workers: 0\n`,
    EVALUATOR.replace('[node, judge.mjs]', '[]'),
  ])('refuse what the reader refuses: %j', (text) => {
    refusal(() => readSearchConfig(text));
    expect(config(parse(text))).toBe(false);
  });

  it('of results is the one in schemas/', () => {
    const file = new URL('../../schemas/results.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(resultsJsonSchema());
  });

  describe('of results', () => {
    const estimate = { mean: 0.5, interval: [0.25, 0.75] };
    const judged = { sample: 's', images: 2, draws: 1 };
    const results = {
      format: 'bo-search/results',
      version: 1,
      config: { heldOut: { images: 2, draws: 1 } },
      facts: { model: { name: 'toy', latents: ['z0'] } },
      search: {
        ...judged,
        evaluations: 3,
        recommended: {
          trial: 1,
          alphas: [0.5],
          mean: 0.5,
          interval: [0, 1],
          observed: { trial: 1, value: 0.5 },
        },
        bestStep: { from: 1 },
      },
      heldOut: {
        ...judged,
        rows: [{ name: 'learned', kind: 'learned', objective: estimate, perClass: { clean: [null, 1] } }],
      },
    };
    const validate = ajv.compile(resultsJsonSchema());
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bo-search-results-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    const read = (value: unknown) => {
      writeFileSync(join(folder, 'r.json'), JSON.stringify(value));
      return readResults(join(folder, 'r.json'));
    };

    it('takes what is read, with fields of later versions', () => {
      expect(validate({ ...results, later: 1 })).toBe(true);
      expect(read({ ...results, later: 1 })).toEqual({ ...results, later: 1 });
    });

    const [row] = results.heldOut.rows;
    const withRow = (fields: object) => ({
      ...results,
      classes: ['a', 'b'],
      heldOut: { ...results.heldOut, rows: [{ ...row, ...fields }] },
    });
    const withSearch = (fields: object) => ({ ...results, search: { ...results.search, ...fields } });
    const { recommended } = results.search;

    it.each<[string, object, string]>([
      [
        'a turned interval',
        withRow({ objective: { mean: 0.5, interval: [0.75, 0.25] } }),
        'heldOut.rows[0].objective.interval: expected the lower end first, got 0.75, 0.25',
      ],
      [
        'a mean outside of its interval',
        withRow({ clean: { mean: 0.2, interval: [0.25, 0.75] } }),
        'heldOut.rows[0].clean.interval: expected an interval with the mean 0.2 in it, got 0.25, 0.75',
      ],
      [
        'alphas of another length',
        withRow({ alphas: [0, 1] }),
        'heldOut.rows[0].alphas: expected 1 values, one a latent, got 2',
      ],
      [
        'accuracies of other classes',
        withRow({ perClass: { robust: [1, 1, 1] } }),
        'heldOut.rows[0].perClass.robust: expected 2 values, one a class, got 3',
      ],
      [
        'scores of other steps',
        withSearch({ bestStep: { from: 1, scores: [0.5] } }),
        'search.bestStep.scores: expected 2 values, one a step, got 1',
      ],
      [
        'a step beyond the latents',
        withSearch({ bestStep: { from: 2 } }),
        'search.bestStep.from: expected an integer from 0 to 1, got 2',
      ],
      [
        'a recommended mean outside of its interval',
        withSearch({ recommended: { ...recommended, interval: [0.6, 1] } }),
        'search.recommended.interval: expected an interval with the mean 0.5 in it, got 0.6, 1',
      ],
      [
        'an attack that does not add up',
        withSearch({
          attack: { images: 5, cleanErrors: 2, attacked: 4, successes: 1, robustAccuracy: row.objective },
        }),
        'search.attack.attacked: expected images − cleanErrors = 3, got 4',
      ],
    ])('cannot refuse %s, and the reader does', (_, value, message) => {
      expect(validate(value)).toBe(true);
      const error = refusal(() => read(value));
      expect([error.code, error.message]).toEqual(['E_STORAGE', `${join(folder, 'r.json')} ${message}`]);
    });

    it.each<[string, object, string]>([
      ['another format', { ...results, format: 'x' }, ' format: expected "bo-search/results", got "x"'],
      ['another version', { ...results, version: 2 }, ' version: expected 1, got 2'],
      [
        'no rows',
        { ...results, heldOut: { ...results.heldOut, rows: [] } },
        ' heldOut.rows: expected at least one row, got []',
      ],
      [
        'a kind of row that there is not',
        { ...results, heldOut: { ...results.heldOut, rows: [{ ...results.heldOut.rows[0], kind: 'odd' }] } },
        ' heldOut.rows[0].kind: expected one of learned, linear, cosine, step, constant, reversed, custom, no-defence, got "odd"',
      ],
      [
        'no model',
        { ...results, facts: {} },
        ' facts.model: expected an object with name, hash, latents, got nothing',
      ],
    ])('refuses %s, as the reader does', (_, value, message) => {
      expect(validate(value)).toBe(false);
      const error = refusal(() => read(value));
      expect([error.code, error.message]).toEqual(['E_STORAGE', `${join(folder, 'r.json')}${message}`]);
      refusal(() => readBaselines(join(folder, 'r.json')));
    });
  });
});
