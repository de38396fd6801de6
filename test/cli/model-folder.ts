/** Copies of the bundled model with something wrong. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUNDLED = fileURLToPath(new URL('../../examples/fashion-mnist', import.meta.url));

/** A model's manifest, as far as tests change it. */
export interface Manifest {
  readonly weights: { readonly file: string; sha256: string };
  readonly images: { readonly file: string; sha256: string };
  readonly tasks: Readonly<Record<string, { classes: string[]; fromFine: number[] }>>;
}

/** A folder that holds the bundled model; big files are links until they are written. */
export function copyModel(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(BUNDLED)) {
    const link = /\.(safetensors|gz)$/.test(name);
    (link ? symlinkSync : copyFileSync)(join(BUNDLED, name), join(folder, name));
  }
}

/** Changes the manifest of a copy. */
export function editManifest(folder: string, edit: (manifest: Manifest) => void): void {
  const file = join(folder, 'model.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  edit(manifest);
  writeFileSync(file, JSON.stringify(manifest));
}

/** The bytes of a file of the bundled model. */
export function bundledBytes(name: string): Buffer {
  return readFileSync(join(BUNDLED, name));
}

/** Weights (half floats in a safetensors file) that overflow on the way: every value is the largest there is. */
export function overflowing(bytes: Buffer): Buffer {
  const broken = Buffer.from(bytes);
  const data = 8 + Number(broken.readBigUInt64LE(0));
  for (let at = data; at + 1 < broken.length; at += 2) broken.writeUInt16LE(0x7bff, at);
  return broken;
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
