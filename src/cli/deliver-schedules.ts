/** Puts schedules where they were asked for, in the form that was asked for; no other file is lost by it. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { BoSearchError } from '../errors.js';
import {
  readSchedulesFile,
  type SchedulesFile,
  schedulesFromNpy,
  type SchedulesFormat,
  type WrittenFile,
  writeSchedulesAs,
} from '../schedules/index.js';
import { writeWhole } from '../search/index.js';
import { note, print } from './terminal.js';

export interface Delivery {
  /** File to write; absent for standard output. */
  readonly output?: string;
  readonly format: SchedulesFormat;
  readonly json?: boolean;
}

/**
 * Writes schedules to a file, or to standard output. A form of several files puts them beside one another.
 * @throws BoSearchError `E_STORAGE` if another file is in the way: it is left as it was; `E_ARGUMENT` for a form that
 *   does not go to standard output.
 */
export async function deliverSchedules(schedules: SchedulesFile, delivery: Delivery): Promise<void> {
  const { output, format, json } = delivery;
  const stem = output === undefined ? 'schedules' : basename(output).replace(/\.[^.]+$/, '');
  const { files, lost } = writeSchedulesAs(format, schedules, stem);
  const paths = output === undefined ? toStandardOutput(files, delivery) : await toFiles(files, output);
  if (lost.length > 0) note(`warning: ${format} has no place for ${lost.join(', ')}: left out`);
  if (paths.length > 0) note(`wrote ${paths.join(', ')}`);
  if (json === true && paths.length > 0) print(JSON.stringify({ kind: 'written', files: paths }));
}

/** A file in the way of one stops the whole set. */
async function toFiles(files: readonly WrittenFile[], output: string): Promise<string[]> {
  const targets = files.map((file) => ({
    ...file,
    path: files.length === 1 ? output : join(dirname(output), file.name),
  }));
  for (const { path } of targets) await assertFree(path);
  for (const { path, content } of targets) await writeWhole(path, content);
  return targets.map(({ path }) => path);
}

function toStandardOutput(files: readonly WrittenFile[], { format, json }: Delivery): string[] {
  const [{ content }] = files;
  if (files.length === 1 && typeof content === 'string' && (json !== true || format === 'json')) {
    process.stdout.write(content);
    return [];
  }
  const why = json === true ? 'beside --json' : `for the ${files.length} files of a set`;
  throw new BoSearchError('E_ARGUMENT', `--format ${format}: expected --output ${why}, got none`, {
    hint: `for example --output schedules.${format}`,
  });
}

/** Only schedules are replaced. */
async function assertFree(path: string): Promise<void> {
  const got = await inTheWay(path);
  if (got === undefined) return;
  throw new BoSearchError('E_STORAGE', `${path}: expected no file yet, or schedules to replace, got ${got}`, {
    hint: 'it is left as it was: choose another place, or move it away',
  });
}

async function inTheWay(path: string): Promise<string | undefined> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return 'a folder';
  try {
    return (await isSchedules(path)) ? undefined : 'another file';
  } catch {
    return 'another file';
  }
}

/** Throws where it is none. A schedules file that says so is one, even if something in it is wrong. */
async function isSchedules(path: string): Promise<boolean> {
  if (path.endsWith('.npy')) return schedulesFromNpy({ alphas: readFileSync(path) }).schedules.length > 0;
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  if (/^\s*\{/.test(text)) {
    return (JSON.parse(text) as { format?: unknown }).format === 'bo-search/schedules';
  }
  return (await readSchedulesFile(path)).schedules.length > 0;
}
