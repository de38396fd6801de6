/** A run of an attack with its defaults filled in, of which everything is known that can be without asking a model. */
import type { AttackMachine } from '../contract/attack-machine.js';
import { assertInBox } from '../geometry/l2.js';
import type { AttackableModel } from '../model/attackable-model.js';
import { withCheckedGradients, withCheckedLogits } from '../model/checked-model.js';
import { assertFits, assertPlan, assertSnapshotFits } from './attack-checks.js';
import type { AttackRun } from './attack-run.js';
import { ONE_DRAW, type Verification } from './verification.js';

/** Images attacked at once where the caller does not say. */
export const DEFAULT_BATCH_SIZE = 100;

export interface ReadyRun extends AttackRun {
  /** Of the attack. */
  readonly name: string;
  readonly batchSize: number;
  readonly verification: Verification;
  readonly victim: AttackableModel;
  /** Noise key of the attack's draws; clean check and verification have keys that begin with it. */
  readonly key: string;
  /** The attacked model and the machine, of which it is known that they go together. */
  readonly pair: { readonly machine: AttackMachine<AttackableModel>; readonly model: AttackableModel };
}

/**
 * @throws ShapeError or BoSearchError `E_ATTACK` as `runAttack` does, before any model is asked.
 */
export function readyRun(run: AttackRun): ReadyRun {
  const { attack, batchSize = DEFAULT_BATCH_SIZE, verification = ONE_DRAW } = run;
  const { name } = attack.settings;
  const victim = withCheckedLogits(run.victim ?? run.model, name);
  const model =
    attack.needs === 'gradients' ? withCheckedGradients(run.model, name) : withCheckedLogits(run.model, name);
  // the machine's own type asks for gradients exactly where `needs` says so
  const machine = attack.machine as AttackMachine<AttackableModel>;
  assertFits(run, victim);
  assertInBox(run.images, victim.pixels, run.ids, name);
  if (run.from !== undefined) assertSnapshotFits(run.from, run.ids, name);
  assertPlan({ batchSize, verification }, name);
  const key = `attack/${name}/${run.seed}`;
  return { ...run, name, key, batchSize, verification, victim, pair: { machine, model } };
}
