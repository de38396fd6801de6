/**
 * A race in a study: search on part of the images until the budget for it is spent, then judge the best points on images
 * that no trial has seen.
 *
 * Which of the two is due follows from the journal: a run that was killed goes on where it was.
 */
import type { OptimizeOptions, OptimizeResult, Study, Trial } from '../study/index.js';
import type { BlockObjective } from '../trial/index.js';
import type { RacingPlan } from './config/racing-plan.js';

/** Runs the race to its end, or to where it is stopped. */
export async function runRace(
  study: Study,
  objective: BlockObjective,
  plan: RacingPlan,
  options: Omit<OptimizeOptions, 'evaluations' | 'images'>,
): Promise<OptimizeResult> {
  if (!areFinalistsAsked(study, plan)) {
    const searched = await study.optimize(objective, {
      ...options,
      evaluations: mostTrials(plan),
      images: plan.search,
    });
    if (searched.reason === 'aborted' || searched.reason === 'failures') return searched;
    await enqueueFinalists(study, plan);
  }
  for (;;) {
    const evaluations = study.trials.length + study.waiting;
    const judged = await study.optimize(objective, { ...options, evaluations });
    if (judged.reason !== 'evaluations' || !(study.waiting > 0 || isUnderWay(study))) return judged;
  }
}

/** Whether the race in a study is over: its budget is spent, and all finalists are judged. */
export function isRaceOver(study: Study, plan: RacingPlan): boolean {
  const spent = study.imagesJudged >= plan.search || study.endedTrials >= mostTrials(plan);
  return spent && study.waiting === 0 && !isUnderWay(study) && newFinalists(study, plan).length === 0;
}

/** Whether a trial judges a finalist on fresh images. */
export function isFinal({ origin }: Pick<Trial, 'origin'>): boolean {
  return origin.by === 'enqueued' && origin.label?.startsWith(FINALIST) === true;
}

const FINALIST = 'finalist ';

/** Tells the finalists of a race from those of one that was begun with a smaller budget and went on. */
function markOf({ search }: RacingPlan): string {
  return ` after ${search} judgements`;
}

function areFinalistsAsked({ trials }: Study, plan: RacingPlan): boolean {
  return trials.some((trial) => isFinal(trial) && trial.origin.label?.endsWith(markOf(plan)) === true);
}

/** Every trial that does not fail costs a block; where many fail, the search must end, too. */
function mostTrials({ search, blockImages }: RacingPlan): number {
  return Math.ceil(search / blockImages) + MOST_FAILED;
}

/** Failed trials that are made up for. */
const MOST_FAILED = 100;

function isUnderWay({ trials }: Study): boolean {
  return trials.some(({ state }) => state === 'running');
}

async function enqueueFinalists(study: Study, plan: RacingPlan): Promise<void> {
  const finalists = newFinalists(study, plan);
  if (finalists.length === 0) return;
  await study.enqueue(
    finalists.map(({ alphas }) => [...alphas]),
    finalists.map((_, rank) => `${FINALIST}${rank + 1}${markOf(plan)}`),
    { blocks: finalists.map(() => [...plan.freshBlocks]) },
  );
}

/**
 * Points to judge on fresh images: the best, those that were judged on them before left out; none once they were chosen.
 * What waits after the search are finalists: a configuration has no more points of its own than its budget judges.
 */
function newFinalists(study: Study, plan: RacingPlan): readonly { alphas: readonly number[] }[] {
  if (study.waiting > 0 || areFinalistsAsked(study, plan)) return [];
  const seen = new Set(study.trials.filter(isFinal).map(({ unit }) => unit.join()));
  return study.finalists(plan.finalists).filter(({ trial }) => !seen.has(study.trials[trial].unit.join()));
}
