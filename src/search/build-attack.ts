/** Makes the attacked images of a split alone, where a later search finds them. */
import type { AttackOutcome, BuildAttackOptions } from './attack-outcome.js';
import type { SearchConfig } from './config/search-config.js';

/**
 * Attacks the images of a split, or finds them attacked with the same settings: `attacked/<split>` in the folder, as a
 * search in it would.
 * @throws BoSearchError as `runSearch` does; `E_CONFIG_CHANGED` if the folder holds another search, or
 * scores of another configuration; `E_LOCKED` if another process works in it.
 */
export async function buildAttack(config: SearchConfig, options: BuildAttackOptions): Promise<AttackOutcome> {
  const { buildAttackJob } = await import('./build-attack-job.js');
  return buildAttackJob(config, options);
}
