/**
 * The model of a history, with what an instance keeps to save work: the last surrogate, given again for the same
 * observations, and its factor, extended for more of them. Both give the bits of a fresh computation.
 */
import type { PolicyContext } from '../policy.js';
import type { Fit } from './memo.js';
import { fitToJson, lastFit } from './memo.js';
import type { Observations } from './observations.js';
import { observationsOf } from './observations.js';
import type { BayesSettings } from './settings.js';
import type { Surrogate } from './surrogate.js';
import { surrogateOf } from './surrogate.js';

export interface Model {
  readonly observations: Observations;
  /** undefined where no factorisation succeeds. */
  readonly surrogate: Surrogate | undefined;
}

/** A function from histories to models; undefined where nothing was observed yet. */
export function createModelOf(settings: BayesSettings): (context: PolicyContext) => Model | undefined {
  let held: { readonly model: Model; readonly last: Fit | undefined } | undefined;
  return (context) => {
    const observations = observationsOf(context, settings.transform);
    if (observations.all.length === 0) return undefined;
    const last = lastFit(context);
    if (held !== undefined && sameFit(held.last, last) && sameData(held.model.observations, observations)) {
      return { observations, surrogate: held.model.surrogate };
    }
    const surrogate = surrogateOf(observations, settings, last, held?.model.surrogate?.gp);
    held = { model: { observations, surrogate }, last };
    return held.model;
  };
}

function sameFit(a: Fit | undefined, b: Fit | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return JSON.stringify(fitToJson(a)) === JSON.stringify(fitToJson(b));
}

function sameData(a: Observations, b: Observations): boolean {
  const numbers = ({ x, y, noise, offsets }: Observations): readonly (ArrayLike<number> | undefined)[] => [
    x,
    y,
    noise.kind === 'inferred' ? noise.relative : noise.variances,
    offsets?.of,
    offsets && [offsets.variance],
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
