/** How far numbers in tests may be from what they should be, and why. */

/** Two orders of the same sums: a few thousand roundings of 1.1e-16. */
export const ROUNDING = 1e-12;

/** Special functions against 50-digit references, relative. */
export const SPECIAL_RELATIVE = 1e-12;

/** A coordinate of a minimum found from gradients: the root of the value's precision, with room. */
export const MINIMUM_POINT = 1e-6;

/** A minimum of 0 found with a tight gradient tolerance. */
export const MINIMUM_VALUE = 1e-10;

/** One float32 rounding of numbers of size one, with room. */
export const FLOAT32_TOLERANCE = 1e-6;

/** Relative error of a gradient against central differences in float32, step 1e-3. */
export const FINITE_DIFFERENCE_TOLERANCE = 1e-2;

/** Two ways to solve systems of a few dozen equations with condition numbers up to 1e6. */
export const DENSE_SOLVE = 1e-8;

/** Central differences with step 1e-5 of functions of size 1: truncation 1e-10 times third derivatives, rounding 1e-10. */
export const FINITE_DIFFERENCE = 1e-6;

/** Central differences of log likelihoods (size 100, condition 1e4), relative to 1 + |derivative|. */
export const GRADIENT_RELATIVE = 1e-5;

/** Hyper-parameters of two fits that stop at a projected gradient of 1e-4 a point. */
export const FIT_RELATIVE = 2e-3;

/** What one attack step does to a linear model, against its closed form: float32 pixels and logits, relative. */
export const LINEAR_ATTACK = 1e-5;

/** Where many float32 attack steps end, against the closed form, relative. */
export const LINEAR_ATTACK_PATH = 1e-4;

/** Logits and decodes of the bundled model in float32 against PyTorch in float64: about 150 layers of roundings. */
export const TORCH_ABSOLUTE = 1e-4;

/** Input gradients against PyTorch in float64, relative in L2: a clamp or ReLU may sit within rounding of its bend. */
export const TORCH_GRADIENT_RELATIVE = 1e-3;

/** Fourth-order central differences of log acquisitions (size 10) with step 1e-5: rounding 1e-9, slopes from 1e-3 on. */
export const ACQUISITION_GRADIENT = 1e-5;

/** How far one tensor backend may be off in the conformance suite. */
export interface BackendTolerances {
  /** Kernels and activations against plain JavaScript in float32, over max(1, |value|). */
  readonly kernel: number;
  /** Their gradients against fourth-order differences in float32 with step 2⁻⁸, relative in L2. */
  readonly kernelGradient: number;
  /** Layers against sums in float64, over max(1, |value|). */
  readonly layer: number;
  /** Their gradients against differences in float64, relative in L2. */
  readonly layerGradient: number;
  /** The bundled model against PyTorch in float64. */
  readonly model: number;
  readonly modelGradient: number;
  /** Two images in a batch against each alone. */
  readonly batch: number;
  readonly batchGradient: number;
}

/** Kernels that add in one order whatever the batch: the same bits. Sums of 100 products in float32 for layers. */
const ONE_ORDER: BackendTolerances = {
  kernel: 2 * FLOAT32_TOLERANCE,
  kernelGradient: 1e-3,
  layer: 20 * FLOAT32_TOLERANCE,
  layerGradient: 1e-5,
  model: TORCH_ABSOLUTE,
  modelGradient: TORCH_GRADIENT_RELATIVE,
  batch: 0,
  batchGradient: 0,
};

/** Kernels that choose tiles and threads by shape, and with them the order of sums: 10 roundings. */
const ORDER_BY_SHAPE: BackendTolerances = {
  ...ONE_ORDER,
  batch: 10 * FLOAT32_TOLERANCE,
  batchGradient: 10 * FLOAT32_TOLERANCE,
};

export const BACKEND_TOLERANCES = {
  wasm: ONE_ORDER,
  cpu: ONE_ORDER,
  webgpu: ORDER_BY_SHAPE,
  tensorflow: ORDER_BY_SHAPE,
} as const;

/** Sobol' indices from 4,096 quasi-Monte-Carlo base points: the error at a root-mean-square rate of about 1 / N. */
export const QUASI_MONTE_CARLO_INDEX = 0.01;

/**
 * Covariances of 1,000 pairs of draws from 1,024 random frequencies, relative to the posterior variances: 4 standard errors of
 * 0.05 (the frequencies' error is one of the prior, of which the posterior variance is a part).
 */
export const DRAWN_MOMENT = 0.2;

/** Median norm of a minimum-norm attack against a public implementation with the same settings on the same images, relative. */
export const PUBLIC_MEDIAN_RELATIVE = 0.02;

/** Rank correlation of the norms of the two, image by image, at least. */
export const PUBLIC_RANK_CORRELATION = 0.95;

/** Robust accuracies of the two on the same images, in binomial standard errors: sharing images, they should be closer than two samples. */
export const PUBLIC_STANDARD_ERRORS = 1;
