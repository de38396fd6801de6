/**
 * Judges stored images again under fresh draws: only those that still fool the model then are successes.
 *
 * A defence that draws has no stable answer near a boundary; a point that fooled it once may have been lucky.
 */
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { toEightBit } from '../geometry/l2.js';
import type { AttackableModel } from '../model/attackable-model.js';
import { judge, type DrawnJudgement, type ImagesToJudge } from './judge.js';

export interface Verification {
  /** Fresh draws of the deployed defence, at least 1. */
  readonly draws: number;
  /** Least share of them that has to be fooled, in (0, 1]. */
  readonly share: number;
}

/** One draw has to be fooled, which for a model that draws nothing is all there is to know. */
export const ONE_DRAW: Verification = { draws: 1, share: 0.5 };

/** Share of the fresh draws that an image fools, as stored in float32 and rounded to 8 bits. */
export interface FooledShares {
  readonly float32: number;
  readonly eightBit: number;
}

export interface VerifiedImage {
  /** Which of its candidates is meant; undefined if none fools draws enough, and then nothing was stored. */
  readonly candidate?: number;
  readonly shares: FooledShares;
  readonly nonFinite: boolean;
}

export interface VerificationRun extends Omit<ImagesToJudge, 'images'> {
  readonly victim: AttackableModel;
  /** Noise key of the fresh draws. */
  readonly key: string;
  readonly verification: Verification;
}

/** True if an image fools draws enough. */
export function isFooled(share: number, { share: least }: Verification): boolean {
  return share > 0 && share >= least;
}

/** Shares of every image (m). @param images - (m, H, W, C) flat. @param from - number of the first draw. */
export async function fooledShares(
  { victim, key, verification, ...asked }: VerificationRun,
  images: Float32Array,
  from = 0,
): Promise<(FooledShares & { readonly nonFinite: boolean })[]> {
  const draws = { key, from, count: verification.draws };
  const float32 = await judge(victim, draws, { ...asked, images });
  const eightBit = await judge(victim, draws, { ...asked, images: toEightBit(images) });
  return float32.map((one, row) => bothShares(one, eightBit[row]));
}

/**
 * Of every image the nearest candidate that fools draws enough; candidate c is judged by draws of its own.
 * An image with candidates of which none does has the shares of its nearest.
 */
export async function verifyCandidates(
  run: VerificationRun,
  candidates: Candidates,
): Promise<VerifiedImage[]> {
  const verified: VerifiedImage[] = run.ids.map(() => ({
    shares: { float32: 0, eightBit: 0 },
    nonFinite: false,
  }));
  const most = Math.max(0, ...candidates.map(({ length }) => length));
  for (let c = 0; c < most; c += 1) {
    const rows = [...run.ids.keys()].filter(
      (row) => verified[row].candidate === undefined && c < candidates[row].length,
    );
    const images = new Float32Array(rows.length * run.victim.pixels);
    for (const [at, row] of rows.entries()) images.set(candidates[row][c], at * run.victim.pixels);
    const part = {
      ids: rows.map((row) => run.ids[row]),
      labels: Int32Array.from(rows, (row) => run.labels[row]),
    };
    const judged = await fooledShares({ ...run, ...part }, images, c * run.verification.draws);
    for (const [at, row] of rows.entries()) {
      const { nonFinite, ...shares } = judged[at];
      const known = verified[row];
      const flagged = known.nonFinite || nonFinite;
      if (isFooled(shares.float32, run.verification))
        verified[row] = { candidate: c, shares, nonFinite: flagged };
      else verified[row] = { shares: c === 0 ? shares : known.shares, nonFinite: flagged };
    }
  }
  return verified;
}

function bothShares(float32: DrawnJudgement, eightBit: DrawnJudgement) {
  return {
    float32: float32.wrong,
    eightBit: eightBit.wrong,
    nonFinite: float32.nonFinite || eightBit.nonFinite,
  };
}
