/** What this machine and installation are, for reports of what runs and what does not. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { VERSION } from '../index.js';

/** Packages that decide what computes; the last four are optional. */
const PACKAGES = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-backend-webgpu',
  'webgpu',
] as const;

export interface MachineFacts {
  readonly boSearch: string;
  readonly node: string;
  /** Operating system, its release and the processor's architecture. */
  readonly system: string;
  readonly processors: number;
  readonly memoryBytes: number;
  /** Versions of the packages that compute; null where one is not installed. */
  readonly packages: Readonly<Record<string, string | null>>;
}

/** Looks, and starts nothing. */
export function machineFacts(): MachineFacts {
  return {
    boSearch: VERSION,
    node: process.versions.node,
    system: `${type()} ${release()} ${process.arch}`,
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

/** The version of a package as ours would load it. Its manifest is looked for by hand: not every package exports it. */
function versionOf(name: string): string | null {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const file = join(folder, name, 'package.json');
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    } catch {
      // not in this one; the next folder up may have it
    }
  }
  return null;
}
