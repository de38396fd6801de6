/** What the model of a history says of a point that is not tried yet, and how that compares with what came out. */
import { noisyLogExpectedImprovement } from '../../../../acquisition/index.js';
import { noiseAt, standardise } from '../../../../gp/index.js';
import type { ForeseenPoint, Foresight } from '../../explanation.js';
import type { PolicyContext, TrialSnapshot } from '../../policy.js';
import { fenced } from '../fence.js';
import { observationsOf } from '../observations.js';
import { acquisitionNow } from '../search.js';
import type { BayesSettings } from '../settings.js';
import { type Fitted, fittedAt, type FittedModel } from './fitted.js';
import { inObjective } from './stopping.js';
import { intervalOf } from './units.js';

/** @param context - the history before the point was asked for. */
export function foresee(
  context: PolicyContext,
  point: ForeseenPoint,
  settings: BayesSettings,
  { model, recommended }: Fitted,
): Foresight {
  const { gp } = model.surrogate;
  const x = Float64Array.from(point.unit);
  const incumbent = Float64Array.from(context.trials[recommended.trial].unit);
  const { mean, sd, slope, units } = fittedAt(model, x);
  const [improvement] = noisyLogExpectedImprovement(gp, { incumbents: incumbent }).values(x, 1);
  const { acquisition } = acquisitionNow(context, settings, gp);
  const [value] = acquisition.values(x, 1);
  const z = residual(context, point, model, mean, sd);
  return {
    observations: gp.n,
    mean: units.toObjective(mean),
    sd: slope * sd,
    interval: intervalOf(units, mean, sd),
    incumbent: recommended,
    expectedGain: inObjective(fittedAt(model, incumbent), improvement),
    acquisition: { name: acquisition.name, value: Number.isFinite(value) ? value : null },
    nearest: nearestOf(context.trials, x, gp.hyperparameters.lengthscales),
    ...(z === undefined ? {} : { z }),
  };
}

/** (y − μ) / σ with noise, y the mean of the observations that the outcome brings; undefined where it brings none. */
function residual(
  context: PolicyContext,
  { unit, outcome, reported }: ForeseenPoint,
  { observations, surrogate: { gp, fit } }: FittedModel,
  mean: number,
  sd: number,
): number | undefined {
  if (outcome === undefined || 'failed' in outcome) return undefined;
  const number = context.trials.length;
  const trial: TrialSnapshot = {
    number,
    unit,
    state: 'complete',
    origin: { by: 'foreseen' },
    outcome,
    ...(reported === undefined ? {} : { reported }),
  };
  const after = observationsOf({ ...context, trials: [...context.trials, trial] }, fit.transform);
  const rows = after.all.flatMap((observation, i) => (observation.trial.number === number ? [i] : []));
  if (rows.length === 0) return undefined;
  const y = standardise(fenced(after.y, fit.fence), fit.standardisation);
  const { scale } = fit.standardisation;
  const inferred = gp.hyperparameters.noiseVariance;
  const noise = rows.map((i) => {
    const known = after.noise.kind === 'inferred' ? 0 : noiseAt(after.noise, i, 0) / scale / scale;
    const own = after.noise.kind === 'inferred' ? noiseAt(after.noise, i, inferred) : inferred;
    return after.noise.kind === 'fixed' ? known : known + own;
  });
  // Of a race, the step from the images it saw to all there are; else what its sample's images have in common.
  const shared =
    observations.blocks === undefined
      ? (gp.data.offsets?.variance ?? 0)
      : after.all[rows[0]].generalisation / scale / scale;
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const average = sum(rows.map((i) => y[i])) / rows.length;
  return (average - mean) / Math.sqrt(sd * sd + shared + sum(noise) / rows.length ** 2);
}

/** The trial nearest to x by Σ ((x_j − p_j) / l_j)², the first of equals. */
function nearestOf(
  trials: readonly TrialSnapshot[],
  x: Float64Array,
  lengthscales: Float64Array,
): Foresight['nearest'] {
  let nearest = { trial: 0, distance: Infinity };
  for (const { number, unit } of trials) {
    const distance = Math.hypot(...unit.map((u, j) => (u - x[j]) / lengthscales[j]));
    if (distance < nearest.distance) nearest = { trial: number, distance };
  }
  return nearest;
}
