/** Checks warm-start points against the number of latents, which only the model says. */
import { BoSearchError } from '../../errors.js';
import { configPlace } from './config-place.js';
import { alphasOfPoint, type SearchConfig } from './search-config.js';

/**
 * Checks that every point of a configuration has one value a latent.
 * @param latents - number of latents N.
 * @throws BoSearchError `E_CONFIG` with file, line and column of the first that has not.
 */
export function assertPointsFit(config: SearchConfig, latents: number, configFile: string | undefined): void {
  for (const [i, point] of (config.search.points ?? []).entries()) {
    const { length } = alphasOfPoint(point);
    if (length === latents) continue;
    const where = configPlace(configFile, ['search', 'points', i]);
    throw new BoSearchError('E_CONFIG', `${where}: expected ${latents} values, one a latent, got ${length}`, {
      hint: 'α before attenuation, in the order of the latents',
    });
  }
}
