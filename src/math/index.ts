/** Numerics: linear algebra on Float64Array, keyed randomness, Sobol points, special functions, bounded L-BFGS. */
export type { Cholesky } from './cholesky.js';
export { appendRow, cholesky, JITTER_LADDER, logDeterminant } from './cholesky.js';
export { dot } from './dots.js';
export type { InverseMemory } from './inverse.js';
export { choleskyInverse, inverseMemory } from './inverse.js';
export type { BatchValueAndGradient, MinimizeOptions, MinimizeResult, ValueAndGradient } from './minimize.js';
export { MINIMIZE_DEFAULTS, minimizeBounded, minimizeBoundedBatch } from './minimize.js';
export type { KeyPart, RandomStream } from './random.js';
export { randomStream } from './random.js';
export type { SobolOptions } from './sobol.js';
export { MAX_SOBOL_DIMENSIONS, sobolPoints } from './sobol.js';
export {
  erfcx,
  log1mexp,
  LOG_SQRT_2PI,
  logNormalCdf,
  logNormalPdf,
  logSumExp,
  normalCdf,
  normalPdf,
  normalQuantile,
} from './special.js';
export type { StopKind, StopReason } from './stop-reason.js';
export { stopReason } from './stop-reason.js';
export {
  choleskySolve,
  solveLower,
  solveLowerMany,
  solveLowerRows,
  solveUpper,
  solveUpperMany,
  solveUpperRows,
} from './triangular.js';
