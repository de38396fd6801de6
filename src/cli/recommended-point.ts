/** What a study recommends, as `--json` says it: a point has `values` in parameter order, whatever is searched. */
import type { Recommendation } from '../index.js';

type Observed = Recommendation['observed'];

export interface RecommendedPoint extends Omit<Recommendation, 'alphas' | 'observed'> {
  readonly values: readonly number[];
  readonly observed: Omit<Observed, 'alphas'> & { readonly values: readonly number[] };
}

export function recommendedPoint({ alphas, observed, ...rest }: Recommendation): RecommendedPoint {
  const { alphas: values, ...seen } = observed;
  return { values: alphas, ...rest, observed: { ...seen, values } };
}
