/**
 * Reads safetensors files: an 8-byte header length, a JSON header, then the tensors one after another, little-endian.
 *
 * Only F16 and F32 are read, both into float32. Format: huggingface/safetensors, README "Format".
 */
import { BoSearchError } from '../../errors.js';

/** One tensor of a file. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Bytes a value, for the types that are read. */
const BYTES = { F16: 2, F32: 4 } as const;

/** Longest piece of a wrong value that a message repeats. */
const SHOWN_CHARACTERS = 100;

interface Entry {
  readonly name: string;
  readonly dtype: keyof typeof BYTES;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/**
 * All tensors of a file, by name.
 * @param bytes - the whole file.
 * @param file - its name, for messages.
 * @throws BoSearchError `E_WEIGHTS` naming file and tensor if the file is truncated, its header is malformed, a type is
 * not F16 or F32, or tensors overlap, leave gaps or do not fill their bytes; `E_NON_FINITE` if a weight is not finite.
 */
export function readSafetensors(bytes: Uint8Array, file: string): ReadonlyMap<string, WeightTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = headerLength(view, file);
  const entries = readHeader(bytes.subarray(8, 8 + headerBytes), file);
  assertContiguous(entries, bytes.byteLength - 8 - headerBytes, file);
  const tensors = new Map<string, WeightTensor>();
  for (const entry of entries) {
    const data = readValues(view, 8 + headerBytes + entry.from, entry);
    assertFinite(data, entry.name, file);
    tensors.set(entry.name, { shape: entry.shape, data });
  }
  return tensors;
}

/** The float32 that 16 bits of IEEE 754 half precision stand for. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function headerLength(view: DataView, file: string): number {
  if (view.byteLength < 8) {
    fail(`${file}: expected at least 8 bytes of safetensors, got ${view.byteLength}`);
  }
  const length = view.getBigUint64(0, true);
  if (length > BigInt(view.byteLength - 8)) {
    fail(`${file}: expected a header of ${length} bytes, got ${view.byteLength - 8} bytes in all`);
  }
  return Number(length);
}

function readHeader(bytes: Uint8Array, file: string): Entry[] {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new BoSearchError('E_WEIGHTS', `${file}: expected a JSON header, got text that is not JSON`, {
      hint: HINT,
      cause,
    });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    return fail(`${file}: expected a JSON object as header`);
  }
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => readEntry(name, value, file))
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

function readEntry(name: string, value: unknown, file: string): Entry {
  const where = `${file}: tensor "${name}"`;
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (dtype !== 'F16' && dtype !== 'F32')
    fail(
      `${where}: expected type F16 or F32, got ${/^[A-Z0-9_]{1,20}$/.test(String(dtype)) ? String(dtype) : show(dtype)}`,
    );
  if (!isCounts(shape)) fail(`${where}: expected a shape of whole numbers, got ${show(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    fail(`${where}: expected data_offsets [from, to], got ${show(offsets)}`);
  }
  const [from, to] = offsets as [number, number];
  const size = shape.reduce((n, length) => n * length, 1) * BYTES[dtype];
  if (to - from !== size) {
    fail(`${where}: expected ${size} bytes for ${dtype} [${shape.join(', ')}], got ${to - from}`);
  }
  return { name, dtype, shape, from, to };
}

/** Tensors must follow one another without overlap or gap, up to the end of the file. */
function assertContiguous(entries: readonly Entry[], dataBytes: number, file: string): void {
  let end = 0;
  for (const entry of entries) {
    const where = `${file}: tensor "${entry.name}"`;
    if (entry.from !== end) fail(`${where}: expected to start at byte ${end} of the data, got ${entry.from}`);
    if (entry.to > dataBytes)
      fail(`${where}: expected bytes up to ${entry.to}, got a file that ends at ${dataBytes}`);
    end = entry.to;
  }
  if (end !== dataBytes) fail(`${file}: expected ${end} bytes of tensors, got ${dataBytes}`);
}

function readValues(view: DataView, start: number, entry: Entry): Float32Array {
  const size = (entry.to - entry.from) / BYTES[entry.dtype];
  const data = new Float32Array(size);
  for (let i = 0; i < size; i += 1) {
    data[i] =
      entry.dtype === 'F32'
        ? view.getFloat32(start + 4 * i, true)
        : halfToFloat(view.getUint16(start + 2 * i, true));
  }
  return data;
}

function assertFinite(data: Float32Array, name: string, file: string): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new BoSearchError(
    'E_NON_FINITE',
    `${file}: tensor "${name}": expected finite weights, got ${data[at]} at position ${at}`,
    { hint: 'the model diverged in training, or the file is damaged' },
  );
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

const HINT = 'the file is damaged or not safetensors: fetch or pack it again';

function fail(message: string): never {
  throw new BoSearchError('E_WEIGHTS', message, { hint: HINT });
}
