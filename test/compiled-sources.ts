/**
 * The sources as JavaScript in a folder of their own, for tests that start processes: types are stripped file by file,
 * so it takes a moment, needs no build, and is of the sources as they stand.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Rooms that load no tensor runtime. */
const ROOMS = ['math', 'gp', 'acquisition', 'schedules', 'space', 'trial', 'storage', 'study'];

export interface CompiledSources {
  /** Absolute path of the folder that holds what `src` holds. It lies in the repository, so that packages are found. */
  readonly folder: string;
  remove(): void;
}

/**
 * @param name - of the folder, one for each test file.
 * @param more - further rooms, for example `objective`; bundled models are then opened by their folder, not by name.
 */
export function compileSources(name: string, more: readonly string[] = []): CompiledSources {
  const folder = join(ROOT, 'temp', `compiled-${name}-${process.pid}`);
  const top = readdirSync(join(ROOT, 'src')).filter((file) => file.endsWith('.ts'));
  for (const path of [...top, ...[...ROOMS, ...more].flatMap(sourcesOf)]) {
    const { code } = transformSync(readFileSync(join(ROOT, 'src', path), 'utf8'), {
      filename: path,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    const target = join(folder, path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function sourcesOf(room: string): string[] {
  return readdirSync(join(ROOT, 'src', room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(room, file));
}
