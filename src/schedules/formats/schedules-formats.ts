/** Every form schedules are written in and read from, by name; one line a form. */
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { type SchedulesFile, schedulesFromJson, schedulesToJson } from '../schedules-file.js';
import { MAX_FILE_BYTES, textFromBytes } from './file-text.js';
import type { ReadOptions } from './placed-schedules.js';
import { schedulesFromCsv, schedulesToCsv } from './schedules-csv.js';
import { NPY_SIDE_SUFFIXES, NPY_SUFFIXES, schedulesFromNpy, schedulesToNpy } from './schedules-npy.js';
import { schedulesFromYaml, schedulesToYaml } from './schedules-yaml.js';
import { assertStem, type WrittenSchedules } from './written-schedules.js';

/** Names of the forms; the first is the format of its own, the only one that holds everything. */
export const SCHEDULES_FORMATS = ['json', 'yaml', 'csv', 'npy'] as const;

export type SchedulesFormat = (typeof SCHEDULES_FORMATS)[number];

const WRITERS: Readonly<Record<SchedulesFormat, (file: SchedulesFile, stem: string) => WrittenSchedules>> = {
  json: schedulesToJsonFile,
  yaml: schedulesToYaml,
  csv: schedulesToCsv,
  npy: schedulesToNpy,
};

/**
 * Schedules in a form; nothing is written to the disk.
 * @param stem - name of the files, without folder and extension.
 * @returns the files to write, and what the form could not hold.
 * @throws BoSearchError `E_SCHEDULES` for what cannot be written in that form, `E_ARGUMENT` for another form or stem.
 */
export function writeSchedulesAs(
  format: SchedulesFormat,
  file: SchedulesFile,
  stem = 'schedules',
): WrittenSchedules {
  if (!Object.hasOwn(WRITERS, format)) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `writeSchedulesAs: expected one of ${SCHEDULES_FORMATS.join(', ')}, got ${JSON.stringify(format)}`,
    );
  }
  return WRITERS[format](file, stem);
}

/**
 * Reads a schedules file of any form, by the end of its name: `.json`, `.yaml` or `.yml`, `.csv`, `.npy` (with the
 * other files of its set, where they stand beside it); any other name is read as JSON if it begins so, else as CSV or YAML.
 * @throws BoSearchError `E_SCHEDULES` with file, place and reason.
 */
export async function readSchedulesFile(
  path: string,
  options: Omit<ReadOptions, 'file'> = {},
): Promise<SchedulesFile> {
  const own = { model: stemOf(path), ...options, file: path };
  if (path.endsWith('.npy')) return readNpySet(path, own);
  const text = textFromBytes(bytesOf(path), path);
  switch (formatOf(path, text)) {
    case 'yaml':
      return schedulesFromYaml(text, own);
    case 'csv':
      return schedulesFromCsv(text, own);
    case 'json':
      return schedulesFromJson(text, path);
  }
}

function schedulesToJsonFile(file: SchedulesFile, stem: string): WrittenSchedules {
  assertStem(stem, 'writeSchedulesAs');
  return { files: [{ name: `${stem}.json`, content: schedulesToJson(file) }], lost: [] };
}

function formatOf(path: string, text: string): Exclude<SchedulesFormat, 'npy'> {
  const [, extension] = /\.([a-z]+)$/i.exec(path) ?? [];
  switch (extension?.toLowerCase()) {
    case 'json':
      return 'json';
    case 'yaml':
    case 'yml':
      return 'yaml';
    case 'csv':
    case 'tsv':
      return 'csv';
    default:
      if (/^\s*[{[]/.test(text)) return 'json';
      return /^"?kind"?\s*[,;\t]/.test(text) ? 'csv' : 'yaml';
  }
}

function readNpySet(path: string, options: ReadOptions): SchedulesFile {
  const stem = path.replace(/(\.alphas|\.effective)?\.npy$/, '');
  const isOfSet = path.endsWith(NPY_SUFFIXES.alphas) || path.endsWith(NPY_SUFFIXES.effective);
  if (!isOfSet) return schedulesFromNpy({ alphas: bytesOf(path) }, options);
  const beside = (name: string) => (exists(name) ? bytesOf(name) : undefined);
  const alphas = stem + NPY_SUFFIXES.alphas;
  const effective = beside(stem + NPY_SUFFIXES.effective);
  const sideFile = NPY_SIDE_SUFFIXES.map((suffix) => stem + suffix).find(exists);
  return schedulesFromNpy(
    {
      alphas: bytesOf(alphas),
      ...(effective === undefined ? {} : { effective }),
      ...(sideFile === undefined ? {} : { side: textFromBytes(bytesOf(sideFile), sideFile), sideFile }),
    },
    { ...options, file: alphas },
  );
}

/**
 * The files that one of a set stands for: all that `readSchedulesFile` may read for it.
 * @param path - any schedules file.
 */
export function filesReadWith(path: string): readonly string[] {
  const [ending] = /(\.alphas|\.effective)\.npy$/.exec(path) ?? [];
  if (ending === undefined) return [path];
  const stem = path.slice(0, -ending.length);
  return [...Object.values(NPY_SUFFIXES), ...NPY_SIDE_SUFFIXES].map((suffix) => stem + suffix);
}

/** Whether a file is an array without the others of its set: what it was attenuated by is then not known. */
export function isLoneArray(path: string): boolean {
  return path.endsWith('.npy') && !filesReadWith(path).some((file) => file !== path && exists(file));
}

/** What readers of a lone array should know. */
export function loneArrayWarning(path: string): string {
  return `${path} stands alone, without ${NPY_SUFFIXES.effective} or ${NPY_SIDE_SUFFIXES[0]} beside it: kinds and attenuation are not known, and it is read without one`;
}

/** The file's name without its endings. */
function stemOf(path: string): string {
  const name = basename(path).replace(/(\.alphas|\.effective)?\.[^.]+$/, '');
  return name === '' ? 'schedules' : name.slice(0, 200);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function bytesOf(path: string): Uint8Array {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw refusal(path, stats.isDirectory() ? 'a folder' : 'something that is no file');
    if (stats.size > MAX_FILE_BYTES) throw refusal(path, `${stats.size} bytes, above ${MAX_FILE_BYTES}`);
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof BoSearchError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw refusal(path, missing ? 'no such file' : (cause as Error).message, cause);
  }
}

function refusal(path: string, got: string, cause?: unknown): BoSearchError {
  return new BoSearchError('E_SCHEDULES', `${path}: expected a schedules file, got ${got}`, {
    hint: 'check the path',
    ...(cause === undefined ? {} : { cause }),
  });
}
