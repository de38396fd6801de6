/**
 * The model of a history, with what an instance keeps to save work: the last surrogate, given again for the same
 * observations, and its factor, extended for more of them. Both give the bits of a fresh computation.
 */
import type { PolicyContext } from '../policy.js';
import { concatenate } from './concatenate.js';
import type { Fit } from './memo.js';
import { fitToJson, lastFit } from './memo.js';
import type { Observations } from './observations.js';
import { observationsOf } from './observations.js';
import { blockObservations } from './racing/block-rows.js';
import type { BayesSettings } from './settings.js';
import type { Surrogate } from './surrogate.js';
import { createSubset } from './subset.js';
import { surrogateOf } from './surrogate.js';

export interface Model {
  /** What the surrogate is made of: its rows, in their order. */
  readonly observations: Observations;
  /** All observations there are; of a long history `observations` are a part. */
  readonly history: Observations;
  /** undefined where no factorisation succeeds. */
  readonly surrogate: Surrogate | undefined;
}

export type ModelOf = (context: PolicyContext) => Model | undefined;

/**
 * A function from histories to models; undefined where nothing was observed yet.
 * @param refits - `scheduled`: fits anew when the schedule says so; `never`: keeps the last fit of the history, where there
 *   is one, for what is asked between two suggestions.
 */
export function createModelOf(settings: BayesSettings, refits: 'scheduled' | 'never' = 'scheduled'): ModelOf {
  const subset = createSubset(settings.maxPoints);
  let held: { readonly model: Model; readonly last: Fit | undefined } | undefined;
  return (context) => {
    const history = observe(context, settings);
    if (history.all.length === 0) return undefined;
    const last = lastFit(context);
    const observations = subset(history, last?.n);
    if (held !== undefined && sameFit(held.last, last) && sameData(held.model.observations, observations)) {
      return { observations, history, surrogate: held.model.surrogate };
    }
    const surrogate = surrogateOf(observations, settings, last, held?.model.surrogate?.gp, refits);
    held = { model: { observations, history, surrogate }, last };
    return held.model;
  };
}

function observe(context: PolicyContext, { racing, transform }: BayesSettings): Observations {
  if (racing === null) return observationsOf(context, transform);
  return blockObservations(context, transform === 'logit' ? 'logit' : 'identity');
}

function sameFit(a: Fit | undefined, b: Fit | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return JSON.stringify(fitToJson(a)) === JSON.stringify(fitToJson(b));
}

function sameData(a: Observations, b: Observations): boolean {
  const numbers = ({
    x,
    y,
    noise,
    offsets,
    blocks,
    total,
  }: Observations): readonly (ArrayLike<number> | undefined)[] => [
    x,
    y,
    noise.kind === 'inferred' ? noise.relative : noise.variances,
    offsets?.of,
    offsets && [offsets.variance],
    blocks?.of,
    blocks?.images,
    blocks && concatenate(...blocks.residuals),
    total === undefined ? undefined : [total],
  ];
  const those = numbers(b);
  return (
    a.transform === b.transform &&
    a.noise.kind === b.noise.kind &&
    numbers(a).every((values, k) => sameNumbers(values, those[k]))
  );
}

function sameNumbers(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
