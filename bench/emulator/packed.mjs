// Reads the packed arrays that fit.py writes: one binary file, and a JSON file that says what is where.
import { readFileSync } from 'node:fs';

/**
 * @param {string} name - of the pair of files in data/, without extension.
 * @returns {{ facts: Record<string, any>, array: (key: string) => Float32Array | Uint8Array }} half precision comes as single.
 */
export function readPacked(name) {
  const facts = JSON.parse(readFileSync(new URL(`data/${name}.json`, import.meta.url), 'utf8'));
  const bytes = readFileSync(new URL(`data/${name}.bin`, import.meta.url));
  const array = (key) => {
    const { type, shape, offset } = facts.arrays[key];
    const count = shape.reduce((product, length) => product * length, 1);
    const values = { float16: halves, float32: singles, uint8: octets }[type];
    return values(new DataView(bytes.buffer, bytes.byteOffset + offset), count);
  };
  return { facts, array };
}

function octets(view, count) {
  return Uint8Array.from({ length: count }, (_, i) => view.getUint8(i));
}

function singles(view, count) {
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
}

function halves(view, count) {
  return Float32Array.from({ length: count }, (_, i) => half(view.getUint16(2 * i, true)));
}

/** The value of a finite IEEE 754 half-precision number. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
