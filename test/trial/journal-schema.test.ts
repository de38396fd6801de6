import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { journalJsonSchema, recordFromJson } from '../../src/trial/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIXTURES = join(ROOT, 'test/fixtures/journals/v1');

const fits = new Ajv2020({ strict: true }).compile(journalJsonSchema());

/** Every line of every journal there is. */
const lines = readdirSync(FIXTURES).flatMap((file) =>
  readFileSync(join(FIXTURES, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>),
);

/** Whether the reader takes the record of a line, without the line's own number and checksum. */
function reads(line: unknown): boolean {
  const { seq: _seq, crc: _crc, ...record } = line as Record<string, unknown>;
  void _seq;
  void _crc;
  try {
    recordFromJson(record, 'x');
    return true;
  } catch {
    return false;
  }
}

type Path = readonly (string | number)[];

/** Paths to everything inside a value but number and checksum of the line. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).filter(([key]) => path.length > 0 || (key !== 'seq' && key !== 'crc'));
  return [
    ...(path.length > 0 ? [path] : []),
    ...inner.flatMap(([key, entry]) => pathsIn(entry, [...path, Array.isArray(value) ? Number(key) : key])),
  ];
}

function changed(
  line: unknown,
  path: Path,
  edit: (holder: Record<string, unknown>, key: string) => void,
): unknown {
  const copy = structuredClone(line);
  const holder = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy);
  edit(holder as Record<string, unknown>, String(path[path.length - 1]));
  // as a file would hold it: without the holes that deleting leaves in arrays
  return JSON.parse(JSON.stringify(copy));
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', 'x', [], {}, [[]], { kind: 'x' }, '012', '01'),
  fc.constantFrom<unknown>(-1, -0.5, 0, 0.5, 1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e-320),
  fc.jsonValue({ maxDepth: 2 }),
);

describe('journalJsonSchema()', () => {
  it('is schemas/journal.schema.json', () => {
    const file = JSON.parse(readFileSync(join(ROOT, 'schemas/journal.schema.json'), 'utf8')) as unknown;
    expect(file).toEqual(JSON.parse(JSON.stringify(journalJsonSchema())));
  });

  it('takes every record of the journals there are', () => {
    expect(lines.filter((line) => !fits(line))).toEqual([]);
    expect(new Set(lines.map(({ kind }) => kind)).size).toBe(7);
  });

  it('agrees with the reader on records changed in one place', () => {
    const places = fc.constantFrom(...lines).chain((line) =>
      fc.record({
        line: fc.constant(line),
        path: fc.constantFrom(...pathsIn(line)),
        value: fc.option(odd),
      }),
    );
    let refused = 0;
    fc.assert(
      fc.property(places, ({ line, path, value }) => {
        const other = changed(line, path, (holder, key) => {
          if (value === null) delete holder[key];
          else holder[key] = value;
        });
        expect([JSON.stringify(other), fits(other)]).toEqual([JSON.stringify(other), reads(other)]);
        if (!reads(other)) refused++;
      }),
      { seed: 11, numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it('refuses a line without its number or its checksum', () => {
    for (const key of ['seq', 'crc']) {
      expect(fits(changed(lines[0], [key], (holder, name) => delete holder[name]))).toBe(false);
    }
  });
});
