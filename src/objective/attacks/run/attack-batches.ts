/** The attack proper: batch after batch of the images that are right, each checked for what attacks may not do. */
import { internalError } from '../../../errors.js';
import type { AttackBatch } from '../contract/attack-batch.js';
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { proposalsOf } from '../contract/proposals.js';
import { gatherRows } from '../geometry/gather-rows.js';
import type { AttackableModel } from '../model/attackable-model.js';
import { addTally, type RoundTallies, withTallies } from '../model/counted-model.js';
import { assertAllowed } from './attack-checks.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import type { ReadyRun } from './ready-run.js';
import { isFooled } from './verification.js';

/** Attacks batch after batch of the images that are right, from where the snapshot is. */
export async function attackAll(run: ReadyRun, snapshot: AttackSnapshot): Promise<void> {
  const targets = Int32Array.from(run.ids.keys()).filter(
    (row) => !isFooled(snapshot.clean[row], run.verification),
  );
  const { machine } = run.pair;
  // Counts of one round, which become part of the snapshot with it: a round that is cut short leaves none.
  const round: RoundTallies = new Map();
  const model = withTallies(run.pair.model, round);
  while (snapshot.attacked < targets.length) {
    const rows = targets.subarray(snapshot.attacked, snapshot.attacked + run.batchSize);
    const batch = batchOf(run, model, rows);
    const state = (snapshot.machine ??= machine.begin(batch));
    while (!machine.isDone(batch, state)) {
      run.signal?.throwIfAborted();
      await machine.step(batch, state);
      for (const [at, row] of rows.entries()) addTally(snapshot.tallies[row], round.get(batch.ids[at]));
      round.clear();
      await run.onSnapshot?.(snapshot);
    }
    const proposals = proposalsOf(run.attack, machine.result(batch, state), rows.length, run.victim);
    keep(run, rows, proposals, snapshot);
    snapshot.attacked += rows.length;
    snapshot.machine = null;
    await run.onSnapshot?.(snapshot);
    run.onProgress?.({ done: snapshot.attacked, total: targets.length });
  }
}

function batchOf(run: ReadyRun, model: AttackableModel, rows: Int32Array): AttackBatch {
  const images = gatherRows(run.images, rows, model.pixels);
  const ids = Array.from(rows, (row) => run.ids[row]);
  const labels = rows.map((row) => run.labels[row]);
  const signal = run.signal === undefined ? {} : { signal: run.signal };
  return { model, images, ids, labels, key: run.key, seed: run.seed, ...signal };
}

/** Checks a batch's proposals and keeps them; one that is not finite is flagged and not kept. */
function keep(run: ReadyRun, rows: Int32Array, proposals: Candidates, snapshot: AttackSnapshot): void {
  const d = run.victim.pixels;
  for (const [at, row] of rows.entries()) {
    const id = run.ids[row];
    const finite = proposals[at].filter((image) => image.every(Number.isFinite));
    if (finite.length < proposals[at].length) snapshot.tallies[row].nonFinite += 1;
    for (const image of finite) {
      if (image.length !== d)
        throw internalError(`${run.name}: expected images of ${d} values, got ${image.length}`);
      assertAllowed(run.attack, id, image, run.images.subarray(row * d, (row + 1) * d));
    }
    snapshot.proposals[row] = finite;
  }
}
