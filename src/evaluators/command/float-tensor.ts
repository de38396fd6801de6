/** Numbers as text: base64 of little-endian float32. */
import { internalError } from '../../errors.js';

const BYTES = 4;

/** Whether this machine keeps numbers in the order of the wire. */
const IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export function floatsToText(values: Float32Array): string {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return (IS_LITTLE ? bytes : Buffer.from(bytes).swap32()).toString('base64');
}

/** The numbers of a text, NaN and infinities as they are; undefined unless it holds exactly `count` of them. */
export function floatsFromText(text: string, count: number): Float32Array | undefined {
  if (text.length !== lengthOf(count) || Buffer.byteLength(text, 'base64') !== BYTES * count)
    return undefined;
  const values = new Float32Array(count);
  const bytes = Buffer.from(values.buffer);
  // what is no base64 is left out, and then too little is there
  if (bytes.write(text, 'base64') !== bytes.length) return undefined;
  if (!IS_LITTLE) bytes.swap32();
  return values;
}

/** As `floatsFromText`, of a text that was checked to hold them. */
export function checkedFloats(text: string, count: number): Float32Array {
  const values = floatsFromText(text, count);
  if (values === undefined) throw internalError(`a tensor of ${count} numbers was not checked`);
  return values;
}

/** Characters of `count` numbers. */
function lengthOf(count: number): number {
  return 4 * Math.ceil((BYTES * count) / 3);
}
