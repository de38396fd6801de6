import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BoSearchError } from '../../src/errors.js';
import { attackPlan } from '../../src/search/config/attack-plan.js';
import { loadSearchConfig, readSearchConfig } from '../../src/search/config/read-search-config.js';
import type { SearchConfigInput } from '../../src/search/config/search-config.js';
import { searchConfigJsonSchema } from '../../src/search/config/search-config-schema.js';
import { SEARCH_TEMPLATE } from '../../src/search/config/template.js';

const LEAST = 'model: fashion-mnist\ntask: coarse\nattack:\n  l2Bound: 3\n';

function refusal(text: string): BoSearchError {
  try {
    readSearchConfig(text);
  } catch (error) {
    return error as BoSearchError;
  }
  throw new Error('nothing was refused');
}

describe('readSearchConfig(text)', () => {
  it('fills in every default', () => {
    expect(readSearchConfig(LEAST)).toEqual({
      model: 'fashion-mnist',
      task: 'coarse',
      attack: { l2Bound: 3 },
      preprocessing: {},
      attenuation: 1,
      objective: { clean: 0.5, robust: 0.5 },
      search: { images: 200, draws: 1, evaluations: 100, policy: 'bayes', seeds: true },
      heldOut: { images: 1000, draws: 2 },
      seed: 1,
      backend: 'wasm',
      memoryMb: 512,
    });
  });

  it('takes an empty section for one left out', () => {
    expect(readSearchConfig(`${LEAST}search:\n  # images: 3\npreprocessing:\n`)).toEqual(
      readSearchConfig(LEAST),
    );
  });

  it.each([
    ['sede:\n', ' sede: unknown key, did you mean "seed"?'],
    [
      'search: { images: 3, draws 1, evaluations: 4 }\n',
      ' search.draws 1: unknown key, did you mean "draws"?',
    ],
    ['objective: { clear: }\n', ' objective.clear: unknown key, did you mean "clean"?'],
  ])('refuses a key it does not know though nothing is after it: %j', (more, text) => {
    const { message } = refusal(LEAST + more);
    expect(message.split('\n').some((line) => line.endsWith(text))).toBe(true);
  });

  it('takes JSON, which is YAML', () => {
    const text = JSON.stringify({ model: 'fashion-mnist', task: 'coarse', attack: { l2Bound: 3 } });
    expect(readSearchConfig(text)).toEqual(readSearchConfig(LEAST));
  });

  it('gives back any configuration it gave', () => {
    fc.assert(
      fc.property(configs(), (input) => {
        const config = readSearchConfig(JSON.stringify(input));
        expect(config).toMatchObject(input);
        expect(readSearchConfig(JSON.stringify(config))).toEqual(config);
      }),
    );
  });

  it('either reads a text or refuses it with E_CONFIG, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), cuts()), (text) => {
        try {
          readSearchConfig(text);
        } catch (error) {
          expect((error as BoSearchError).code).toBe('E_CONFIG');
          expect((error as BoSearchError).message).toMatch(/^search\.yaml/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('readSearchConfig(text) refuses', () => {
  it.each<[string, string, string]>([
    [
      'a value of another type',
      `${LEAST}search:\n  images: many\n`,
      '6:11 search.images: expected an integer of at least 1, got "many"',
    ],
    [
      'a value out of range',
      LEAST.replace('3', '-3'),
      '4:12 attack.l2Bound: expected a number above 0, got -3',
    ],
    [
      'a fraction of an image',
      `${LEAST}search: { images: 1.5 }\n`,
      '5:19 search.images: expected an integer of at least 1, got 1.5',
    ],
    [
      'NaN',
      `${LEAST}attenuation: .nan\n`,
      '5:14 attenuation: expected a number above 0 and at most 1, got NaN',
    ],
    ['infinity', LEAST.replace('3', '.inf'), '4:12 attack.l2Bound: expected a number above 0, got Infinity'],
    [
      'temperature 0',
      `${LEAST}temperature: 0\n`,
      '5:14 temperature: expected a number above 0 and at most 1, got 0',
    ],
    ['an unknown key', `${LEAST}seeed: 3\n`, '5:1 seeed: unknown key, did you mean "seed"?'],
    [
      'an unknown key of a section',
      `${LEAST}search:\n  evalutions: 3\n`,
      '6:3 search.evalutions: unknown key, did you mean "evaluations"?',
    ],
    [
      'an unknown key like no other',
      `${LEAST}heldOut: { zzz: 3 }\n`,
      '5:12 heldOut.zzz: unknown key, expected one of images, draws',
    ],
    [
      'a section that is none',
      `${LEAST}heldOut: 3\n`,
      '5:10 heldOut: expected a section with images, draws, got 3',
    ],
    [
      'a missing key',
      'model: fashion-mnist\nattack: { l2Bound: 3 }\n',
      '1:1 task: expected the name of one of the tasks of the model, got nothing',
    ],
    [
      'an unknown choice',
      `${LEAST}backend: cuda\n`,
      '5:10 backend: expected one of auto, wasm, webgpu, tensorflow, cpu, got "cuda"',
    ],
    [
      'weights that are not 1 together',
      `${LEAST}objective: { clean: 0.5, robust: 0.6 }\n`,
      '5:12 objective: expected clean and robust to add up to 1, got {"clean":0.5,"robust":0.6}',
    ],
    [
      'a weight out of range',
      `${LEAST}objective: { clean: 2, robust: -1 }\n`,
      '5:21 objective.clean: expected a number from 0 to 1, got 2\nsearch.yaml:5:32 objective.robust: expected a number from 0 to 1, got -1',
    ],
    [
      'an objective that is neither',
      `${LEAST}objective: 3\n`,
      '5:12 objective: expected robust-only, or a section with clean and robust, got 3',
    ],
    [
      'an even blur kernel',
      `${LEAST}preprocessing: { blur: { sigma: 1, kernelSize: 4 } }\n`,
      '5:48 preprocessing.blur.kernelSize: expected an odd integer, got 4',
    ],
    [
      'steps of FGSM',
      `${LEAST}  kind: fgsm-l2\n  steps: 3\n`,
      '6:10 attack.steps: expected no steps with fgsm-l2, got 3',
    ],
    [
      'a direction of PGD',
      `${LEAST}  direction: sign\n`,
      '5:14 attack.direction: expected no direction with pgd-l2, got "sign"',
    ],
    [
      'settings beside a preset',
      `${LEAST}  preset: paper\n  kind: pgd-l2\n`,
      '6:9 attack.kind: expected no kind with paper, got "pgd-l2"',
    ],
    [
      'a key that comes twice',
      `${LEAST}seed: 1\nseed: 2\n`,
      '6:1: expected YAML, got an error: Map keys must be unique',
    ],
    ['two documents', `${LEAST}---\n${LEAST}`, '5:1: expected YAML, got an error: more than one document'],
    [
      'a tag',
      `${LEAST}seed: !!js/function 1\n`,
      '5:7: expected YAML, got an error: Unresolved tag: tag:yaml.org,2002:js/function',
    ],
    ['a key of the prototype', `${LEAST}__proto__: { seed: 1 }\n`, '5:1: the key "__proto__" is not allowed'],
    [
      'a key of the prototype further down',
      `${LEAST}search: { constructor: 1 }\n`,
      '5:11: the key "constructor" is not allowed',
    ],
    [
      'a list',
      '- 1\n',
      '1:1: expected a section with model, task, evaluator, images, attack, preprocessing, temperature, attenuation, objective, search, heldOut, evaluation, seed, backend, workers, memoryMb, got [1]',
    ],
  ])('%s', (_, text, message) => {
    const error = refusal(text);
    expect(error.code).toBe('E_CONFIG');
    expect(error.message).toBe(`search.yaml:${message}`);
  });

  it('all mistakes at once, in the order of the text', () => {
    const text = 'model: 1\ntask: coarse\nattack:\n  step: 3\n  l2Bound: 0\nseed: -1\n';
    expect(refusal(text).message.split('\n')).toEqual([
      'search.yaml:1:8 model: expected the name of a bundled model or a folder, got 1',
      'search.yaml:4:3 attack.step: unknown key, did you mean "steps"?',
      'search.yaml:5:12 attack.l2Bound: expected a number above 0, got 0',
      'search.yaml:6:7 seed: expected an integer from 0 to 9007199254740991, got -1',
    ]);
  });

  it('no more than ten mistakes at once', () => {
    const lines = refusal(
      LEAST + Array.from({ length: 14 }, (_, i) => `zzzzz${i}: 1\n`).join(''),
    ).message.split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[10]).toBe('and 4 more');
  });

  it('a bomb of aliases', () => {
    const bomb =
      'a: &a [1,1]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\ne: [*d,*d,*d]\n';
    expect(refusal(bomb).message).toBe(
      'search.yaml: expected YAML, got an error: Excessive alias count indicates a resource exhaustion attack',
    );
  });

  it.each([
    ['itself', `${LEAST}search: &a { images: *a }\n`, '5:22'],
    ['what holds it, further up', `&all\n${LEAST}search: { block: [1, { x: *all }] }\n`, '6:27'],
  ])('an alias of %s', (_, text, place) => {
    expect(refusal(text).message).toBe(
      `search.yaml:${place}: expected YAML, got an error: an alias of what it stands in has no end`,
    );
  });

  it('a text of more than a million characters', () => {
    expect(refusal(`#${' '.repeat(1_000_000)}`).message).toBe(
      'search.yaml: expected at most 1000000 characters, got 1000001',
    );
  });
});

describe('loadSearchConfig(path)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bo-search-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('names a file that is not there', async () => {
    const path = join(folder, 'none.yaml');
    await expect(loadSearchConfig(path)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: `${path}: expected a configuration file, got no such file`,
    });
  });

  it('names a folder', async () => {
    await expect(loadSearchConfig(folder)).rejects.toMatchObject({
      message: `${folder}: expected a configuration file, got a folder`,
    });
  });

  it('names the file in every mistake', async () => {
    const path = join(folder, 'mine.yaml');
    writeFileSync(path, 'model: 3');
    await expect(loadSearchConfig(path)).rejects.toThrow(`${path}:1:8 model: expected the name of`);
  });
});

describe('the examples', () => {
  const read = (name: string) =>
    readFileSync(new URL(`../../examples/fashion-mnist/${name}`, import.meta.url), 'utf8');

  it.each([
    [
      'coarse.yaml',
      'coarse',
      { attack: { name: 'pgd-l2', l2Bound: 3, steps: 10 }, against: 'classifier', keepOnlySuccessful: false },
    ],
    [
      'fine.yaml',
      'fine',
      {
        attack: { name: 'pgd-l2', l2Bound: 1.5, steps: 10 },
        against: 'classifier',
        keepOnlySuccessful: false,
      },
    ],
    [
      'coarse-paper.yaml',
      'coarse',
      {
        attack: { name: 'fgsm-l2', l2Bound: 4, direction: 'sign' },
        against: 'defence',
        keepOnlySuccessful: false,
      },
    ],
  ])('%s is valid and asks for the attack it names', (name, task, plan) => {
    const config = readSearchConfig(read(name), name);
    expect(config.task).toBe(task);
    expect(attackPlan(config)).toEqual(plan);
    expect(config.search).toMatchObject({ images: 200, draws: 1, evaluations: 100 });
    expect(config.heldOut).toEqual({ images: 1000, draws: 2 });
  });
});

describe('SEARCH_TEMPLATE', () => {
  it('says what the coarse example says', () => {
    const example = readFileSync(
      new URL('../../examples/fashion-mnist/coarse.yaml', import.meta.url),
      'utf8',
    );
    const { attack, ...config } = readSearchConfig(SEARCH_TEMPLATE);
    const { attack: exampleAttack, ...rest } = readSearchConfig(example);
    expect(config).toEqual(rest);
    expect(attackPlan({ attack })).toEqual(attackPlan({ attack: exampleAttack }));
  });

  it('is valid with every commented key uncommented, and then has every key but those it explains in a sentence', () => {
    const whole = SEARCH_TEMPLATE.replaceAll(/^( *)# ([a-zA-Z]+:(?: |$))/gm, '$1$2');
    const config = readSearchConfig(whole.replace('Run it with: npx', '# Run it with: npx'));
    const keys = (value: unknown): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [key, ...keys(inner)])
        : [];
    const schema = searchConfigJsonSchema();
    const known = schemaKeys(schema);
    const inSentences = ['preset', 'direction', 'reference', 'evaluator', 'command', 'cwd', 'env', 'shell'];
    inSentences.push('startSeconds', 'silenceSeconds', 'restarts', 'concurrency');
    inSentences.push(
      'eot',
      'mode',
      'refresh',
      'every',
      'racing',
      'blocks',
      'budget',
      'finalists',
      'fresh',
      'linfBound',
    );
    for (const key of inSentences) expect(SEARCH_TEMPLATE).toMatch(new RegExp(`\\b${key}\\b`));
    // the points of a list: their keys are seen under its number
    const said = keys(config).filter((key) => !/^\d+$/.test(key));
    expect([...new Set([...said, ...inSentences])].sort()).toEqual([...new Set(known)].sort());
  });
});

describe('the JSON Schema', () => {
  it('is the one in schemas/', () => {
    const file = new URL('../../schemas/search.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(searchConfigJsonSchema());
  });

  it('describes every key', () => {
    const text = JSON.stringify(searchConfigJsonSchema());
    for (const key of ['l2Bound', 'evaluations', 'memoryMb', 'keepOnlySuccessful', 'sigma']) {
      expect(text).toMatch(new RegExp(`"${key}":\\{[^{}]*"description":"`));
    }
  });
});

function schemaKeys(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, anyOf, allOf, items } = schema as Record<string, unknown>;
  const own = Object.entries((properties ?? {}) as Record<string, unknown>);
  const parts = [...((anyOf ?? []) as unknown[]), ...((allOf ?? []) as unknown[]), items];
  return [...own.flatMap(([key, inner]) => [key, ...schemaKeys(inner)]), ...parts.flatMap(schemaKeys)];
}

function configs(): fc.Arbitrary<SearchConfigInput> {
  const options = { noNullPrototype: true };
  const count = fc.integer({ min: 1, max: 5000 });
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  return fc.record(
    {
      model: fc.string({ minLength: 1 }),
      task: fc.string({ minLength: 1 }),
      attack: fc.oneof(
        fc.record(
          { l2Bound: share, steps: count, restarts: count },
          { ...options, requiredKeys: ['l2Bound'] },
        ),
        fc.record({ l2Bound: share, kind: fc.constant('fgsm-l2' as const) }, options),
        fc.record({ l2Bound: share, preset: fc.constant('paper' as const) }, options),
      ),
      objective: fc.constantFrom('robust-only' as const, { clean: 0.25, robust: 0.75 }),
      temperature: share,
      attenuation: share,
      search: fc.record(
        { images: count, evaluations: count, block: count },
        { ...options, requiredKeys: [] },
      ),
      heldOut: fc.record({ images: count, draws: count }, { ...options, requiredKeys: [] }),
      seed: fc.nat(),
    },
    { ...options, requiredKeys: ['model', 'task', 'attack'] },
  );
}

/** Honest texts, cut short or with a character changed. */
function cuts(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(SEARCH_TEMPLATE.length), fc.nat(SEARCH_TEMPLATE.length), fc.string({ maxLength: 2 }))
    .map(
      ([from, length, put]) =>
        SEARCH_TEMPLATE.slice(0, from) + put + SEARCH_TEMPLATE.slice(from + (length % 20)),
    );
}
