/**
 * Which pictures an image folder holds, of which class and split, in an order that does not depend on the file system.
 *
 *     classes.txt                       one class a line; the first is label 0
 *     <split>/<class>/*.png, .jpg, .jpeg     split: search, attack or heldOut
 *
 * or, in place of the folders, `labels.csv` with the columns file, label (a class's name) and split.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { parseCsv } from '../../schedules/formats/csv-text.js';
import { nearestName } from '../../schedules/nearest-name.js';
import { SPLIT_NAMES, type SplitName } from './images-manifest.js';
import { readBytes } from './json-file.js';
import { MAX_FILE_BYTES } from './raster-image.js';

export const CLASSES_FILE = 'classes.txt';
const LABELS_FILE = 'labels.csv';

/** One picture of a folder. */
export interface FolderEntry {
  /** Path within the folder, with slashes: the image's id. */
  readonly id: string;
  readonly split: SplitName;
  readonly label: number;
}

/** What a folder lists. */
export interface FolderListing {
  readonly classes: readonly string[];
  /** By split as in SPLIT_NAMES, then by id in code-unit order. */
  readonly entries: readonly FolderEntry[];
}

const PICTURE = /\.(png|jpe?g)$/i;

/** What systems leave in folders without asking; files and folders that begin with a dot are skipped, too. */
const SYSTEM_FILES = new Set(['Thumbs.db', 'desktop.ini']);

/** Largest `classes.txt` and `labels.csv`, in bytes. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/**
 * Lists a folder.
 * @throws BoSearchError `E_IMAGES` naming the file: no class list, an unknown class or split, a file of another kind, a
 * path or link that leaves the folder, a picture listed twice.
 */
export async function listImageFolder(folder: string): Promise<FolderListing> {
  const names = await namesIn(folder);
  const classes = await readClasses(folder, names);
  const found = names.includes(LABELS_FILE)
    ? await entriesOfList(folder, classes)
    : await entriesOfFolders(folder, names, classes);
  if (found.length === 0) throw bad(`${folder}: expected pictures, got none`, LAYOUT);
  const order = (entry: FolderEntry) => SPLIT_NAMES.indexOf(entry.split);
  const entries = [...found].sort((a, b) => order(a) - order(b) || compare(a.id, b.id));
  return { classes, entries };
}

/**
 * The bytes of a picture, which must be a file within the folder.
 * @throws BoSearchError `E_IMAGES`
 */
export async function readWithin(folder: string, id: string, most: number = MAX_FILE_BYTES): Promise<Buffer> {
  const path = join(folder, id);
  const [root, target] = await Promise.all([realpath(folder), realpath(path).catch(() => undefined)]);
  if (target === undefined) throw bad(`${id}: expected a file in ${folder}, got no such file`);
  if (!isWithin(root, target)) {
    throw bad(
      `${id}: expected a file within ${folder}, got a link out of it`,
      'copy the file into the folder',
    );
  }
  const stats = await stat(target);
  if (!stats.isFile()) {
    throw bad(`${id}: expected a file, got ${stats.isDirectory() ? 'a folder' : 'something else'}`);
  }
  if (stats.size > most) throw bad(`${id}: expected at most ${most} bytes, got ${stats.size}`);
  return readBytes(target, 'E_IMAGES');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder);
    return entries.filter((name) => !isSkipped(name)).sort(compare);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw bad(`${folder}: expected a folder of images, got ${missing ? 'no such folder' : 'a file'}`);
  }
}

function isSkipped(name: string): boolean {
  return name.startsWith('.') || SYSTEM_FILES.has(name);
}

async function readClasses(folder: string, names: readonly string[]): Promise<string[]> {
  if (!names.includes(CLASSES_FILE)) {
    throw bad(`${folder}: expected a ${CLASSES_FILE} with one class a line, got none`, LAYOUT);
  }
  const lines = (await textWithin(folder, CLASSES_FILE)).split(/\r\n|\r|\n/).map((line) => line.trim());
  const classes = lines.filter((line) => line !== '');
  if (classes.length < 2) {
    throw bad(`${CLASSES_FILE}: expected at least two classes, one a line, got ${classes.length}`);
  }
  const twice = lines.findIndex((line, i) => line !== '' && lines.indexOf(line) < i);
  if (twice < 0) return classes;
  throw bad(`${CLASSES_FILE}:${twice + 1}: expected every class once, got ${show(lines[twice])} again`);
}

async function textWithin(folder: string, name: string): Promise<string> {
  const bytes = await readWithin(folder, name, MAX_LIST_BYTES);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw bad(`${name}: expected UTF-8 text, got bytes that are not`, 'save the file as UTF-8');
  }
  if (text.includes('\0')) throw bad(`${name}: expected text, got NUL characters`, 'save the file as UTF-8');
  return text;
}

async function entriesOfFolders(
  folder: string,
  names: readonly string[],
  classes: readonly string[],
): Promise<FolderEntry[]> {
  const hidden = classes.find(isSkipped);
  if (hidden !== undefined) {
    throw bad(
      `${CLASSES_FILE}: expected classes that folders can be named after, got ${show(hidden)}, whose folder would be skipped`,
      `give it a name without a dot in front, or list its pictures in ${LABELS_FILE}`,
    );
  }
  const entries: FolderEntry[] = [];
  for (const name of names) {
    if (!(await isFolder(folder, name))) continue;
    const split = splitOf(name, `${name}/`);
    for (const label of await namesIn(join(folder, name))) {
      const place = posix.join(name, label);
      if (!(await isFolder(folder, place)))
        throw bad(`${place}: expected a folder named after a class, got a file`);
      const index = labelOf(label, classes, `${place}/`);
      for (const file of await namesIn(join(folder, place))) {
        const id = posix.join(place, file);
        assertPicture(id);
        entries.push({ id, split, label: index });
      }
    }
  }
  return entries;
}

/** Whether it is one; a link counts if it stays inside. */
async function isFolder(folder: string, name: string): Promise<boolean> {
  const [root, target] = await Promise.all([
    realpath(folder),
    realpath(join(folder, name)).catch(() => undefined),
  ]);
  if (target === undefined || !isWithin(root, target)) {
    throw bad(
      `${name}: expected something within ${folder}, got a link out of it`,
      'copy it into the folder',
    );
  }
  return (await stat(target)).isDirectory();
}

async function entriesOfList(folder: string, classes: readonly string[]): Promise<FolderEntry[]> {
  const text = (await textWithin(folder, LABELS_FILE)).replace(/^\uFEFF/, '');
  const [header, ...rows] = parseCsv(text, LABELS_FILE, 'E_IMAGES');
  if (header?.cells.join() !== 'file,label,split') {
    throw bad(
      `${LABELS_FILE}:1: expected the columns file,label,split, got ${show(header?.cells.join() ?? '')}`,
    );
  }
  const seen = new Map<string, number>();
  return rows.map(({ line, cells }) => {
    const where = `${LABELS_FILE}:${line}`;
    const [file = '', label = '', split = ''] = cells;
    if (cells.length !== 3) throw bad(`${where}: expected file, label and split, got ${cells.length} cells`);
    const id = idOf(file, where);
    const before = seen.get(id);
    if (before !== undefined)
      throw bad(`${where}: expected every file once, got ${show(id)} again (also line ${before})`);
    seen.set(id, line);
    return { id, split: splitOf(split, where), label: labelOf(label, classes, where) };
  });
}

/** A path within the folder, in one spelling. */
function idOf(file: string, where: string): string {
  const id = posix.normalize(file.replaceAll('\\', '/'));
  if (
    file === '' ||
    isAbsolute(file) ||
    /^[a-z]:/i.test(file) ||
    id.startsWith('/') ||
    id.split('/')[0] === '..'
  ) {
    throw bad(
      `${where}: expected a path within the folder, got ${show(file)}`,
      'copy the file into the folder',
    );
  }
  assertPicture(id, where);
  return id;
}

function assertPicture(id: string, where = id): void {
  if (PICTURE.test(id)) return;
  throw bad(
    `${where}: expected a .png, .jpg or .jpeg, got ${show(basename(id))}`,
    'convert it, or take it out of the folder',
  );
}

function splitOf(name: string, where: string): SplitName {
  const split = SPLIT_NAMES.find((known) => known === name);
  if (split !== undefined) return split;
  throw bad(
    `${where}: expected a split named ${SPLIT_NAMES.join(', ')}, got ${show(name)}${didYouMean(name, SPLIT_NAMES)}`,
    LAYOUT,
  );
}

function labelOf(name: string, classes: readonly string[], where: string): number {
  const label = classes.indexOf(name);
  if (label >= 0) return label;
  throw bad(`${where}: expected a class of ${CLASSES_FILE}, got ${show(name)}${didYouMean(name, classes)}`);
}

function didYouMean(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? '' : `, did you mean "${near}"?`;
}

function isWithin(root: string, path: string): boolean {
  const way = relative(resolve(root), resolve(path));
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

const LAYOUT = `an image folder holds ${CLASSES_FILE} and <split>/<class>/*.png (or .jpg), or ${LABELS_FILE} with the columns file,label,split; splits are ${SPLIT_NAMES.join(', ')}`;

function bad(message: string, hint?: string): BoSearchError {
  return new BoSearchError('E_IMAGES', message, hint === undefined ? {} : { hint });
}
