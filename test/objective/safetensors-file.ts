/** Writes small safetensors files for tests. */
export interface TensorToWrite {
  readonly dtype: 'F16' | 'F32';
  readonly shape: readonly number[];
  /** Numbers for F32, bits for F16. */
  readonly values: readonly number[];
}

export function safetensors(tensors: Readonly<Record<string, TensorToWrite>>): Buffer {
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let end = 0;
  for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
    const width = dtype === 'F32' ? 4 : 2;
    const part = Buffer.alloc(width * values.length);
    for (const [i, value] of values.entries()) {
      if (dtype === 'F32') part.writeFloatLE(value, 4 * i);
      else part.writeUInt16LE(value, 2 * i);
    }
    header[name] = { dtype, shape, data_offsets: [end, end + part.length] };
    end += part.length;
    parts.push(part);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}
