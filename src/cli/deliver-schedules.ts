/** Puts schedules where they were asked for, in the form that was asked for; no other file is lost by it. */
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { BoSearchError } from '../errors.js';
import {
  type SchedulesFile,
  type SchedulesFormat,
  type WrittenFile,
  writeSchedulesAs,
} from '../schedules/index.js';
import { writeWhole } from '../search/index.js';
import { assertFree } from './assert-free.js';
import { note, print } from './terminal.js';

export interface Delivery {
  /** File to write; absent for standard output. */
  readonly output?: string;
  readonly format: SchedulesFormat;
  readonly json?: boolean;
  /** Files the schedules were read from: none of them is written. */
  readonly sources?: readonly string[];
}

/**
 * Writes schedules to a file, or to standard output. A form of several files puts them beside one another.
 * @throws BoSearchError `E_STORAGE` if another file is in the way: it is left as it was; `E_ARGUMENT` for a form that
 *   does not go to standard output.
 */
export async function deliverSchedules(schedules: SchedulesFile, delivery: Delivery): Promise<void> {
  const { output, format, json } = delivery;
  const stem =
    output === undefined ? 'schedules' : basename(output).replace(/(?:\.alphas|\.effective)?\.[^.]+$/, '');
  const { files, lost } = writeSchedulesAs(format, schedules, stem);
  const paths =
    output === undefined ? toStandardOutput(files, delivery) : await toFiles(files, delivery, output);
  if (lost.length > 0) note(`warning: ${format} has no place for ${lost.join(', ')}: left out`);
  if (paths.length > 0) note(`wrote ${paths.join(', ')}`);
  if (json === true && paths.length > 0) print(JSON.stringify({ kind: 'written', files: paths }));
}

/** A file in the way of one stops the whole set. */
async function toFiles(
  files: readonly WrittenFile[],
  { format, sources = [] }: Delivery,
  output: string,
): Promise<string[]> {
  const targets = files.map((file) => ({
    ...file,
    path: files.length === 1 ? output : join(dirname(output), file.name),
  }));
  for (const { path, name } of targets) {
    await assertFree({ path, form: format === 'npy' && name.endsWith('.json') ? 'json' : format, sources });
  }
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
    hint: `for example --output exported.${format}`,
  });
}
