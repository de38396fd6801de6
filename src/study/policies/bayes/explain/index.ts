/** The Bayesian policy explains itself: its model, its checks, what it learned of the parameters, and its choices. */
import { randomStream } from '../../../../math/index.js';
import type { ForeseenPoint, Foresight, PolicyExplanation } from '../../explanation.js';
import type { PolicyContext, Recommended } from '../../policy.js';
import type { Model } from '../model-of.js';
import type { BayesSettings } from '../settings.js';
import { calibrationOf } from './calibration.js';
import { effectsOf } from './effects.js';
import { explainModel } from './explain-model.js';
import type { Fitted } from './fitted.js';
import { foresee } from './foresee.js';
import { posteriorDraws } from './posterior-draws.js';
import { stoppingAdvice } from './stopping.js';
import { unitsOf } from './units.js';

/** Fewer observations than this say nothing of a model. */
const LEAST_OBSERVATIONS = 3;

/** Half the draws of the posterior behind every uncertainty. */
const PAIRS = 64;

/** What an explanation is made with. */
export interface Explainer {
  readonly settings: BayesSettings;
  readonly modelOf: (context: PolicyContext) => Model | undefined;
  readonly recommend: (context: PolicyContext) => Recommended | undefined;
}

/**
 * Everything the policy can say of a history; undefined with fewer than 3 observations, or where no model can be had.
 * @param worst - how many of the worst predicted observations to list.
 */
export function explainBayes(
  context: PolicyContext,
  explainer: Explainer,
  worst: number,
): PolicyExplanation | undefined {
  const fitted = fittedOf(context, explainer);
  if (fitted === undefined) return undefined;
  const { settings } = explainer;
  const { observations, surrogate } = fitted.model;
  const units = unitsOf(observations, surrogate);
  const stream = randomStream(context.seed, context.trials.length, 'explain', 'draws');
  const draws = posteriorDraws(surrogate.gp, settings.kernel, PAIRS, stream);
  return {
    model: explainModel(context, settings, fitted.model),
    calibration: calibrationOf(observations, surrogate, units, worst),
    effects: effectsOf({ context, draws, units, around: fitted.recommended.trial }),
    stopping: stoppingAdvice({
      context,
      settings,
      fitted,
      draws,
      units,
      fitOf: (earlier) => fittedOf(earlier, explainer),
    }),
  };
}

/** What the model of a history says of a point; undefined where there is no model yet. */
export function foreseeBayes(
  context: PolicyContext,
  point: ForeseenPoint,
  explainer: Explainer,
): Foresight | undefined {
  const fitted = fittedOf(context, explainer);
  return fitted === undefined ? undefined : foresee(context, point, explainer.settings, fitted);
}

function fittedOf(context: PolicyContext, { modelOf, recommend }: Explainer): Fitted | undefined {
  const made = modelOf(context);
  if (made?.surrogate === undefined || made.observations.all.length < LEAST_OBSERVATIONS) return undefined;
  const recommended = recommend(context);
  if (recommended === undefined) return undefined;
  return { model: { ...made, surrogate: made.surrogate }, recommended };
}
