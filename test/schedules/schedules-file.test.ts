import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BoSearchError } from '../../src/errors.js';
import {
  baselineSchedules,
  paperPresets,
  type Schedule,
  type SchedulesFile,
  schedulesFromJson,
  schedulesSchema,
  schedulesToJson,
  stepSchedule,
} from '../../src/schedules/index.js';
import { conforms } from './json-schema-oracle.js';

const example: SchedulesFile = {
  format: 'bo-search/schedules',
  version: 1,
  model: { name: 'small', hash: `sha256:${'0f'.repeat(32)}`, latents: ['1x1.0', '1x1.1', '4x4.0', '4x4.1'] },
  defence: { temperature: 0.6, noiseNorm: 2, blurSigma: 1, blurKernel: 7 },
  schedules: [
    {
      kind: 'learned',
      alphas: [0.06, 0, 1, 0.5],
      attenuation: 0.7,
      effectiveAlphas: [0.042, 0, 0.7, 0.35],
      metrics: {
        heldOut: {
          clean: { mean: 0.98, interval: [0.97, 0.99] },
          robust: { mean: 0.6, interval: [0.5, 0.7] },
          objective: { mean: 0.79, interval: [0.75, 0.83] },
          images: 1000,
          draws: 2,
        },
      },
      provenance: { studySeed: 1, evaluations: 100, samples: ['a'], version: '0.1.0', config: { any: [1] } },
    },
    { kind: 'linear', alphas: [0.25, 0.5, 0.75, 1] },
    { kind: 'cosine', alphas: baselineSchedules.cosine(4) },
    { kind: 'step', from: 1, alphas: [0, 1, 1, 1] },
    { kind: 'constant', value: 0.5, alphas: [0.5, 0.5, 0.5, 0.5] },
    { kind: 'reversed', of: 'linear', alphas: [0.75, 0.5, 0.25, 0] },
    { kind: 'custom', label: 'by hand', alphas: [1, 0, 1, 0] },
  ],
};

const REMOVED = Symbol('removed');

/** The example with another value at a place. */
function edited(pointer: string, value: unknown): unknown {
  const copy = structuredClone(example);
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  const at = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], copy);
  if (value === REMOVED) delete (at as Record<string, unknown>)[last];
  else (at as Record<string, unknown>)[last] = value;
  return copy;
}

function refusal(source: unknown): BoSearchError {
  try {
    schedulesFromJson(source, 'schedules.json');
  } catch (error) {
    return error as BoSearchError;
  }
  throw new Error('nothing was refused');
}

describe('schedulesFromJson(schedulesToJson(file))', () => {
  it('is the file', () => {
    expect(schedulesFromJson(schedulesToJson(example))).toEqual(example);
  });

  it('is the file, for every file', () => {
    fc.assert(
      fc.property(files(), (file) => {
        expect(schedulesFromJson(schedulesToJson(file))).toEqual(file);
      }),
    );
  });

  it('shares nothing with what it was given', () => {
    const copy = schedulesFromJson(example);
    expect(copy).toEqual(example);
    expect(copy.schedules[0].alphas).not.toBe(example.schedules[0].alphas);
  });

  it('takes a byte order mark', () => {
    expect(schedulesFromJson(`\uFEFF${schedulesToJson(example)}`)).toEqual(example);
  });

  it('carries the learned vectors of the paper', () => {
    for (const preset of Object.values(paperPresets)) {
      const latents = preset.learned.map((_, i) => `latent ${i}`);
      const file: SchedulesFile = {
        format: 'bo-search/schedules',
        version: 1,
        model: { name: preset.model, latents },
        schedules: [{ kind: 'learned', alphas: preset.learned, attenuation: preset.attenuation }],
      };
      expect(schedulesFromJson(schedulesToJson(file))).toEqual(file);
    }
  });
});

describe('schedulesToJson(file)', () => {
  it('keeps arrays of numbers on one line and ends with a newline', () => {
    const text = schedulesToJson(example);
    expect(text).toContain('      "alphas": [0.06, 0, 1, 0.5],\n');
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('refuses what could not be read again', () => {
    const bad = edited('/schedules/0/alphas/1', NaN) as SchedulesFile;
    expect(() => schedulesToJson(bad)).toThrow(
      'schedulesToJson: /schedules/0/alphas/1: expected a number from 0 to 1, got NaN',
    );
  });
});

describe('schedulesFromJson(source, file) refuses, with place and reason,', () => {
  it.each<[string, string, unknown, string]>([
    ['another format', '/format', 'x', '/format: expected "bo-search/schedules", got "x"'],
    ['an unknown version', '/version', 2, '/version: expected 1, got 2'],
    ['a missing key', '/model', REMOVED, 'expected the key "model"'],
    ['an unknown key', '/schedule', [], 'unknown key "schedule", did you mean "schedules"?'],
    [
      'an unknown key of a schedule',
      '/schedules/1/form',
      3,
      '/schedules/1: unknown key "form", expected one of kind, alphas, label, attenuation, effectiveAlphas, metrics, provenance',
    ],
    [
      'an unknown kind',
      '/schedules/1/kind',
      'lineal',
      '/schedules/1/kind: expected one of learned, linear, cosine, step, constant, reversed, custom, got "lineal"',
    ],
    [
      'a kind that is missing',
      '/schedules/1/kind',
      REMOVED,
      '/schedules/1/kind: expected one of learned, linear, cosine, step, constant, reversed, custom, got nothing',
    ],
    ['no schedules', '/schedules', [], '/schedules: expected from 1 to 10000 entries, got 0'],
    [
      'a wrong hash',
      '/model/hash',
      'sha256:0',
      '/model/hash: expected sha256: and 64 hexadecimal digits, got "sha256:0"',
    ],
    [
      'two latents of a name',
      '/model/latents/2',
      '1x1.0',
      '/model/latents/2: expected every latent once, got "1x1.0" again',
    ],
    [
      'too few alphas',
      '/schedules/0/alphas',
      [0.06, 0, 1],
      '/schedules/0/alphas: expected 4 alphas, one a latent, got 3',
    ],
    [
      'α below 0',
      '/schedules/6/alphas/2',
      -0.1,
      '/schedules/6/alphas/2: expected a number from 0 to 1, got -0.1',
    ],
    [
      'α above 1',
      '/schedules/6/alphas/2',
      1.1,
      '/schedules/6/alphas/2: expected a number from 0 to 1, got 1.1',
    ],
    [
      'α as text',
      '/schedules/6/alphas/2',
      '1',
      '/schedules/6/alphas/2: expected a number from 0 to 1, got "1"',
    ],
    [
      'α null',
      '/schedules/6/alphas/2',
      null,
      '/schedules/6/alphas/2: expected a number from 0 to 1, got null',
    ],
    ['α NaN', '/schedules/6/alphas/2', NaN, '/schedules/6/alphas/2: expected a number from 0 to 1, got NaN'],
    [
      'attenuation 0',
      '/schedules/0/attenuation',
      0,
      '/schedules/0/attenuation: expected a number above 0 and at most 1, got 0',
    ],
    [
      'effective alphas that do not follow',
      '/schedules/0/effectiveAlphas/3',
      0.350002,
      '/schedules/0/effectiveAlphas/3: expected 0.35 (attenuation · alphas), got 0.350002',
    ],
    [
      'effective alphas without attenuation',
      '/schedules/0/attenuation',
      REMOVED,
      '/schedules/0/effectiveAlphas/0: expected 0.06 (attenuation · alphas), got 0.042',
    ],
    [
      'too few effective alphas',
      '/schedules/0/effectiveAlphas',
      [0.042, 0, 0.7],
      '/schedules/0/effectiveAlphas: expected 4 values, one a latent, got 3',
    ],
    [
      'a linear that is not',
      '/schedules/1/alphas/0',
      0.3,
      '/schedules/1/alphas/0: expected 0.25 (linear), got 0.3',
    ],
    ['a step that is not', '/schedules/3/from', 2, '/schedules/3/alphas/1: expected 0 (step), got 1'],
    [
      'a step beyond the latents',
      '/schedules/3/from',
      5,
      '/schedules/3/from: expected an integer from 0 to 4, got 5',
    ],
    ['a step without its place', '/schedules/3/from', REMOVED, '/schedules/3: expected the key "from"'],
    [
      'a constant that is not',
      '/schedules/4/value',
      0.4,
      '/schedules/4/alphas/0: expected 0.4 (constant), got 0.5',
    ],
    [
      'a reversed that is not',
      '/schedules/5/of',
      'cosine',
      '/schedules/5/alphas/0: expected 0.8535533905932737 (reversed), got 0.75',
    ],
    [
      'an interval without its mean',
      '/schedules/0/metrics/heldOut/robust/interval',
      [0.65, 0.7],
      '/schedules/0/metrics/heldOut/robust/interval: expected an interval with the mean 0.6 in it, got 0.65, 0.7',
    ],
    [
      'weights that do not add up to 1',
      '/schedules/0/metrics/heldOut/weights',
      { clean: 0.5, robust: 0.25 },
      '/schedules/0/metrics/heldOut/weights: expected clean and robust to add up to 1, got 0.5 and 0.25',
    ],
    [
      'a blur with an even number of taps',
      '/defence/blurKernel',
      4,
      '/defence/blurKernel: expected an odd integer, got 4',
    ],
    [
      'an interval the wrong way round',
      '/schedules/0/metrics/heldOut/robust/interval',
      [0.7, 0.5],
      '/schedules/0/metrics/heldOut/robust/interval: expected the lower end first, got 0.7, 0.5',
    ],
    [
      'an unknown split',
      '/schedules/0/metrics/heldout',
      {},
      '/schedules/0/metrics: unknown key "heldout", did you mean "heldOut"?',
    ],
    [
      'a number that JSON can not hold',
      '/schedules/0/provenance/x',
      { y: NaN },
      '/schedules/0/provenance/x/y: expected a JSON value, got NaN',
    ],
    [
      'a function',
      '/schedules/0/provenance/a~1b~0',
      () => 0,
      '/schedules/0/provenance/a~1b~0: expected a JSON value, got a function',
    ],
  ])('%s', (_, pointer, value, message) => {
    const error = refusal(edited(pointer, value));
    expect(error.code).toBe('E_SCHEDULES');
    expect(error.message).toBe(`schedules.json: ${message}`);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('the key %s, anywhere', (key) => {
    const text = JSON.stringify(example);
    const top = text.replace('{', `{"${key}":{"polluted":true},`);
    expect(refusal(top).message).toBe(`schedules.json: the key "${key}" is not allowed`);
    const deep = text.replace('"studySeed"', `"deep":{"${key}":{"polluted":true}},"studySeed"`);
    expect(refusal(deep).message).toBe(
      `schedules.json: /schedules/0/provenance/deep: the key "${key}" is not allowed`,
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('a value that holds itself', () => {
    const self: Record<string, unknown> = {};
    self['self'] = self;
    const file = edited('/schedules/0/provenance/self', self);
    expect(refusal(file).message).toContain('expected at most 64 levels of nesting');
  });

  it.each([
    ['', 'an empty text'],
    ['{"format":', 'a cut text'],
    ['format: bo-search/schedules', 'YAML'],
  ])('%j', (text) => {
    const error = refusal(text);
    expect(error.code).toBe('E_SCHEDULES');
    expect(error.message).toMatch(/^schedules\.json: expected JSON, got .+/);
    expect(error.hint).toBe(
      'the file may be cut short or written by hand; write it again with `npx bo-search export`',
    );
  });

  it.each([null, 3, [], 'null'])('%j instead of an object', (value) => {
    expect(refusal(value).message).toMatch(
      /^schedules\.json: expected an object, got (null|3|an array of 0)$/,
    );
  });

  it('another version with the advice to read it elsewhere', () => {
    expect(refusal(edited('/version', 2)).hint).toBe(
      'the file is of another version of the format: read it with the bo-search that wrote it',
    );
  });
});

describe('the JSON Schema', () => {
  it('is the one in schemas/', () => {
    const file = new URL('../../schemas/schedules.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(schedulesSchema);
  });

  it('accepts the example and every file made of valid parts', () => {
    expect(conforms(schedulesSchema, example)).toBe(true);
    fc.assert(fc.property(files(), (file) => conforms(schedulesSchema, file)));
  });

  it('agrees with the reader on damaged files: what it refuses is refused, what is read it accepts', () => {
    fc.assert(
      fc.property(files(), fc.infiniteStream(fc.nat()), junk(), (file, picks, value) => {
        const damaged = damage(structuredClone(file), picks, value);
        const message = read(damaged);
        if (!conforms(schedulesSchema, damaged)) expect(message).toMatch(/^schedules: /);
        else if (message !== undefined) expect(message).toMatch(CONTRADICTION);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});

/** What a file can do wrong although its schema is right. */
const CONTRADICTION =
  /one a latent|every latent once|attenuation · alphas|lower end first|with the mean|add up to 1|an odd integer|\((linear|cosine|step|constant|reversed)\)|is not allowed|an integer from 0 to/;

function read(value: unknown): string | undefined {
  try {
    schedulesFromJson(value);
    return undefined;
  } catch (error) {
    expect((error as BoSearchError).code).toBe('E_SCHEDULES');
    return (error as BoSearchError).message;
  }
}

function junk() {
  return fc.oneof(
    fc.jsonValue() as fc.Arbitrary<unknown>,
    fc.constantFrom<unknown>(0, 1, 0.5, -1, 2, 1.5, 'learned', 'step', 'cosine', '', [], {}, null, true),
  );
}

/** Walks down by `picks` and there replaces, deletes or adds something. */
function damage(root: unknown, picks: Iterator<number>, value: unknown): unknown {
  let at = root as Record<string, unknown>;
  for (;;) {
    const pick = picks.next().value as number;
    const keys = Object.keys(at);
    const key = keys[pick % Math.max(1, keys.length)];
    const inner = at[key];
    if (typeof inner === 'object' && inner !== null && pick % 5 !== 0) {
      at = inner as Record<string, unknown>;
      continue;
    }
    if (pick % 3 === 0 && key !== undefined) delete at[key];
    else if (pick % 3 === 1 && key !== undefined) at[key] = value;
    else if (Array.isArray(at)) at.push(value);
    else at[`added${pick % 2}`] = value;
    // A hole in an array is not JSON: close it, as a file would.
    return JSON.parse(JSON.stringify(root)) as unknown;
  }
}

function files(): fc.Arbitrary<SchedulesFile> {
  return fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.record(
      {
        format: fc.constant('bo-search/schedules' as const),
        version: fc.constant(1 as const),
        model: fc.record(
          {
            name: fc.string({ minLength: 1, maxLength: 20 }),
            hash: fc.constant(`sha256:${'a0'.repeat(32)}`),
            latents: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), {
              minLength: n,
              maxLength: n,
            }),
          },
          { requiredKeys: ['name', 'latents'], noNullPrototype: true },
        ),
        schedules: fc.array(schedules(n), { minLength: 1, maxLength: 4 }),
      },
      { noNullPrototype: true },
    ),
  );
}

function schedules(n: number): fc.Arbitrary<Schedule> {
  const share = fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0);
  const any = fc.array(share, { minLength: n, maxLength: n });
  const estimate = fc
    .tuple(share, share, share)
    .map((ends) => ends.toSorted((a, b) => a - b))
    .map(([low, mean, high]) => ({ mean, interval: [low, high] as const }));
  const split = fc.record(
    { clean: estimate, robust: estimate, objective: estimate, images: fc.integer({ min: 1 }) },
    { requiredKeys: [], noNullPrototype: true },
  );
  const learned = fc
    .record(
      {
        kind: fc.constantFrom('learned' as const, 'custom' as const),
        alphas: any,
        attenuation: fc.double({ min: 0.01, max: 1, noNaN: true }),
        label: fc.string({ minLength: 1 }),
        metrics: fc.record({ search: split, heldOut: split }, { requiredKeys: [], noNullPrototype: true }),
      },
      { requiredKeys: ['kind', 'alphas', 'attenuation'], noNullPrototype: true },
    )
    .map((made) => ({ ...made, effectiveAlphas: made.alphas.map((alpha) => alpha * made.attenuation) }));
  const step = fc.nat(n).map((from) => ({ kind: 'step' as const, from, alphas: stepSchedule(n, from) }));
  const named = fc
    .constantFrom('linear' as const, 'cosine' as const)
    .map((kind) => ({ kind, alphas: baselineSchedules[kind](n) }));
  return fc.oneof(learned, step, named);
}
