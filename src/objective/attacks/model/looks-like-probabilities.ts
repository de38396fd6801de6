/** Finds out a model that gives probabilities where logits belong. */

/** Room for the rounding of a float32 softmax over a thousand classes. */
const SUM_ROOM = 1e-4;

/**
 * True if every row (K) of `logits` is within [0, 1] and adds up to 1, as the output of a softmax does and logits hardly
 * ever do. False for no rows, and where a number is not finite.
 *
 * Attacks on probabilities are attacks on a saturated loss: their gradients vanish where the model is sure.
 */
export function looksLikeProbabilities(logits: Float32Array, classes: number): boolean {
  if (logits.length === 0 || classes < 2) return false;
  for (let from = 0; from < logits.length; from += classes) {
    let sum = 0;
    for (let at = from; at < from + classes; at += 1) {
      const value = logits[at];
      if (!(value >= 0 && value <= 1)) return false;
      sum += value;
    }
    if (!(Math.abs(sum - 1) <= SUM_ROOM)) return false;
  }
  return true;
}
