/** A strict consumer of every entry point whose types stand alone; compiled with skipLibCheck off, never run. */
import * as acquisition from 'bo-search/acquisition';
import * as gp from 'bo-search/gp';
import * as schedules from 'bo-search/schedules';
import { alphaSpace, createStudy } from 'bo-search';

export async function main(): Promise<readonly number[]> {
  const study = await createStudy({ space: alphaSpace(18), seed: 1 });
  for (let i = 0; i < 100; i++) {
    const trial = await study.ask();
    await study.tell(trial, { successes: Math.round(512 * (trial.alphas[0] ?? 0)), trials: 512 });
  }
  const best = study.recommend();
  return best === undefined ? [] : best.alphas;
}

/** The surrogate and the acquisition without a study: fit, then look where most is to be gained. */
export function next(x: Float64Array, y: Float64Array, dimension: number): Float64Array {
  const data: gp.GpData = { x, y, dimension, noise: { kind: 'inferred' } };
  const priors: gp.HyperPriors = {
    lengthscale: gp.dimensionScaledPrior(dimension),
    outputScale: 1,
    noiseVariance: { kind: 'log-normal', location: -4, scale: 1 },
  };
  const { hyperparameters } = gp.fitHyperparameters(data, { priors });
  const posterior = gp.exactGp(data, hyperparameters);
  const gain = acquisition.noisyLogExpectedImprovement(posterior, { incumbents: x });
  const stream = acquisition.randomStream('next', y.length);
  return acquisition.maximizeAcquisition(gain, { stream, scales: hyperparameters.lengthscales }).x;
}

export const surface: readonly object[] = [gp, acquisition, schedules];
