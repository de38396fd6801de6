/** The result of a run: what is stored of every image, and whether that holds under fresh draws. */
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { l2Distance } from '../geometry/l2.js';
import type { AttackedImageDetail, AttackRunResult } from './attack-run.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import type { ReadyRun } from './ready-run.js';
import { fooledShares, isFooled, verifyCandidates } from './verification.js';

/** Judges clean errors and proposals under fresh draws, and decides what is stored. */
export async function verifiedResult(
  run: ReadyRun,
  { clean, proposals, tallies }: AttackSnapshot,
): Promise<AttackRunResult> {
  const { victim, verification, key } = run;
  const d = victim.pixels;
  const images = run.images.slice();
  const asked = { ...run, key: `${key}/verify` };
  const isCleanError = (row: number) => isFooled(clean[row], verification);
  // a clean error is judged as it is, beside the others
  const stored = proposals.map((known, row) =>
    isCleanError(row) ? [run.images.subarray(row * d, (row + 1) * d)] : known,
  );
  const chosen = await chosenImages(run, asked, stored);
  for (const [row, { candidate }] of chosen.entries()) {
    if (candidate !== undefined) images.set(stored[row][candidate], row * d);
  }
  const perImage = run.ids.map((id, row): AttackedImageDetail => {
    const { shares, nonFinite } = chosen[row];
    const tally = tallies[row];
    const fooled = {
      float32: isFooled(shares.float32, verification),
      eightBit: isFooled(shares.eightBit, verification),
    };
    return {
      id,
      outcome: isCleanError(row) ? 'clean-error' : fooled.float32 ? 'success' : 'failure',
      fooled,
      shares,
      norm: l2Distance(images, run.images, row * d, d),
      flags: { zeroGradient: tally.zeroGradients > 0, nonFinite: nonFinite || tally.nonFinite > 0 },
      tally,
    };
  });
  return { images, perImage };
}

/** Of every image what is stored and how it fares: of a fixed budget the one proposal, else the nearest that holds. */
async function chosenImages(
  run: ReadyRun,
  asked: Parameters<typeof verifyCandidates>[0],
  proposals: Candidates,
): Promise<Awaited<ReturnType<typeof verifyCandidates>>> {
  if (run.attack.kind === 'minimum-norm') return verifyCandidates(asked, proposals);
  const d = run.victim.pixels;
  const images = run.images.slice();
  for (const [row, [image]] of proposals.entries()) if (image !== undefined) images.set(image, row * d);
  const judged = await fooledShares(asked, images);
  return judged.map(({ nonFinite, ...shares }, row) => ({
    ...(proposals[row].length === 0 ? {} : { candidate: 0 }),
    shares,
    nonFinite,
  }));
}
