/**
 * Which latents hold the class and which the details, read off a learned α: class codes are those that α keeps although
 * re-sampling them would cost something.
 *
 * Notation: effective α = attenuation·α; loss_i: what the objective loses when latent i alone is re-sampled in full,
 * mean and standard deviation by the model of a study; z the 97.5 % point of N(0, 1).
 */
import { BoSearchError, ShapeError } from '../../errors.js';
import { Z_95 } from '../evaluation/intervals.js';

/** What re-sampling one latent alone costs, in units of the objective; above 0 is a loss. */
export interface ResamplingLoss {
  readonly mean: number;
  /** At least 0. */
  readonly sd: number;
}

export interface CodeRule {
  /** Largest effective α of a latent that counts as kept, in [0, 1). */
  readonly mostAlpha: number;
  /** Share of the largest loss of a kept latent that the loss of a class code must surely exceed, in [0, 1). */
  readonly leastLoss: number;
}

/** Kept means that the encoding has at least three quarters of what is decoded. */
export const CODE_RULE: CodeRule = { mostAlpha: 0.25, leastLoss: 0.05 };

/** Why a latent is what it is: `kept` where nothing is known of its loss. */
export type CodeReason = 'kept-and-matters' | 'kept' | 'kept-but-indifferent' | 're-sampled';

export interface LatentCode {
  readonly role: 'class' | 'detail';
  readonly reason: CodeReason;
}

/**
 * The role of each latent (N). Kept is a latent with effective α ≤ `mostAlpha`. It holds a class code if, besides,
 * loss.mean − z·loss.sd > `leastLoss` · (largest loss.mean of a kept latent); where no losses are known, if it is kept.
 * All others hold details.
 * @param effectiveAlphas - each in [0, 1], shape (N).
 * @param losses - shape (N); undefined where no study says.
 * @throws BoSearchError `E_ARGUMENT` for a rule out of range; ShapeError if there are not N losses.
 */
export function chooseCodes(
  effectiveAlphas: readonly number[],
  losses: readonly ResamplingLoss[] | undefined,
  rule: CodeRule = CODE_RULE,
): LatentCode[] {
  assertShare('mostAlpha', rule.mostAlpha);
  assertShare('leastLoss', rule.leastLoss);
  if (losses !== undefined && losses.length !== effectiveAlphas.length) {
    throw new ShapeError(
      `chooseCodes: expected ${effectiveAlphas.length} losses, one a latent, got ${losses.length}`,
    );
  }
  const kept = effectiveAlphas.map((alpha) => alpha <= rule.mostAlpha);
  const largest = Math.max(0, ...(losses ?? []).filter((_, i) => kept[i]).map(({ mean }) => mean));
  return kept.map((isKept, i): LatentCode => {
    if (!isKept) return { role: 'detail', reason: 're-sampled' };
    if (losses === undefined) return { role: 'class', reason: 'kept' };
    const { mean, sd } = losses[i];
    return mean - Z_95 * sd > rule.leastLoss * largest
      ? { role: 'class', reason: 'kept-and-matters' }
      : { role: 'detail', reason: 'kept-but-indifferent' };
  });
}

function assertShare(name: string, value: number): void {
  if (value >= 0 && value < 1) return;
  throw new BoSearchError('E_ARGUMENT', `chooseCodes ${name}: expected a number in [0, 1), got ${value}`);
}
