/**
 * The Bayesian policy: an initial Sobol design, then the point where a Gaussian process expects most.
 *
 * Everything it does is a function of the history it is given. Fits of the hyper-parameters travel in the memos of
 * trials, random choices are keyed by seed and trial number, budgets are counts; what an instance keeps between calls
 * (the last factor) gives the bits of a fresh computation.
 */
import { randomStream } from '../../../math/index.js';
import type { Json } from '../../../trial/index.js';
import { bestObserved } from '../model-free.js';
import type { Policy, PolicyContext, PolicyNote, Recommended, Suggestion } from '../policy.js';
import { explainBayes, foreseeBayes } from './explain/index.js';
import { whyExplore } from './explore.js';
import { initialPoint, isInitial } from './initial-design.js';
import { isNumerical } from './is-numerical.js';
import { fitToJson } from './memo.js';
import { createModelOf, type ModelOf } from './model-of.js';
import { decideRace } from './racing/decide.js';
import { planBlocks } from './racing/plan-blocks.js';
import { promotedLeader } from './racing/promote.js';
import type { RacingSettings } from './racing/racing-settings.js';
import { bestOfRace, raceFinalists } from './racing/rank.js';
import { bestOfPosterior } from './recommend.js';
import { searchPoint } from './search.js';
import { bayesSettings, bayesSettingsToJson } from './settings.js';
import type { BayesOptions, BayesSettings } from './settings.js';

/**
 * @param settings - any of the settings of `BayesSettings`; the rest have their defaults.
 * @param written - that the settings are a journal's: the rest are then as they were before there was a choice.
 * @throws BoSearchError E_ARGUMENT naming a setting that cannot be.
 */
export function createBayesPolicy(settings?: BayesOptions | Json, written?: 'journal'): Policy {
  const filled = bayesSettings(settings, written);
  const modelOf = createModelOf(filled);
  const recommend = (context: PolicyContext): Recommended | undefined => {
    const made = modelOf(context);
    if (made?.surrogate === undefined) return bestObserved(context);
    if (filled.racing !== null) return bestOfRace(context, made) ?? bestObserved(context);
    return bestOfPosterior(made.history, made.surrogate, made.observations) ?? bestObserved(context);
  };
  const explainer = { settings: filled, modelOf, recommend };
  return {
    name: 'bayes',
    settings: bayesSettingsToJson(filled),
    suggest: (context) => suggest(context, filled, modelOf),
    ...(filled.racing === null ? {} : racingParts(filled, filled.racing, modelOf)),
    recommend,
    explain: (context, worst) => explainBayes(context, explainer, worst),
    foresee: (context, point) => foreseeBayes(context, point, explainer),
  };
}

/** What a policy that races answers beside. */
function racingParts(
  settings: BayesSettings,
  racing: RacingSettings,
  modelOf: ModelOf,
): Pick<Policy, 'blocksFor' | 'decide' | 'finalists'> {
  const lastModelOf = createModelOf(settings, 'never');
  return {
    blocksFor: (context, unit) => planBlocks(context, unit, racing),
    decide: (context, trial, blocks) => decideRace(context, trial, blocks, racing, lastModelOf),
    finalists(context, count) {
      const made = modelOf(context);
      return made === undefined ? [] : raceFinalists(context, made, count);
    },
  };
}

function suggest(context: PolicyContext, settings: BayesSettings, modelOf: ModelOf): Suggestion {
  const made = isInitial(context, settings) ? undefined : modelOf(context);
  if (made === undefined) return { unit: [...initialPoint(context)], by: 'initial', notes: [] };
  const { observations, surrogate } = made;
  if (surrogate === undefined) {
    return randomPoint(context, 'the covariance of the observations could not be factorised');
  }
  const memo = surrogate.fresh ? { memo: fitToJson(surrogate.fit) } : {};
  try {
    const leader = settings.racing === null ? undefined : promotedLeader(context, settings.racing, surrogate);
    if (leader !== undefined) return { ...leader, ...memo, notes: surrogate.notes };
    const blind = whyExplore(context, settings, surrogate);
    if (blind !== undefined) {
      const notes = [...surrogate.notes, blind];
      return { unit: [...initialPoint(context)], by: 'explore', ...memo, notes };
    }
    const { x, notes } = searchPoint(context, settings, surrogate.gp, observations);
    return { unit: [...x], by: 'bayes', ...memo, notes: [...surrogate.notes, ...notes] };
  } catch (error) {
    if (!isNumerical(error)) throw error;
    return { ...randomPoint(context, `the search failed: ${error.message}`), ...memo };
  }
}

/** The last resort, said in a note. */
function randomPoint({ seed, dimension, trials }: PolicyContext, why: string): Suggestion {
  const unit = new Float64Array(dimension);
  randomStream(seed, trials.length, 'random-fallback').fillUniform(unit);
  const note: PolicyNote = { kind: 'random-fallback', message: `${why}; the point is random` };
  return { unit: [...unit], by: 'random', notes: [note] };
}
