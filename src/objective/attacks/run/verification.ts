/**
 * Judges stored images again under fresh draws: only those that still fool the model then are successes.
 *
 * A defence that draws has no stable answer near a boundary; a point that fooled it once may have been lucky.
 */
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { toEightBit } from '../geometry/l2.js';
import type { AttackableModel } from '../model/attackable-model.js';
import { type DrawnJudgement, type ImagesToJudge, judge } from './judge.js';

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

/** How far the verification of candidates is. Plain data. */
export interface VerificationState {
  /** Number of the candidates judged next. */
  next: number;
  /** Of every image (m) what is known. */
  readonly images: VerifiedImage[];
}

export function beginVerification(images: number): VerificationState {
  const nothing = { shares: { float32: 0, eightBit: 0 }, nonFinite: false };
  return { next: 0, images: Array.from({ length: images }, () => nothing) };
}

/** True if no image has a candidate left to look at. */
export function isVerified(candidates: Candidates, state: VerificationState): boolean {
  return openRows(candidates, state).length === 0;
}

/**
 * Judges candidate `next` of every image of which no nearer one fools draws enough, by draws of its own: candidate c by
 * draws c·draws … (c + 1)·draws − 1 of the key. An image of which none does keeps the shares of its nearest. In 8 bits
 * are judged the nearest, and one that fools draws enough. Changes the state once all was answered.
 */
export async function verifyNext(
  run: VerificationRun,
  candidates: Candidates,
  state: VerificationState,
): Promise<void> {
  const rows = openRows(candidates, state);
  const float32 = await judgeRows(run, rows, candidates, state.next, (image) => image);
  const holds = (at: number): boolean => isFooled(float32[at].wrong, run.verification);
  const rounded = rows.filter((_, at) => state.next === 0 || holds(at));
  const eightBit = await judgeRows(run, rounded, candidates, state.next, toEightBit);
  for (const [at, row] of rows.entries()) {
    const inEightBit = eightBit[rounded.indexOf(row)];
    const { shares, nonFinite } = state.images[row];
    state.images[row] = {
      ...(holds(at) ? { candidate: state.next } : {}),
      shares: inEightBit === undefined ? shares : { float32: float32[at].wrong, eightBit: inEightBit.wrong },
      nonFinite: nonFinite || float32[at].nonFinite || inEightBit?.nonFinite === true,
    };
  }
  state.next += 1;
}

/** Of every image the nearest candidate that fools draws enough: all of `verifyNext`. */
export async function verifyCandidates(
  run: VerificationRun,
  candidates: Candidates,
): Promise<readonly VerifiedImage[]> {
  const state = beginVerification(run.ids.length);
  while (!isVerified(candidates, state)) await verifyNext(run, candidates, state);
  return state.images;
}

function openRows(candidates: Candidates, { next, images }: VerificationState): number[] {
  return [...images.keys()].filter(
    (row) => images[row].candidate === undefined && next < candidates[row].length,
  );
}

/** Judgements of candidate c of the images `rows`, each in the form it is stored in. */
async function judgeRows(
  { victim, key, verification, labels, ids, ...asked }: VerificationRun,
  rows: readonly number[],
  candidates: Candidates,
  c: number,
  form: (image: Float32Array) => Float32Array,
): Promise<DrawnJudgement[]> {
  const images = new Float32Array(rows.length * victim.pixels);
  for (const [at, row] of rows.entries()) images.set(form(candidates[row][c]), at * victim.pixels);
  const draws = { key, from: c * verification.draws, count: verification.draws };
  return judge(victim, draws, {
    ...asked,
    images,
    labels: Int32Array.from(rows, (row) => labels[row]),
    ids: rows.map((row) => ids[row]),
  });
}
