/** Cross-entropy as a loss of attacks, in its log-odds form (see `cross-entropy.ts`). */
import type { AttackLoss } from './attack-loss.js';
import { errorLogOdds, errorLogOddsCotangent } from './cross-entropy.js';

/** log Σ_{k≠y} e^{z_k} − z_y: the order and the direction of cross-entropy. */
export const LOG_ODDS: AttackLoss = {
  value: ({ logits, classes, row, label }) => errorLogOdds(logits, classes, row, label),
  addCotangent: (cotangent, { logits, classes, row, label }) => {
    const from = row * classes;
    const own = errorLogOddsCotangent(logits.subarray(from, from + classes), classes, [label]);
    for (let k = 0; k < classes; k += 1) cotangent[from + k] += own[k];
  },
};
