import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { halfToFloat, readSafetensors } from '../../../src/objective/models/safetensors.js';
import { safetensors } from '../safetensors-file.js';
import { thrown } from '../thrown.js';

const F32 = (shape: number[], values: number[]) => ({ dtype: 'F32' as const, shape, values });
const F16 = (shape: number[], bits: number[]) => ({ dtype: 'F16' as const, shape, values: bits });

/** A file with any header and data. */
function raw(header: string, data: Uint8Array, length = Buffer.byteLength(header)): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([head, Buffer.from(header), data]);
}

describe('halfToFloat', () => {
  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('of %i is %d', (bits, value) => {
    expect(halfToFloat(bits)).toBe(value);
  });

  it('keeps the sign of zero', () => {
    expect(Object.is(halfToFloat(0x8000), -0)).toBe(true);
  });

  it('is odd and grows with its bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7bfe }), (bits) => {
        expect(halfToFloat(bits + 1)).toBeGreaterThan(halfToFloat(bits));
        expect(halfToFloat(bits | 0x8000)).toBe(-halfToFloat(bits));
      }),
      { seed: 3 },
    );
  });
});

describe('readSafetensors', () => {
  it('reads F32 and F16 tensors of any shape, whatever the order of the header', () => {
    const file = safetensors({
      b: F16([2, 1], [0x3c00, 0xc000]),
      a: F32([2], [1.5, -0.25]),
      s: F32([], [7]),
    });
    const tensors = readSafetensors(file, 'w.safetensors');
    expect([...tensors.keys()].sort()).toEqual(['a', 'b', 's']);
    expect(tensors.get('a')).toEqual({ shape: [2], data: Float32Array.of(1.5, -0.25) });
    expect(tensors.get('b')).toEqual({ shape: [2, 1], data: Float32Array.of(1, -2) });
    expect(tensors.get('s')).toEqual({ shape: [], data: Float32Array.of(7) });
  });

  it('reads a file that is part of a larger buffer, and one without tensors', () => {
    const file = safetensors({ a: F32([1], [2]) });
    const larger = Buffer.concat([Buffer.from('xyz'), file]);
    expect(readSafetensors(larger.subarray(3), 'w').get('a')?.data).toEqual(Float32Array.of(2));
    expect(readSafetensors(raw('{"__metadata__":{"by":"x"}}', Buffer.alloc(0)), 'w').size).toBe(0);
  });

  const good = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const four = Buffer.alloc(4);
  it.each([
    ['no bytes', Buffer.alloc(0), 'w: expected at least 8 bytes of safetensors, got 0'],
    [
      'a header longer than the file',
      raw(good, four, 900),
      'w: expected a header of 900 bytes, got 58 bytes in all',
    ],
    ['text that is not JSON', raw('{"a":', four), 'w: expected a JSON header, got text that is not JSON'],
    ['a header that is no object', raw('[1]', four), 'w: expected a JSON object as header'],
    [
      'another type',
      raw(good.replace('F32', 'I64'), four),
      'w: tensor "a": expected type F16 or F32, got I64',
    ],
    ['no entry', raw('{"a":null}', four), 'w: tensor "a": expected type F16 or F32, got nothing'],
    [
      'a shape that is none',
      raw(good.replace('[1]', '[-1]'), four),
      'w: tensor "a": expected a shape of whole numbers, got [-1]',
    ],
    [
      'offsets that are none',
      raw(good.replace('[0,4]', '[0]'), four),
      'w: tensor "a": expected data_offsets [from, to], got [0]',
    ],
    [
      'a size that does not fit the shape',
      raw(good.replace('[1]', '[2]'), four),
      'w: tensor "a": expected 8 bytes for F32 [2], got 4',
    ],
    [
      'a truncated file',
      raw(good, four.subarray(1)),
      'w: tensor "a": expected bytes up to 4, got a file that ends at 3',
    ],
    ['bytes left over', raw(good, Buffer.alloc(6)), 'w: expected 4 bytes of tensors, got 6'],
    [
      'overlapping tensors',
      raw(good.replace('}}', '},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}'), Buffer.alloc(6)),
      'w: tensor "b": expected to start at byte 4 of the data, got 2',
    ],
    [
      'a gap',
      raw(good.replace('[0,4]', '[4,8]'), Buffer.alloc(8)),
      'w: tensor "a": expected to start at byte 0 of the data, got 4',
    ],
  ])('refuses %s', (_, file, message) => {
    expect(thrown(() => readSafetensors(file, 'w'))).toEqual(['E_WEIGHTS', message]);
  });

  it.each([
    [0x7e00, NaN],
    [0xfc00, -Infinity],
  ])('refuses weights that are not finite', (bits, value) => {
    expect(thrown(() => readSafetensors(safetensors({ a: F16([2], [0, bits]) }), 'w'))).toEqual([
      'E_NON_FINITE',
      `w: tensor "a": expected finite weights, got ${value} at position 1`,
    ]);
  });

  it('never crashes on damaged bytes: it reads or says what is wrong', () => {
    const file = safetensors({ a: F32([2], [1, 2]), b: F16([3], [1, 2, 3]) });
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(file);
        damaged[at] = byte;
        try {
          readSafetensors(damaged, 'w');
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^E_(WEIGHTS|NON_FINITE)$/);
        }
      }),
      { seed: 4, numRuns: 400 },
    );
  });
});
