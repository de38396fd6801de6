/**
 * What the policy writes beside a suggestion: the fit it was made with, so that another process goes on with the same
 * numbers. JSON keeps doubles exactly.
 */
import type { Hyperparameters, Standardisation } from '../../../gp/index.js';
import type { Json } from '../../../trial/index.js';
import type { PolicyContext } from '../policy.js';
import type { OutcomeTransform } from './outcome-transform.js';

/** A fit of the hyper-parameters; they and the standardisation stay as they are until the next one. */
export interface Fit {
  /** Observations it was made from. */
  readonly n: number;
  readonly transform: OutcomeTransform;
  readonly standardisation: Standardisation;
  /** Outcomes below count as if they were here, in units of y; −Infinity for no fence. */
  readonly fence: number;
  /** In units of the standardised outcomes. */
  readonly hyperparameters: Hyperparameters;
  /** Where trials race: variance of a block's offset, in the same units, and of its bias as a share of the process. */
  readonly blocks?: { readonly offset: number; readonly bias: number };
}

export function fitToJson(fit: Fit): Json {
  const { lengthscales, outputScale, noiseVariance } = fit.hyperparameters;
  const { shift, scale } = fit.standardisation;
  return {
    fit: {
      n: fit.n,
      transform: fit.transform,
      shift,
      scale,
      fence: Number.isFinite(fit.fence) ? fit.fence : null,
      lengthscales: [...lengthscales],
      outputScale,
      noiseVariance,
      ...(fit.blocks === undefined ? {} : { blocks: { ...fit.blocks } }),
    },
  };
}

/** The fit of the newest trial that has one; memos of other policies and of other dimensions are passed over. */
export function lastFit({ trials, dimension }: PolicyContext): Fit | undefined {
  for (let t = trials.length - 1; t >= 0; t--) {
    const fit = fitFromJson(trials[t].memo, dimension);
    if (fit !== undefined) return fit;
  }
  return undefined;
}

function fitFromJson(memo: Json | undefined, dimension: number): Fit | undefined {
  const fit = entries(entries(memo)?.['fit']);
  if (fit === undefined) return undefined;
  const { n, transform, shift, scale, fence, lengthscales, outputScale, noiseVariance } = fit;
  if (transform !== 'identity' && transform !== 'logit') return undefined;
  if (!Array.isArray(lengthscales) || lengthscales.length !== dimension) return undefined;
  const blocks = entries(fit['blocks']);
  const numbers = [
    n,
    shift,
    scale,
    fence ?? 0,
    outputScale,
    noiseVariance,
    blocks?.['offset'] ?? 0,
    blocks?.['bias'] ?? 0,
    ...(lengthscales as readonly Json[]),
  ];
  if (!numbers.every((value) => Number.isFinite(value))) return undefined;
  return {
    n: n as number,
    transform,
    standardisation: { shift: shift as number, scale: scale as number },
    fence: fence === null ? -Infinity : (fence as number),
    hyperparameters: {
      lengthscales: Float64Array.from(lengthscales as readonly number[]),
      outputScale: outputScale as number,
      noiseVariance: noiseVariance as number,
    },
    ...(blocks === undefined
      ? {}
      : { blocks: { offset: blocks['offset'] as number, bias: blocks['bias'] as number } }),
  };
}

function entries(value: Json | undefined): { readonly [key: string]: Json } | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : undefined;
}
