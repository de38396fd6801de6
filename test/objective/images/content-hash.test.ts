import { describe, expect, it } from '@jest/globals';
import { canonicalJson, contentHash, fileSha256 } from '../../../src/objective/images/content-hash.js';

describe('contentHash(...parts)', () => {
  it('is sha256: and 64 digits', () => {
    expect(contentHash('a')).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
  it('tells apart parts that join to the same bytes', () => {
    const hashes = [
      contentHash('ab', 'c'),
      contentHash('a', 'bc'),
      contentHash('abc'),
      contentHash(Uint8Array.of(97, 98, 99)),
      contentHash(new Int32Array(1)),
      contentHash(new Float32Array(1)),
      contentHash(new Uint8Array(4)),
      contentHash(),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
  it('is the same for a Buffer as for any other Uint8Array, and for a view as for a copy', () => {
    expect(contentHash(Buffer.from([1, 2]))).toBe(contentHash(Uint8Array.of(1, 2)));
    expect(contentHash(Float32Array.of(0, 1, 2).subarray(1))).toBe(contentHash(Float32Array.of(1, 2)));
  });
});

describe('fileSha256(bytes)', () => {
  it('is what sha256sum prints', () => {
    expect(fileSha256(Buffer.from('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('canonicalJson(value)', () => {
  it('sorts keys at every depth and keeps the order of arrays', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }, 2], a: 'x' })).toBe('{"a":"x","b":[{"c":null,"d":1},2]}');
  });
  it('leaves out what is undefined', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe(canonicalJson({ b: 1 }));
  });
});
