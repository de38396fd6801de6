/** An attack that writes down where it is, and goes on from there after its process was killed, to the same bytes. */
import { canonicalJson, contentHash } from '../../images/content-hash.js';
import { loadAttackCheckpoint, saveAttackCheckpoint } from './attack-checkpoint.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import { DEFAULT_BATCH_SIZE } from './ready-run.js';
import { type AttackRun, type AttackRunResult, runAttack } from './run-attack.js';
import { ONE_DRAW } from './verification.js';

export interface CheckpointOptions {
  /** The file; its folder exists. */
  readonly file: string;
  /**
   * What the run itself does not show and has to be the same: model, defence, backend. Settings, seed, batch size,
   * images, labels and ids are looked at anyway.
   */
  readonly facts: string;
  /**
   * Rounds of the attack from one writing to the next, at least 1; default 1. Also written: the clean images' judgement,
   * the end of every batch and every round of verification.
   */
  readonly everyRounds?: number;
  /** Asked after every round that is not written anyway, for a caller with a clock; true writes. */
  readonly isDue?: () => boolean;
}

/**
 * `runAttack`, going on from the file where there is one, and writing it while it runs.
 *
 * The file stays when the attack is over: take it away with `removeAttackCheckpoint` once the result is kept. Called
 * again before that, it gives the same result and asks the model nothing.
 * @throws what `runAttack` throws; BoSearchError `E_STORAGE` or `E_CONFIG_CHANGED` for a file that is damaged or of
 * another attack, before any work; then nothing is overwritten.
 */
export async function checkpointedAttack(
  run: AttackRun,
  { file, facts, everyRounds = 1, isDue = () => false }: CheckpointOptions,
): Promise<AttackRunResult> {
  const all = canonicalJson({ attack: runFacts(run), caller: facts });
  const from = await loadAttackCheckpoint(file, all);
  let rounds = 0;
  const onSnapshot = async (snapshot: AttackSnapshot): Promise<void> => {
    rounds += 1;
    const betweenBatches = snapshot.machine === null;
    if (betweenBatches || rounds >= everyRounds || isDue()) {
      await saveAttackCheckpoint(file, snapshot, all);
      rounds = 0;
    }
    await run.onSnapshot?.(snapshot);
  };
  return runAttack({ ...run, ...(from === undefined ? {} : { from }), onSnapshot });
}

/** All that the bytes of the result follow from, but for the model. */
function runFacts(run: AttackRun): object {
  const { attack, model, images, labels, ids, seed } = run;
  const { batchSize = DEFAULT_BATCH_SIZE, verification = ONE_DRAW, victim = model } = run;
  return {
    settings: attack.settings,
    seed,
    batchSize,
    verification,
    images: contentHash(images, labels, ...ids),
    model: [model.classes, model.pixels, model.runs ?? 1, model.gradients ?? null],
    victim: [victim === model, victim.runs ?? 1],
  };
}
