import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainDataFromBytes, plainDataToBytes } from '../../../../src/objective/attacks/run/plain-data.js';

const again = (value: unknown): unknown => plainDataFromBytes(plainDataToBytes(value));

const leaf = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.boolean(),
  fc.constantFrom(null, NaN, Infinity, -Infinity, -0),
  fc.float32Array(),
  fc.float64Array(),
  fc.int32Array(),
  fc.uint8Array(),
);
const plain = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
})).value;

describe('plainDataFromBytes(plainDataToBytes(value))', () => {
  it('is the value, whatever is nested in what', () => {
    fc.assert(
      fc.property(plain, (value) => expect(again(value)).toEqual(value)),
      { seed: 1, numRuns: 300 },
    );
  });
  it('keeps NaN, ±Infinity and −0 in arrays and outside', () => {
    const value = { a: Float32Array.of(NaN, -Infinity, -0), b: [NaN, Infinity, -Infinity, -0] };
    expect(again(value)).toEqual(value);
  });
  it('keeps keys that its own marks begin with', () => {
    const value = { $array: [1], $number: 'x', $$array: 2, ['__proto__']: 3 };
    expect(again(value)).toEqual(value);
    expect(Object.keys(again(value) as object)).toEqual(Object.keys(value));
  });
  it('keeps of an array that shows part of a buffer only that part', () => {
    const part = Float64Array.of(1, 2, 3, 4).subarray(1, 3);
    const [copy] = again([part]) as [Float64Array];
    expect([...copy]).toEqual([2, 3]);
    expect(copy.buffer.byteLength).toBe(16);
  });
  it('keeps arrays wherever they come to lie among the bytes', () => {
    const value = [Uint8Array.of(1), Float64Array.of(Math.PI), Int16Array.of(-2), new Float32Array(0)];
    expect(again(value)).toEqual(value);
  });
});

describe('plainDataToBytes(value)', () => {
  it.each([
    [{ a: { b: undefined } }, 'data.a.b: expected plain data, got undefined'],
    [[1, () => 1], 'data[1]: expected plain data, got Function'],
    [[new Map()], 'data[0]: expected plain data, got Map'],
    [{ a: [new (class Point {})()] }, 'data.a[0]: expected plain data, got Object'],
    [new Array<number>(1), 'data[0]: expected plain data, got undefined'],
    [{ big: 1n }, 'data.big: expected plain data, got BigInt'],
  ])('refuses %p', (value, message) => {
    expect(() => plainDataToBytes(value)).toThrow(`Internal error: ${message}`);
  });
});

describe('plainDataFromBytes(bytes)', () => {
  it('refuses bytes that end too early', () => {
    const bytes = plainDataToBytes({ a: Float32Array.of(1, 2, 3) });
    for (const length of [0, 3, 10, bytes.length - 1]) {
      expect(() => plainDataFromBytes(bytes.subarray(0, length))).toThrow();
    }
  });
});
