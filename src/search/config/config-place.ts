/** Where a key stands in a configuration file, for mistakes that only show beside the model. */
import { readFileSync } from 'node:fs';
import { parseYaml } from './yaml-places.js';

/**
 * `file:line:column search.images`; the key alone where no file is known or it can no longer be read.
 * @param file - the configuration file.
 * @param path - way to the key, such as `['search', 'images']`.
 */
export function configPlace(file: string | undefined, path: readonly (string | number)[]): string {
  const name = path.join('.');
  if (file === undefined) return name;
  try {
    const { line, column } = parseYaml(readFileSync(file, 'utf8'), file).placeOf(path);
    return `${file}:${line}:${column} ${name}`;
  } catch {
    // changed since it was read: the key still says where to look
    return name;
  }
}
