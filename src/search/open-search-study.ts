/** Opens the study of a search in its folder: a new one, or the one that is there. */
import { createStudy, type PolicyChoice } from '../index.js';
import { canonicalJson } from '../objective/images/content-hash.js';
import { alphaSpace } from '../space/index.js';
import { readJournal } from '../storage/index.js';
import type { Study } from '../study/index.js';
import type { Json } from '../trial/index.js';
import { assertOwnTrials } from './assert-own-trials.js';
import { racingPlan } from './config/racing-plan.js';
import { type SearchConfig, weightsOf } from './config/search-config.js';
import type { SearchListener } from './events.js';
import type { Judge } from './judge.js';
import type { SearchFacts, SessionFacts } from './search-facts.js';
import { REFERENCE_POINTS, type StartingPoint, startingPoints } from './starting-points.js';

export interface OpenSearchStudyOptions {
  readonly config: SearchConfig;
  readonly facts: SearchFacts;
  readonly judge: Pick<Judge, 'description' | 'passedOver'>;
  readonly out: string;
  readonly onEvent?: SearchListener;
}

/**
 * The study, with its lock.
 * @throws BoSearchError `E_LOCKED`, `E_JOURNAL` (also for trials that another program told) or `E_STORAGE`; `E_CONFIG` if the study there is another.
 */
export async function openSearchStudy({
  config,
  facts,
  judge,
  out,
  onEvent,
}: OpenSearchStudyOptions): Promise<Study> {
  const { seeds, evaluations } = config.search;
  const latents = facts.model.latents.length;
  const plan = racingPlan(config);
  const { description: backend, passedOver } = judge;
  const session: SessionFacts = {
    evaluations,
    ...(plan === undefined ? {} : { images: plan.images }),
    backend,
    ...(passedOver === undefined ? {} : { passedOver }),
  };
  const study = await createStudy({
    space: alphaSpace(latents, { seeds }),
    seed: config.seed,
    storage: out,
    direction: 'maximize',
    policy: policyOf(config),
    weights: weightsOf(config),
    about: facts as unknown as Json,
    session: session as unknown as Json,
    onEvent: (event) => {
      if (event.kind === 'warning') onEvent?.({ kind: 'warning', message: event.warning.message });
    },
  });
  try {
    assertOwnTrials(study);
    await enqueueOnce(study, startingPoints(config.search, latents), out);
    return study;
  } catch (error) {
    await study.close();
    throw error;
  }
}

/** The policy; what is not said of it has its default, or is as the study was begun with. */
function policyOf(config: SearchConfig): PolicyChoice {
  const { policy, kernel, acquisition, reference } = config.search;
  const plan = racingPlan(config);
  const settings = {
    ...(kernel === undefined ? {} : { kernel }),
    ...(acquisition === undefined ? {} : { acquisition }),
    ...(reference === true ? { initial: REFERENCE_POINTS } : {}),
    ...(plan === undefined ? {} : { racing: { blocks: plan.blocks } }),
  };
  return Object.keys(settings).length === 0 ? policy : { name: policy, settings };
}

/** A session before this one has enqueued them, unless it died right after it began the study. */
async function enqueueOnce(study: Study, points: readonly StartingPoint[], out: string): Promise<void> {
  if (points.length === 0) return;
  const alphas = points.map((point) => [...point.alphas]);
  const known = canonicalJson(alphas);
  const { records } = readJournal(out);
  const there = records.some((record) => record.kind === 'enqueue' && canonicalJson(record.points) === known);
  if (there) return;
  await study.enqueue(
    alphas,
    points.map(({ label }) => label),
  );
}
