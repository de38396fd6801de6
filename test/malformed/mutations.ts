/** Ways to spoil a right file: in its text, its bytes, or one value of its JSON. */
import fc from 'fast-check';

/** What hostile or unlucky writers put in place of a value. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  '',
  'NaN',
  '../../../etc/passwd',
  '/etc/passwd',
  '\0',
  '__proto__',
  'x'.repeat(10_000),
  -1,
  -0.5,
  0.5,
  1.5,
  1e308,
  -1e308,
  2 ** 53,
  1e-320,
  [],
  {},
  [[[[[]]]]],
  [NaN],
  { kind: 'x', format: 'y' },
];

/** Pieces of text that numbers, keys and marks are overwritten with. */
const ODD_TEXTS = [
  'NaN',
  '-Infinity',
  '1e999',
  '-1e999',
  '.nan',
  '.inf',
  '0x1F',
  '99999999999999999999999999',
  'null',
  '"',
  "'",
  '{',
  ']',
  ',',
  ':',
  '- ',
  '&a [*a]',
  '*a',
  '!!js/function x',
  '\t',
  '\0',
  '\uFEFF',
  '\u2028',
  '__proto__',
  '"constructor": 1,',
  '../',
];

/** The text with one place cut, doubled or overwritten. */
export function spoiledText(text: string): fc.Arbitrary<string> {
  const place = fc.nat(text.length - 1);
  const numbers = [...text.matchAll(/[-+]?\d+(\.\d+)?/g)].map(
    ({ index, 0: found }) => [index, found.length] as const,
  );
  const cut = place.map((at) => text.slice(0, at));
  const removed = fc
    .tuple(place, fc.integer({ min: 1, max: 12 }))
    .map(([at, n]) => text.slice(0, at) + text.slice(at + n));
  const inserted = fc
    .tuple(place, fc.constantFrom(...ODD_TEXTS))
    .map(([at, piece]) => text.slice(0, at) + piece + text.slice(at));
  const lines = text.split('\n');
  const doubled = fc
    .nat(lines.length - 1)
    .map((at) => [...lines.slice(0, at + 1), ...lines.slice(at)].join('\n'));
  const overwritten = fc
    .tuple(
      fc.constantFrom(...(numbers.length > 0 ? numbers : [[0, 1] as const])),
      fc.constantFrom(...ODD_TEXTS),
    )
    .map(([[at, n], piece]) => text.slice(0, at) + piece + text.slice(at + n));
  return fc.oneof(cut, removed, inserted, doubled, { arbitrary: overwritten, weight: 3 });
}

/** The bytes with a bit turned, a piece cut, zeroed, filled or put in. */
export function spoiledBytes(bytes: Uint8Array): fc.Arbitrary<Buffer> {
  const place = fc.nat(bytes.length - 1);
  const copy = (edit: (buffer: Buffer) => unknown) => {
    const buffer = Buffer.from(bytes);
    edit(buffer);
    return buffer;
  };
  const turned = fc.tuple(place, fc.nat(7)).map(([at, bit]) => copy((buffer) => (buffer[at] ^= 1 << bit)));
  const cut = place.map((at) => Buffer.from(bytes.subarray(0, at)));
  const filled = fc
    .tuple(place, fc.integer({ min: 1, max: 16 }), fc.constantFrom(0, 0xff, 0x7f, 0x5b))
    .map(([at, n, value]) => copy((buffer) => buffer.fill(value, at, Math.min(bytes.length, at + n))));
  const put = fc
    .tuple(place, fc.uint8Array({ minLength: 1, maxLength: 8 }))
    .map(([at, more]) => Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]));
  return fc.oneof(turned, cut, filled, put);
}

/** The JSON value with one part replaced, removed or given one more key. */
export function spoiledValue(value: unknown): fc.Arbitrary<unknown> {
  const paths = pathsIn(value);
  return fc
    .record({
      path: fc.constantFrom(...paths),
      change: fc.oneof(
        {
          arbitrary: fc.constantFrom(...ODD_VALUES).map((odd) => ({ kind: 'replace' as const, odd })),
          weight: 4,
        },
        { arbitrary: fc.constant({ kind: 'remove' as const }), weight: 1 },
        {
          arbitrary: fc
            .constantFrom('constructor', '__proto__', 'extra')
            .map((key) => ({ kind: 'add' as const, key })),
          weight: 1,
        },
      ),
    })
    .map(({ path, change }) => {
      const copy = structuredClone(value);
      const holder = path
        .slice(0, -1)
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy) as Record<string, unknown>;
      const last = path[path.length - 1];
      if (change.kind === 'replace') holder[last] = change.odd;
      else if (change.kind === 'remove') delete holder[last];
      else
        Object.defineProperty(holder, change.key, {
          value: {},
          enumerable: true,
          configurable: true,
          writable: true,
        });
      return copy;
    });
}

function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .slice(0, 12)
          .flatMap(([key, entry]) => pathsIn(entry, [...path, key]))
      : [];
  return path.length === 0 ? inner : [path, ...inner];
}
