/**
 * Runs an attack and checks it: no image is a success before its stored pixels fooled the model under fresh draws.
 *
 * Order: the clean images are judged; the errors among them are counted and left alone; the others are attacked in
 * batches; every result is checked (finite, in the box, within the bound in float64); then all stored images are
 * judged again, as float32 and rounded to 8 bits.
 */
import { emptyTally } from '../model/counted-model.js';
import { flaggingNonFinite } from '../model/flagging-non-finite.js';
import { attackAll } from './attack-batches.js';
import { assertCleanFinite } from './attack-checks.js';
import type { AttackRun, AttackRunResult } from './attack-run.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import { judge } from './judge.js';
import { type ReadyRun, readyRun } from './ready-run.js';
import { verifiedResult } from './verified-result.js';

export type {
  AttackedImage,
  AttackedImageDetail,
  AttackProgress,
  AttackRun,
  AttackRunResult,
} from './attack-run.js';

/**
 * Attacks the images.
 *
 * NaN never makes a success: an image whose logits or gradients are not finite on the way, or on which the model gives up
 * with `E_NON_FINITE`, is flagged, and stays clean if the attack's proposal is not finite either.
 *
 * @throws ShapeError if images, labels and ids do not fit the model or each other; BoSearchError `E_ATTACK` if the attack
 * needs gradients and the model gives none, an image is outside [0, 1], an id comes twice, a label is no class, a batch
 * size, number of draws or share is out of range, or the attack broke its bound or box; `E_NON_FINITE` if the logits of
 * a clean image are not finite. An aborted signal throws its reason, between two rounds; what a round that was cut short
 * did is in no snapshot.
 */
export async function runAttack(run: AttackRun): Promise<AttackRunResult> {
  const ready = readyRun(run);
  const snapshot = run.from ?? (await cleanSnapshot(ready));
  if (run.from === undefined) await run.onSnapshot?.(snapshot);
  const flagging = withFlags(ready);
  await attackAll(flagging, snapshot);
  return verifiedResult(flagging, snapshot);
}

/** The run with models that flag an image where they would give up on all. */
function withFlags(run: ReadyRun): ReadyRun {
  const { machine, model } = run.pair;
  return {
    ...run,
    victim: flaggingNonFinite(run.victim),
    pair: { machine, model: flaggingNonFinite(model) },
  };
}

/** The snapshot before any attack: the clean images are judged, and no other. */
async function cleanSnapshot(run: ReadyRun): Promise<AttackSnapshot> {
  const { key, verification, victim } = run;
  const clean = await judge(victim, { key: `${key}/clean`, count: verification.draws }, run);
  assertCleanFinite(clean, run.ids, run.name);
  return {
    clean: Float64Array.from(clean, ({ wrong }) => wrong),
    attacked: 0,
    machine: null,
    proposals: run.ids.map(() => []),
    verification: null,
    tallies: run.ids.map(emptyTally),
  };
}
