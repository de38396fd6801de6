/**
 * Cross-entropy as attacks use it: its direction and its order, without its saturation.
 *
 * Notation: z logits, y the true class, p = softmax(z), o = log Σ_{k≠y} e^{z_k} − z_y, the log-odds of an error.
 * −log p_y = log(1 + e^o) increases strictly in o, and ∂(−log p_y)/∂z = (1 − p_y)·∂o/∂z. Attacks that normalise their
 * gradient therefore take the same path on o, where cross-entropy's own gradient underflows for confident models
 * (the masking described by Carlini and Wagner 2017, arXiv:1608.04644, section IV).
 */

/** o of row `row`: at least 0 where cross-entropy is at least log 2. NaN if a logit of the row is not finite. */
export function errorLogOdds(logits: Float32Array, classes: number, row: number, label: number): number {
  if (!isFiniteRow(logits, classes, row)) return NaN;
  const { largest, sum } = othersExp(logits, classes, row, label);
  return largest + Math.log(sum) - logits[row * classes + label];
}

/**
 * ∂o/∂z of every row, (B, K) flat: softmax over the wrong classes, −1 at the true one. Rows with a logit that is not
 * finite are 0.
 * @param labels - the true class of every row (B).
 */
export function errorLogOddsCotangent(
  logits: Float32Array,
  classes: number,
  labels: ArrayLike<number>,
): Float32Array {
  const cotangent = new Float32Array(logits.length);
  for (let row = 0; row < labels.length; row += 1) {
    if (!isFiniteRow(logits, classes, row)) continue;
    const label = labels[row];
    const { largest, sum } = othersExp(logits, classes, row, label);
    for (let k = 0; k < classes; k += 1) {
      const at = row * classes + k;
      cotangent[at] = k === label ? -1 : Math.exp(logits[at] - largest) / sum;
    }
  }
  return cotangent;
}

/** True if every logit of the row is a finite number. */
export function isFiniteRow(logits: Float32Array, classes: number, row: number): boolean {
  for (let at = row * classes; at < (row + 1) * classes; at += 1) {
    if (!Number.isFinite(logits[at])) return false;
  }
  return true;
}

/** The first class with the largest logit; undefined if a logit of the row is not finite. */
export function predictedClass(logits: Float32Array, classes: number, row: number): number | undefined {
  if (!isFiniteRow(logits, classes, row)) return undefined;
  let best = 0;
  for (let k = 1; k < classes; k += 1) {
    if (logits[row * classes + k] > logits[row * classes + best]) best = k;
  }
  return best;
}

function othersExp(
  logits: Float32Array,
  classes: number,
  row: number,
  label: number,
): { largest: number; sum: number } {
  let largest = -Infinity;
  for (let k = 0; k < classes; k += 1) {
    if (k !== label) largest = Math.max(largest, logits[row * classes + k]);
  }
  let sum = 0;
  for (let k = 0; k < classes; k += 1) {
    if (k !== label) sum += Math.exp(logits[row * classes + k] - largest);
  }
  return { largest, sum };
}
