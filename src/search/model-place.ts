/** Where the model is that a configuration names. */
import { dirname, isAbsolute, resolve } from 'node:path';

/**
 * A bundled model's name as it is; a folder, which is written with a slash or a leading dot, relative to the
 * configuration file.
 */
export function modelPlace(model: string, configFile: string | undefined): string {
  const isFolder = model.startsWith('.') || /[/\\]/.test(model);
  if (!isFolder || isAbsolute(model)) return model;
  return resolve(configFile === undefined ? '.' : dirname(configFile), model);
}
