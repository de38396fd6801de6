import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BoSearchError } from '../../../src/errors.js';
import {
  paperPresets,
  readSchedulesFile,
  type Schedule,
  SCHEDULES_FORMATS,
  type SchedulesFile,
  schedulesFromCsv,
  schedulesFromNpy,
  schedulesFromYaml,
  schedulesToCsv,
  schedulesToNpy,
  schedulesToYaml,
  writeSchedulesAs,
  type WrittenSchedules,
} from '../../../src/schedules/index.js';
import { anySchedules } from '../any-schedules.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/npy/', import.meta.url));

const small: SchedulesFile = {
  format: 'bo-search/schedules',
  version: 1,
  model: { name: 'small', latents: ['1x1.0', 'a "b", c', '4x4.0'] },
  defence: { noiseNorm: 2, blurSigma: 1, blurKernel: 7, temperature: 0.6 },
  schedules: [
    { kind: 'learned', label: 'ours, found', alphas: [0.1, 1e-7, 1 / 3], attenuation: 0.7 },
    { kind: 'step', from: 1, alphas: [0, 1, 1] },
    { kind: 'constant', value: 0.5, alphas: [0.5, 0.5, 0.5] },
    { kind: 'reversed', of: 'linear', alphas: [2 / 3, 1 / 3, 0] },
    { kind: 'cosine', alphas: [0.25, 0.75, 1], metrics: {}, provenance: { version: '0.1.0' } },
  ],
};

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bo-search-forms-'));
  folders.push(folder);
  return folder;
}

function textOf({ files }: WrittenSchedules): string {
  return files[0].content as string;
}

function writeTo(folder: string, { files }: WrittenSchedules): string {
  for (const { name, content } of files) writeFileSync(join(folder, name), content);
  return join(folder, files[0].name);
}

async function refusal(read: () => unknown): Promise<BoSearchError> {
  try {
    await read();
  } catch (error) {
    return error as BoSearchError;
  }
  throw new Error('nothing was refused');
}

/** What CSV holds of a schedule. */
function inCsv(schedule: Schedule): Schedule {
  const held = { ...schedule };
  for (const key of ['effectiveAlphas', 'metrics', 'provenance'] as const) delete held[key];
  return held;
}

describe('schedulesFromCsv(schedulesToCsv(file))', () => {
  it('keeps kinds with their parameters, labels, attenuations, latents and every bit of the alphas', () => {
    fc.assert(
      fc.property(anySchedules, (file) => {
        const back = schedulesFromCsv(textOf(schedulesToCsv(file)), { model: file.model.name });
        expect(back).toEqual({ ...file, schedules: file.schedules.map(inCsv) });
      }),
      { seed: 1 },
    );
  });
});

describe('schedulesToCsv(file)', () => {
  it('writes one row a schedule under the names of the latents', () => {
    expect(textOf(schedulesToCsv(small))).toBe(
      [
        'kind,label,attenuation,1x1.0,"a ""b"", c",4x4.0',
        'learned,"ours, found",0.7,0.1,1e-7,0.3333333333333333',
        'step:1,,,0,1,1',
        'constant:0.5,,,0.5,0.5,0.5',
        'reversed:linear,,,0.6666666666666666,0.3333333333333333,0',
        'cosine,,,0.25,0.75,1',
        '',
      ].join('\n'),
    );
  });

  it('names what it leaves out', () => {
    expect(schedulesToCsv(small).lost).toEqual(['model.name', 'defence', 'metrics', 'provenance']);
  });

  it('refuses a name that a text file cannot hold', async () => {
    const bad = { ...small, model: { name: 'm', latents: ['a', 'b\0', 'c'] } };
    expect((await refusal(() => schedulesToCsv(bad))).message).toBe(
      'schedulesToCsv: expected names that text can hold, got "b\\u0000"',
    );
  });

  it('refuses a stem that is a path', async () => {
    expect((await refusal(() => schedulesToCsv(small, '../x'))).message).toBe(
      'schedulesToCsv: expected a file name without folder or extension, got "../x"',
    );
  });
});

describe('schedulesFromCsv(text)', () => {
  it('takes semicolons, tabs, CRLF, a byte order mark, and a header without label and attenuation', () => {
    const expected = schedulesFromCsv('kind,a,b\ncustom,0.25,1\n').schedules;
    expect(schedulesFromCsv('\uFEFFkind;a;b\r\ncustom;0.25;1\r\n').schedules).toEqual(expected);
    expect(schedulesFromCsv('kind\ta\tb\n\ncustom\t.25\t1.0').schedules).toEqual(expected);
    expect(schedulesFromCsv('"kind";"a";"b"\n"custom";"25e-2";"1"').schedules).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['no text', '', 'x.csv:1: expected a header, got no text'],
    ['another header', 'alpha,b\n', 'x.csv:1 column 1: expected "kind", got "alpha"'],
    ['no latents', 'kind,label,attenuation\n', 'x.csv:1: expected one column a latent, got none'],
    ['no rows', 'kind,a\n', 'x.csv:1: expected a row after the header, got none'],
    ['a short row', 'kind,a,b\n\ncustom,1\n', 'x.csv:3: expected 3 cells as in the header, got 2'],
    [
      'an unknown kind',
      'kind,a\nlinaer,1\n',
      'x.csv:2 column 1: expected one of learned, linear, cosine, custom, step, constant, reversed, got "linaer", did you mean "linear"?',
    ],
    [
      'a kind without its parameter',
      'kind,a\nstep,1\n',
      'x.csv:2 column 1 step: expected a number, got an empty cell',
    ],
    [
      'another thing reversed',
      'kind,a\nreversed:x,1\n',
      'x.csv:2 of: expected one of linear, cosine, got "x"',
    ],
    ['NaN', 'kind,a\ncustom,nan\n', 'x.csv:2 column 2: expected a number, got "nan"'],
    [
      'infinity',
      'kind,a\ncustom,1e999\n',
      'x.csv:2 column 2 ("a"): expected a number from 0 to 1, got Infinity',
    ],
    ['a decimal comma', 'kind;a\ncustom;0,5\n', 'x.csv:2 column 2: expected a number, got "0,5"'],
    ['a hexadecimal number', 'kind,a\ncustom,0x1\n', 'x.csv:2 column 2: expected a number, got "0x1"'],
    [
      'an α above 1',
      'kind,a,b\ncustom,0,1.5\n',
      'x.csv:2 column 3 ("b"): expected a number from 0 to 1, got 1.5',
    ],
    [
      'an α that is not its formula',
      'kind,a,b\nlinear,0.5,0.9\n',
      'x.csv:2 column 3 ("b"): expected 1 (linear), got 0.9',
    ],
    [
      'an attenuation of 0',
      'kind,attenuation,a\ncustom,0,1\n',
      'x.csv:2 attenuation: expected a number above 0 and at most 1, got 0',
    ],
    [
      'a latent twice',
      'kind,a,a\ncustom,0,1\n',
      'x.csv:1 column 3: expected every latent once, got "a" again',
    ],
    ['an open quote', 'kind,a\n"custom,1\n', 'x.csv:2: expected a closing quote, got the end of the text'],
    [
      'text after a quote',
      'kind,a\n"custom"x,1\n',
      'x.csv:2: expected a separator after a quoted cell, got "x"',
    ],
    ['a NUL character', 'kind,a\ncus\0tom,1\n', 'x.csv:2: expected text, got a NUL character'],
  ])('refuses %s, with its place', async (_what, text, message) => {
    const error = await refusal(() => schedulesFromCsv(text, { file: 'x.csv' }));
    expect([error.code, error.message]).toEqual(['E_SCHEDULES', message]);
  });

  it('refuses latents that are not those of the model', async () => {
    const read = () => schedulesFromCsv('kind,a\ncustom,1\n', { file: 'x.csv', latents: ['b'] });
    expect((await refusal(read)).message).toBe('x.csv:1: expected latent 0 to be "b", got "a"');
  });
});

describe('schedulesFromYaml(schedulesToYaml(file))', () => {
  it('keeps attenuation, noise, blur and every bit of the alphas', async () => {
    await fc.assert(
      fc.asyncProperty(
        anySchedules,
        fc.double({ min: 0, max: 1e30, noNaN: true }),
        fc.boolean(),
        async (file, noise, blur) => {
          const defence = { noiseNorm: noise + 0, blurSigma: blur ? 1 : 0 };
          const { name, latents } = file.model;
          const back = await schedulesFromYaml(textOf(schedulesToYaml({ ...file, defence })), {
            model: name,
            latents,
          });
          expect(back).toEqual({
            ...file,
            defence,
            schedules: file.schedules.map(({ alphas, attenuation = 1 }) => ({
              kind: 'custom',
              alphas,
              attenuation,
            })),
          });
        },
      ),
      { seed: 2, numRuns: 60 },
    );
  });
});

describe('schedulesToYaml(file)', () => {
  it('says kind and label of each document in a comment that nothing can leave', () => {
    const label = 'a\n- b\u2028\u0085\t# "c"\u{1F600}';
    const [{ kind: _, ...one }] = small.schedules;
    void _;
    const file: SchedulesFile = {
      ...small,
      schedules: [{ ...one, kind: 'custom', label }, ...small.schedules],
    };
    const comments = textOf(schedulesToYaml(file))
      .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
      .filter((line) => line.startsWith('#'));
    expect(comments[0]).toBe('# custom: "a\\n- b\\u{2028}\\u{85}\\t# \\"c\\"\u{1F600}"');
    expect(comments).toHaveLength(file.schedules.length);
  });

  it('writes numbers that PyYAML takes for numbers', () => {
    const one = { ...small, schedules: small.schedules.slice(0, 1) };
    expect(textOf(schedulesToYaml(one))).toBe(
      [
        '# learned: "ours, found"',
        'interpolation_alphas:',
        '  - 0.1',
        '  - 1.0e-7',
        '  - 0.3333333333333333',
        'alpha_attenuation: 0.7',
        'initial_noise_eps: 2.0',
        'gaussian_blur_input: True',
        '',
      ].join('\n'),
    );
  });

  it('writes several schedules as several documents', () => {
    expect(textOf(schedulesToYaml(small)).split('---\n')).toHaveLength(5);
  });

  it('names what it leaves out', () => {
    expect(schedulesToYaml(small).lost).toEqual([
      'model',
      'defence.temperature',
      'defence.blurKernel',
      'kind',
      'label',
      'metrics',
      'provenance',
    ]);
  });

  it('refuses a blur it cannot say', async () => {
    const blurred = { ...small, defence: { blurSigma: 2 } };
    expect((await refusal(() => schedulesToYaml(blurred))).message).toBe(
      'schedulesToYaml: expected a blurSigma of 0 or 1, all that gaussian_blur_input can say, got 2',
    );
  });
});

describe('schedulesFromYaml(text)', () => {
  it('reads a file of the official code, with its paths', async () => {
    const { learned } = paperPresets['stanford-cars'];
    const text = [
      'classifier_path: /add/your/path',
      'autoencoder_path: /add/your/path',
      '# a comment',
      `interpolation_alphas: [${learned.join(', ')}]`,
      'alpha_attenuation: 0.7',
      'initial_noise_eps: 0.0',
      'gaussian_blur_input: True',
    ].join('\n');
    expect(await schedulesFromYaml(text)).toEqual({
      format: 'bo-search/schedules',
      version: 1,
      model: { name: 'unknown', latents: learned.map((_, i) => `z${i}`) },
      defence: { noiseNorm: 0, blurSigma: 1 },
      schedules: [{ kind: 'custom', alphas: learned, attenuation: 0.7 }],
    });
  });

  it.each<[string, string, string]>([
    ['no text', '', 'x.yaml:1:1: expected a document, got no text'],
    ['text', 'hello', 'x.yaml:1:1: expected keys and values, got "hello"'],
    ['no alphas', 'alpha_attenuation: 1', 'x.yaml:1:1: expected the key "interpolation_alphas"'],
    [
      'an unknown key',
      'interpolation_alpha: [1]',
      'x.yaml:1:1: unknown key "interpolation_alpha", did you mean "interpolation_alphas"?',
    ],
    [
      'a key twice',
      'interpolation_alphas: [1]\ninterpolation_alphas: [0]',
      'x.yaml:2:1: expected YAML, got an error: Map keys must be unique',
    ],
    [
      'a prototype key',
      '__proto__: [1]',
      'x.yaml:1:1: unknown key "__proto__", expected one of interpolation_alphas, alpha_attenuation, initial_noise_eps, gaussian_blur_input, classifier_path, autoencoder_path',
    ],
    [
      'no list',
      'interpolation_alphas: 0.5',
      'x.yaml:1:23 interpolation_alphas: expected a list of numbers, got 0.5',
    ],
    [
      'an empty list',
      'interpolation_alphas: []',
      'x.yaml:1:23 interpolation_alphas: expected from 1 to 512 entries, got 0',
    ],
    [
      'text in the list',
      'interpolation_alphas:\n  - 0.5\n  - half',
      'x.yaml:3:5 interpolation_alphas[1]: expected a number, got "half"',
    ],
    [
      'NaN',
      'interpolation_alphas: [.nan]',
      'x.yaml:1:24 interpolation_alphas[0]: expected a number from 0 to 1, got NaN',
    ],
    [
      'infinity',
      'interpolation_alphas: [0, 1e999]',
      'x.yaml:1:27 interpolation_alphas[1]: expected a number from 0 to 1, got Infinity',
    ],
    [
      'an alias',
      'interpolation_alphas: [&a 0.5, *a]',
      'x.yaml:1:32 interpolation_alphas[1]: expected a number, got the alias *a',
    ],
    [
      'an attenuation of 0',
      'interpolation_alphas: [1]\nalpha_attenuation: 0',
      'x.yaml:2:20 alpha_attenuation: expected a number above 0 and at most 1, got 0',
    ],
    [
      'a negative noise',
      'interpolation_alphas: [1]\ninitial_noise_eps: -1',
      'x.yaml:2:20 initial_noise_eps: expected a number of at least 0, got -1',
    ],
    [
      'a blur that is no flag',
      'interpolation_alphas: [1]\ngaussian_blur_input: 1',
      'x.yaml:2:22 gaussian_blur_input: expected true or false, got 1',
    ],
    [
      'documents of two defences',
      'interpolation_alphas: [1]\n---\ninterpolation_alphas: [1]\ninitial_noise_eps: 1',
      'x.yaml:4:20 initial_noise_eps: expected the value of the first document: a schedules file is of one defence',
    ],
    [
      'documents of two lengths',
      'interpolation_alphas: [1]\n---\ninterpolation_alphas: [1, 1]',
      'x.yaml:3:23 interpolation_alphas: expected 1 alphas, one a latent, got 2',
    ],
    [
      'a tab',
      'interpolation_alphas:\n\t- 1',
      'x.yaml:2:1: expected YAML, got an error: Tabs are not allowed as indentation',
    ],
  ])('refuses %s, with its place', async (_what, text, message) => {
    const error = await refusal(() => schedulesFromYaml(text, { file: 'x.yaml' }));
    expect([error.code, error.message]).toEqual(['E_SCHEDULES', message]);
  });

  it('refuses text nested a hundred thousand deep', async () => {
    const error = await refusal(() => schedulesFromYaml('['.repeat(100_000), { file: 'x.yaml' }));
    expect(error.message).toBe('x.yaml: expected YAML, got text nested too deep to read');
  });
});

describe('schedulesFromNpy(schedulesToNpy(file))', () => {
  const read = ({ files }: WrittenSchedules, side: boolean) =>
    schedulesFromNpy({
      alphas: files[0].content as Uint8Array,
      effective: files[1].content as Uint8Array,
      ...(side ? { side: files[2].content as string } : {}),
    });

  it('is the file', () => {
    fc.assert(
      fc.property(anySchedules, (file) => {
        expect(read(schedulesToNpy(file), true)).toEqual(file);
      }),
      { seed: 3 },
    );
  });

  it('keeps every bit of both arrays without the side file', () => {
    const back = read(schedulesToNpy(small), false);
    expect(back.schedules.map(({ alphas }) => alphas)).toEqual(small.schedules.map(({ alphas }) => alphas));
    expect(back.schedules[0].attenuation).toBeCloseTo(0.7, 12);
    expect(back.schedules[0].effectiveAlphas).toEqual(small.schedules[0].alphas.map((alpha) => 0.7 * alpha));
  });

  it('refuses arrays that are not those of the side file', async () => {
    const [, , side] = schedulesToNpy(small).files;
    const other = structuredClone(small) as unknown as { schedules: { alphas: number[] }[] };
    other.schedules[0].alphas[2] = 0.25;
    const [alphas] = schedulesToNpy(other as unknown as SchedulesFile).files;
    const parts = { alphas: alphas.content as Uint8Array, side: side.content as string };
    expect((await refusal(() => schedulesFromNpy(parts))).message).toBe(
      'schedules.alphas.npy [0, 2]: expected 0.3333333333333333 as in the side file, got 0.25',
    );
  });
});

describe('schedulesFromNpy(parts)', () => {
  const fixture = (name: string) => readFileSync(join(FIXTURES, `${name}.npy`));
  const alphasOf = (name: string) =>
    schedulesFromNpy({ alphas: fixture(name) }).schedules.map(({ alphas }) => alphas);
  const expected = [
    [0.1, 0.2, 1 / 3],
    [0, 1, 0.7],
  ];

  /** An array of one row, from the bytes of its values. */
  const array = (type: string, columns: number, data: Uint8Array) => {
    const header =
      `{'descr': '${type}', 'fortran_order': False, 'shape': (1, ${columns}), }`.padEnd(117) + '\n';
    const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]);
    return Buffer.concat([start, Buffer.from(header), data]);
  };

  it('reads float16: ends, halves, numbers below the normal ones', () => {
    const data = new Uint8Array(Uint16Array.of(0x0000, 0x0001, 0x3555, 0x3800, 0x3c00).buffer);
    const { schedules } = schedulesFromNpy({ alphas: array('<f2', 5, data) });
    expect(schedules[0].alphas).toEqual([0, 2 ** -24, 0.333251953125, 0.5, 1]);
    for (const wrong of [0x3c01, 0x7c00, 0x7e00, 0xbc00]) {
      const bytes = array('<f2', 1, new Uint8Array(Uint16Array.of(wrong).buffer));
      expect(() => schedulesFromNpy({ alphas: bytes })).toThrow('expected a number from 0 to 1');
    }
  });

  it('reads int64 of 0 and 1, and no others', () => {
    const bytes = (...values: bigint[]) =>
      array('<i8', values.length, new Uint8Array(BigInt64Array.from(values).buffer));
    expect(schedulesFromNpy({ alphas: bytes(0n, 1n) }).schedules[0].alphas).toEqual([0, 1]);
    expect(alphasOf('integers')).toEqual([[0, 1, 1]]);
    for (const wrong of [2n, -1n, 2n ** 62n]) {
      expect(() => schedulesFromNpy({ alphas: bytes(wrong) })).toThrow('expected a number from 0 to 1');
    }
  });

  it('reads what NumPy writes: float64, Fortran order, npy version 2', () => {
    for (const name of ['double', 'fortran', 'version-2']) expect(alphasOf(name)).toEqual(expected);
  });

  it('reads float32 as the float64 it is, and an array of one axis as one schedule', () => {
    expect(alphasOf('single')).toEqual(expected.map((row) => row.map(Math.fround)));
    expect(alphasOf('one-axis')).toEqual(expected.slice(0, 1));
  });

  it('writes the bytes that NumPy writes', () => {
    const file: SchedulesFile = {
      ...small,
      schedules: expected.map((alphas) => ({ kind: 'custom', alphas })),
    };
    const written = Buffer.from(schedulesToNpy(file).files[0].content as Uint8Array);
    expect(written.equals(fixture('double'))).toBe(true);
  });

  it.each<[string, Uint8Array, string]>([
    ['text', Buffer.from('hello, world'), 'x.npy: expected a .npy file, got 12 bytes of something else'],
    ['big-endian numbers', fixture('big-endian'), 'x.npy: expected the type <f8, <f4, <f2 or <i8, got ">f8"'],
    ['three axes', fixture('three-axes'), 'x.npy: expected a shape of one or two axes, got (1, 2, 3)'],
    [
      'a file cut short',
      fixture('double').subarray(0, 150),
      'x.npy: expected 48 bytes for shape (2, 3), got 22',
    ],
  ])('refuses %s', async (_what, alphas, message) => {
    const error = await refusal(() => schedulesFromNpy({ alphas }, { file: 'x.npy' }));
    expect([error.code, error.message]).toEqual(['E_SCHEDULES', message]);
  });

  it('refuses NaN, with its row and column', async () => {
    const bytes = Buffer.from(fixture('double'));
    bytes.writeDoubleLE(NaN, bytes.length - 8);
    const error = await refusal(() => schedulesFromNpy({ alphas: bytes }, { file: 'x.npy' }));
    expect(error.message).toBe('x.npy [1, 2]: expected a number from 0 to 1, got NaN');
  });
});

describe('readSchedulesFile(path)', () => {
  it.each(SCHEDULES_FORMATS)('reads what writeSchedulesAs writes: %s', async (format) => {
    const path = writeTo(await temporary(), writeSchedulesAs(format, small, 'mine'));
    const back = await readSchedulesFile(path);
    expect(back.schedules.map(({ alphas }) => alphas)).toEqual(small.schedules.map(({ alphas }) => alphas));
    expect(back.model.name).toBe(format === 'json' || format === 'npy' ? 'small' : 'mine');
  });

  it('reads a set whose side file is called as releases before called it', async () => {
    const folder = await temporary();
    const [alphas, effective, side] = writeSchedulesAs('npy', small, 'mine').files;
    expect(side.name).toBe('mine.npy.json');
    const old = { files: [alphas, effective, { ...side, name: 'mine.json' }], lost: [] };
    expect(await readSchedulesFile(writeTo(folder, old))).toEqual(small);
  });

  it('tells the form by its content where the name says nothing', async () => {
    const folder = await temporary();
    for (const format of ['json', 'yaml', 'csv'] as const) {
      const [{ content }] = writeSchedulesAs(format, small).files;
      writeFileSync(join(folder, `${format}-schedules`), content);
      expect((await readSchedulesFile(join(folder, `${format}-schedules`))).schedules).toHaveLength(5);
    }
  });

  it('names the file where there is none, a folder, no text, or another encoding', async () => {
    const folder = await temporary();
    mkdirSync(join(folder, 'a.json'));
    writeFileSync(join(folder, 'b.json'), '');
    writeFileSync(join(folder, 'c.csv'), Buffer.from('\uFEFFkind,a', 'utf16le'));
    writeFileSync(join(folder, 'd.csv'), Buffer.of(0x6b, 0xff, 0xfe));
    const messages = [];
    for (const name of ['none.yaml', 'a.json', 'b.json', 'c.csv', 'd.csv']) {
      const { message } = await refusal(() => readSchedulesFile(join(folder, name)));
      messages.push(message.replace(folder, '.'));
    }
    expect(messages).toEqual([
      './none.yaml: expected a schedules file, got no such file',
      './a.json: expected a schedules file, got a folder',
      './b.json: expected schedules, got an empty file',
      './c.csv: expected UTF-8 text, got UTF-16',
      './d.csv: expected UTF-8 text, got bytes that are not',
    ]);
  });
});
