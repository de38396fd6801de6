/** The result of a run: what is stored of every image, and whether that holds under fresh draws. */
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { l2Distance } from '../geometry/l2.js';
import type { AttackedImageDetail, AttackRunResult } from './attack-run.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import type { ReadyRun } from './ready-run.js';
import { beginVerification, isFooled, isVerified, type VerifiedImage, verifyNext } from './verification.js';

/**
 * Judges proposals and clean errors under fresh draws, from where the snapshot is, and decides what is stored: of a
 * fixed budget the one proposal, of a minimum norm the nearest that holds, else the clean image.
 */
export async function verifiedResult(run: ReadyRun, snapshot: AttackSnapshot): Promise<AttackRunResult> {
  const candidates = candidatesToVerify(run, snapshot);
  const state = (snapshot.verification ??= beginVerification(run.ids.length));
  while (!isVerified(candidates, state)) {
    await verifyNext({ ...run, key: `${run.key}/verify` }, candidates, state);
    await run.onSnapshot?.(snapshot);
  }
  const images = run.images.slice();
  const d = run.victim.pixels;
  const isFixed = run.attack.kind === 'fixed-budget';
  for (const [row, { candidate = isFixed ? 0 : undefined }] of state.images.entries()) {
    if (candidate !== undefined) images.set(candidates[row][candidate], row * d);
  }
  const perImage = state.images.map((verified, row) => detailOf(run, snapshot, verified, { images, row }));
  return { images, perImage };
}

/** A clean error is judged as it is, beside the others, and so is the clean image where a fixed budget proposes nothing. */
function candidatesToVerify(run: ReadyRun, { clean, proposals }: AttackSnapshot): Candidates {
  const d = run.victim.pixels;
  return proposals.map((known, row) => {
    const isClean = isFooled(clean[row], run.verification);
    const isMissing = run.attack.kind === 'fixed-budget' && known.length === 0;
    return isClean || isMissing ? [run.images.subarray(row * d, (row + 1) * d)] : known;
  });
}

function detailOf(
  { ids, victim, verification, images: clean }: ReadyRun,
  { clean: cleanShares, tallies }: AttackSnapshot,
  { shares, nonFinite }: VerifiedImage,
  { images: stored, row }: { readonly images: Float32Array; readonly row: number },
): AttackedImageDetail {
  const tally = tallies[row];
  const fooled = {
    float32: isFooled(shares.float32, verification),
    eightBit: isFooled(shares.eightBit, verification),
  };
  const isCleanError = isFooled(cleanShares[row], verification);
  return {
    id: ids[row],
    outcome: isCleanError ? 'clean-error' : fooled.float32 ? 'success' : 'failure',
    fooled,
    shares,
    norm: l2Distance(stored, clean, row * victim.pixels, victim.pixels),
    flags: { zeroGradient: tally.zeroGradients > 0, nonFinite: nonFinite || tally.nonFinite > 0 },
    tally,
  };
}
