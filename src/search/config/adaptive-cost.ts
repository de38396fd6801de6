/** What attacking every α costs, in gradients of one image through one purification: all else is little beside it. */
import { createAttack } from '../../objective/attacks/attack-registry.js';
import { attackPlan } from './attack-plan.js';
import { searchSampleImages } from './racing-plan.js';
import { type SearchConfig, weightsOf } from './search-config.js';

/** Most gradients: images that are wrong before are not attacked. */
export interface AdaptiveCost {
  /** Of one α on all search images. */
  readonly evaluation: number;
  /** Of one schedule on the held-out images. */
  readonly heldOutRow: number;
}

/** What judging one α costs; undefined where the attacked images are made once. */
export function adaptiveCost(config: SearchConfig): AdaptiveCost | undefined {
  const { attack, expectation } = attackPlan(config);
  if (expectation === undefined) return undefined;
  const { settings } = createAttack(attack);
  const steps = 'steps' in settings ? settings.steps * settings.restarts : 1;
  const { search, heldOut } = config;
  const judged = weightsOf(config).robust > 0 ? searchSampleImages(config) : 0;
  return {
    evaluation: judged * steps * expectation.draws * search.draws,
    heldOutRow: heldOut.images * steps * expectation.draws * heldOut.draws,
  };
}

/** The cost in words. */
export function adaptiveWords({ evaluation, heldOutRow }: AdaptiveCost): string {
  return `every α is attacked anew: up to ${evaluation} gradients an evaluation, ${heldOutRow} a held-out schedule`;
}
