/** Opens the study of a search in its folder: a new one, or the one that is there. */
import { createStudy } from '../index.js';
import { alphaSpace } from '../space/index.js';
import type { Study } from '../study/index.js';
import type { Json } from '../trial/index.js';
import { type SearchConfig, weightsOf } from './config/search-config.js';
import type { SearchListener } from './events.js';
import type { SearchJob } from './open-job.js';
import type { SearchFacts, SessionFacts } from './search-facts.js';

export interface OpenSearchStudyOptions {
  readonly config: SearchConfig;
  readonly facts: SearchFacts;
  readonly job: SearchJob;
  readonly out: string;
  readonly onEvent?: SearchListener;
}

/**
 * The study, with its lock.
 * @throws BoSearchError `E_LOCKED`, `E_JOURNAL` or `E_STORAGE`; `E_CONFIG` if the study there is another.
 */
export function openSearchStudy({
  config,
  facts,
  job,
  out,
  onEvent,
}: OpenSearchStudyOptions): Promise<Study> {
  const { policy, seeds, evaluations } = config.search;
  const session: SessionFacts = { evaluations, backend: job.runtime.description };
  return createStudy({
    space: alphaSpace(facts.model.latents.length, { seeds }),
    seed: config.seed,
    storage: out,
    direction: 'maximize',
    policy,
    weights: weightsOf(config),
    about: facts as unknown as Json,
    session: { ...session },
    onEvent: (event) => {
      if (event.kind === 'warning') onEvent?.({ kind: 'warning', message: event.warning.message });
    },
  });
}
