import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkedFloats, floatsFromText, floatsToText } from '../../../src/evaluators/command/float-tensor.js';

describe('floatsToText(values)', () => {
  it('is base64 of little-endian float32', () => {
    expect(floatsToText(Float32Array.of(0, 0.25, 0.5, 1))).toBe('AAAAAAAAgD4AAAA/AACAPw==');
  });

  it('comes back bit for bit, from any part of an array', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 40 }), fc.nat(5), (values, from) => {
        const part = values.subarray(Math.min(from, values.length));
        expect(floatsFromText(floatsToText(part), part.length)).toEqual(Float32Array.from(part));
      }),
      { seed: 1 },
    );
  });
});

describe('floatsFromText(text, count)', () => {
  it('keeps NaN and infinities', () => {
    const odd = Float32Array.of(NaN, Infinity, -Infinity, -0);
    expect(floatsFromText(floatsToText(odd), 4)).toEqual(odd);
  });

  it.each([
    ['AAAAAAAAgD4=', 1],
    ['AAAAAAAAgD4=', 3],
    ['AAAAAAAAgD4A', 2],
    ['AAAA!AAAgD4=', 2],
    ['', 1],
  ])('is undefined for %j as %d numbers', (text, count) => {
    expect(floatsFromText(text, count)).toBeUndefined();
    expect(() => checkedFloats(text, count)).toThrow(
      `Internal error: a tensor of ${count} numbers was not checked`,
    );
  });

  it('is no number for the empty text', () => {
    expect(floatsFromText('', 0)).toEqual(new Float32Array(0));
  });
});
