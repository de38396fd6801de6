/** What the model is: kernel, lengthscales, scales, noise, transform, fence, fit and acquisition, in readable units. */
import { KERNELS, refitReason } from '../../../../gp/index.js';
import type { FitReason, ModelExplanation } from '../../explanation.js';
import type { PolicyContext } from '../../policy.js';
import { type Fit, lastFit } from '../memo.js';
import type { Observations } from '../observations.js';
import { acquisitionNow } from '../search.js';
import type { BayesSettings } from '../settings.js';
import type { Surrogate } from '../surrogate.js';
import type { FittedModel } from './fitted.js';
import { type Units, unitsOf } from './units.js';

/** A noise variance within this factor of the floor is on it. */
const ON_FLOOR = 1.001;

export function explainModel(
  context: PolicyContext,
  settings: BayesSettings,
  { observations, surrogate }: FittedModel,
): ModelExplanation {
  const { gp, fit, notes } = surrogate;
  const units = unitsOf(observations, surrogate);
  const slope = units.slopeAt(gp.constantMean);
  const { offsets } = gp.data;
  return {
    observations: gp.n,
    ...(observations.total === undefined ? {} : { total: observations.total }),
    trials: new Set(observations.all.map(({ trial }) => trial.number)).size,
    kernel: KERNELS[settings.kernel].name,
    ...lengthscalesOf(settings, gp.hyperparameters.lengthscales),
    outputScale: {
      value: gp.hyperparameters.outputScale,
      fixed: typeof settings.outputScale === 'number',
      sd: slope * Math.sqrt(gp.hyperparameters.outputScale),
    },
    noise: noiseOf(settings, observations, surrogate, slope),
    transform: { used: observations.transform, setting: settings.transform },
    fence: fenceOf(settings, observations, fit, units),
    constantMean: units.toObjective(gp.constantMean),
    ...(offsets === undefined
      ? {}
      : { offsets: { groups: groupsIn(offsets.of), sd: slope * Math.sqrt(offsets.variance) } }),
    fit: fitFacts(context, surrogate),
    acquisition: {
      setting: settings.acquisition,
      used: acquisitionNow(context, settings, gp).acquisition.name,
    },
    notes,
  };
}

function lengthscalesOf(
  { lengthscale: { mode, common, own } }: BayesSettings,
  lengthscales: Float64Array,
): Pick<ModelExplanation, 'lengthscales' | 'lengthscalePrior'> {
  const centre = mode * Math.sqrt(lengthscales.length);
  const spread = Math.hypot(common, own);
  return {
    lengthscales: Array.from(lengthscales, (value) => ({
      value,
      fromPrior: Math.log(value / centre) / spread,
    })),
    lengthscalePrior: { mode: centre, common, own },
  };
}

function noiseOf(
  { noise: prior, noiseFloor: floor }: BayesSettings,
  { all, deterministic }: Observations,
  { gp, fit }: Surrogate,
  slope: number,
): ModelExplanation['noise'] {
  const value = gp.hyperparameters.noiseVariance;
  const known = all.flatMap(({ variance }) => (variance > 0 ? [variance] : [])).sort((a, b) => a - b);
  const median = Math.sqrt(known[known.length >> 1] ?? 0) / fit.standardisation.scale;
  return {
    value,
    sd: slope * Math.sqrt(value),
    kind: deterministic ? 'nugget' : 'noise',
    floor,
    atFloor: value <= ON_FLOOR * floor,
    ...(known.length === 0 ? {} : { knownSd: slope * median }),
    prior,
  };
}

function fenceOf(
  { fence: setting }: BayesSettings,
  { y }: Observations,
  { fence, standardisation: { shift, scale } }: Fit,
  units: Units,
): ModelExplanation['fence'] {
  if (fence === -Infinity) return { setting, fenced: 0 };
  return {
    setting,
    at: units.toObjective((fence - shift) / scale),
    fenced: y.reduce((count, value) => count + (value < fence ? 1 : 0), 0),
  };
}

/** When the hyper-parameters were fitted, and why then: by the fits that trials have written down. */
function fitFacts(context: PolicyContext, { fit, fresh }: Surrogate): ModelExplanation['fit'] {
  const numbers = context.trials.flatMap((trial) =>
    lastFit({ ...context, trials: [trial] }) === undefined ? [] : [trial.number],
  );
  const trial = fresh ? undefined : numbers.at(-1);
  const before = numbers.at(fresh ? -1 : -2);
  const previous =
    before === undefined ? undefined : lastFit({ ...context, trials: [context.trials[before]] });
  return {
    observations: fit.n,
    reason: reasonOf(fit, previous),
    ...(trial === undefined ? {} : { trial }),
  };
}

function reasonOf(fit: Fit, previous: Fit | undefined): FitReason {
  if (previous === undefined) return 'first';
  if (previous.transform !== fit.transform) return 'transform';
  return refitReason({ n: fit.n, fittedAt: previous.n }) ?? 'surprise';
}

function groupsIn(of: Int32Array): number {
  return new Set(of.filter((group) => group >= 0)).size;
}
