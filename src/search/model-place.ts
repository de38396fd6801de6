/** Where the model is that a configuration names. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where bundled models are: the same way up from src and from dist. */
const BUNDLED = fileURLToPath(new URL('../../examples/', import.meta.url));

/** Names of the models that come with the package, in order. */
export function bundledModels(): string[] {
  return readdirSync(BUNDLED)
    .filter((name) => existsSync(join(BUNDLED, name, 'model.json')))
    .sort();
}

/**
 * A bundled model's name as it is; a folder, which is written with a slash or a leading dot, relative to the
 * configuration file.
 */
export function modelPlace(model: string, configFile: string | undefined): string {
  const isFolder = model.startsWith('.') || /[/\\]/.test(model);
  if (!isFolder || isAbsolute(model)) return model;
  return resolve(configFile === undefined ? '.' : dirname(configFile), model);
}
