/** The numbers a fit finds, and the vector of logarithms that the minimiser sees. */
import { BoSearchError } from '../errors.js';

export interface Hyperparameters {
  /** One lengthscale a dimension, in units of the inputs, each above 0; shape (d). */
  readonly lengthscales: Float64Array;
  /** Variance of the process, in squared units of the targets, above 0. */
  readonly outputScale: number;
  /** Inferred noise variance, in squared units of the targets, at least 0; 0 where noise is fixed. */
  readonly noiseVariance: number;
}

/** Which of the numbers are free; lengthscales always are. */
export interface FreeHyperparameters {
  readonly outputScale: boolean;
  readonly noiseVariance: boolean;
}

/** (log l_1, …, log l_d, [log output scale], [log noise variance]): the free ones in this order. */
export function toLogVector(hyper: Hyperparameters, free: FreeHyperparameters): Float64Array {
  const values = [...hyper.lengthscales];
  if (free.outputScale) values.push(hyper.outputScale);
  if (free.noiseVariance) values.push(hyper.noiseVariance);
  return Float64Array.from(values, Math.log);
}

/** Inverse of `toLogVector`; what is not free comes from `fixed`. */
export function fromLogVector(
  theta: Float64Array,
  free: FreeHyperparameters,
  fixed: Hyperparameters,
): Hyperparameters {
  const d = fixed.lengthscales.length;
  let next = d;
  return {
    lengthscales: theta.slice(0, d).map(Math.exp),
    outputScale: free.outputScale ? Math.exp(theta[next++]) : fixed.outputScale,
    noiseVariance: free.noiseVariance ? Math.exp(theta[next]) : fixed.noiseVariance,
  };
}

/** @throws BoSearchError E_ARGUMENT at a length, scale or variance outside its range. */
export function assertHyperparameters(where: string, hyper: Hyperparameters, dimension: number): void {
  const { lengthscales, outputScale, noiseVariance } = hyper;
  if (lengthscales.length !== dimension) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `${where}: lengthscales must hold d = ${dimension} numbers, got ${lengthscales.length}`,
    );
  }
  lengthscales.forEach((l, j) => assertPositive(where, `lengthscales[${j}]`, l));
  assertPositive(where, 'outputScale', outputScale);
  if (!(noiseVariance >= 0 && noiseVariance < Infinity)) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `${where}: noiseVariance must be a finite number of at least 0, got ${noiseVariance}`,
    );
  }
}

function assertPositive(where: string, name: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new BoSearchError('E_ARGUMENT', `${where}: ${name} must be a finite number above 0, got ${value}`);
}
