/** The units of a fit to blocks, and what a block adds to the covariance in them. */
import type { GroupOffsets, Prior } from '../../../../gp/index.js';
import type { Fit } from '../memo.js';
import type { Observations } from '../observations.js';
import type { BayesSettings } from '../settings.js';
import { type BlockRows, UNIT_IMAGES } from './row-groups.js';
import { blockVariances, signalUnits } from './block-variances.js';

/** Standard deviation of the logarithm of the nugget around its moment estimate, in the prior of the fit. */
const NUGGET_SPREAD = 1;

/**
 * The function's own shift and scale, the blocks' variances in those units, and a prior for the nugget around its estimate.
 * Bad tails are not fenced: scores are within [0, 1].
 * @param last - an earlier fit, whose lengthscales say how far apart points are; without one those of the prior's mode.
 */
export function unitsOfBlocks(
  observations: Observations,
  rows: BlockRows,
  { kernel, lengthscale }: Pick<BayesSettings, 'kernel' | 'lengthscale'>,
  last: Fit | undefined,
): Pick<Fit, 'standardisation' | 'fence' | 'blocks'> & { readonly noise: Prior } {
  const d = observations.dimension;
  const lengthscales =
    last?.hyperparameters.lengthscales ?? new Float64Array(d).fill(lengthscale.mode * Math.sqrt(d));
  const variances = blockVariances(observations, rows, kernel, lengthscales);
  const standardisation = signalUnits(observations.y, rows, variances);
  const square = standardisation.scale ** 2;
  return {
    fence: -Infinity,
    standardisation,
    blocks: { offset: variances.offset / square, bias: variances.bias / square },
    noise: { kind: 'log-normal', location: Math.log(variances.nugget / square), scale: NUGGET_SPREAD },
  };
}

/** The offsets and biases of the blocks of a fit; a group of many images has a smaller share. */
export function blockOffsets(
  { blocks: rows }: Observations,
  { offset, bias }: NonNullable<Fit['blocks']>,
): GroupOffsets | undefined {
  if (rows === undefined) return undefined;
  const shares = Float64Array.from(rows.images, (images) => UNIT_IMAGES / images);
  return { of: rows.of, variance: offset, bias, shares };
}
