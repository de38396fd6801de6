/**
 * Images that are attacked anew for every α: an attacker who knows the schedule, in place of one set of images for all.
 *
 * What is attacked is the deployed defence with that very α, under noise of the attack's own; what is judged is the
 * attacked image under the noise of the sample, like any other. Images that are wrong before stay as they are: they are
 * errors without an attack. All noise follows the image and none follows α, so that the outcome is a function of α, and
 * two α differ by what they do and not by what they drew.
 */
import type { DifferentiableModel } from '../attacks/contract/attack-batch.js';
import { runMachine } from '../attacks/contract/attack-machine.js';
import type { AttackMachine } from '../attacks/contract/attack-machine.js';
import type { FixedBudgetAttack, Perturbed } from '../attacks/contract/fixed-budget-attack.js';
import { gatherRows } from '../attacks/geometry/gather-rows.js';
import { predictedClass } from '../attacks/losses/cross-entropy.js';
import { withCheckedGradients } from '../attacks/model/checked-model.js';
import { type ExpectationPlan, withExpectation } from '../attacks/model/expected-model.js';
import { assertAllowed } from '../attacks/run/attack-checks.js';
import { DEFAULT_BATCH_SIZE } from '../attacks/run/ready-run.js';
import type { ImagesOfBlock } from './evaluation-blocks.js';
import type { PreparedImages, PurificationDraws } from './prepared-images.js';

/** Lends the deployed defence with these α, the mean of so many purifications, for as long as `use` runs. */
export type WithDefence = <T>(
  alphas: readonly number[],
  purifications: number,
  use: (model: DifferentiableModel) => Promise<T>,
) => Promise<T>;

/** How every α is attacked. */
export interface AdaptiveAttack {
  readonly attack: FixedBudgetAttack;
  /** Draws of the deployed defence behind one answer to the attack. */
  readonly expectation: ExpectationPlan;
  /** Seed of the attack's own random choices. */
  readonly seed: number;
}

/**
 * The images of a block, attacked whenever logits are asked for. Nothing is kept between two calls.
 *
 * `logits` throws the signal's reason between two rounds of the attack; BoSearchError `E_ATTACK` if the attack breaks its
 * bound, and as the defence does.
 * @param adaptive - see `AdaptiveAttack`.
 * @param images - the clean images, which are judged first and are not disposed here.
 * @param withDefence - who is attacked.
 */
export function attackedForEach(
  adaptive: AdaptiveAttack,
  images: ImagesOfBlock,
  withDefence: WithDefence,
): PreparedImages {
  return {
    count: images.ids.length,
    async logits(alphas, draws, signal) {
      const logits = Float32Array.from(await images.clean.logits(alphas, draws, signal));
      await withDefence(alphas, draws.draws, async (model) => {
        const rows = rightRows(logits, images.labels, model.classes);
        for (let from = 0; from < rows.length; from += DEFAULT_BATCH_SIZE) {
          const batch = rows.subarray(from, from + DEFAULT_BATCH_SIZE);
          await attackRows({ ...adaptive, images, model, draws, signal }, batch, logits);
        }
      });
      return logits;
    },
    dispose: () => undefined,
  };
}

function rightRows(logits: Float32Array, labels: Int32Array, classes: number): Int32Array {
  return Int32Array.from(labels.keys()).filter((row) => predictedClass(logits, classes, row) === labels[row]);
}

interface Attacking extends AdaptiveAttack {
  readonly images: ImagesOfBlock;
  readonly model: DifferentiableModel;
  readonly draws: PurificationDraws;
  readonly signal: AbortSignal | undefined;
}

/** Attacks some images and writes the logits of what came of it in the place of their clean ones. */
async function attackRows(attacking: Attacking, rows: Int32Array, logits: Float32Array): Promise<void> {
  const { images, model, draws, signal } = attacking;
  const pixels = gatherRows(images.pixels, rows, model.pixels);
  const ids = Array.from(rows, (row) => images.ids[row]);
  const labels = rows.map((row) => images.labels[row]);
  const moved = await perturbed(attacking, { pixels, ids, labels });
  signal?.throwIfAborted();
  const judged = await model.logits(moved, { key: draws.key, index: 0, imageIds: ids });
  for (const [at, row] of rows.entries()) {
    logits.set(judged.subarray(at * model.classes, (at + 1) * model.classes), row * model.classes);
  }
}

/** What the attack proposes, checked; an image whose proposal is not finite stays as it is. */
async function perturbed(
  { attack, expectation, seed, model, draws, signal }: Attacking,
  { pixels, ids, labels }: Pick<ImagesOfBlock, 'pixels' | 'ids' | 'labels'>,
): Promise<Float32Array> {
  const { name } = attack.settings;
  // attacks with a fixed budget that need no gradients work on a model that has them
  const machine = attack.machine as AttackMachine<DifferentiableModel, object, Perturbed>;
  const moved = await runMachine(machine, {
    model: withExpectation(withCheckedGradients(model, name), expectation),
    images: pixels,
    labels,
    ids,
    key: `${draws.key}/attack/${name}/${seed}`,
    seed,
    ...(signal === undefined ? {} : { signal }),
  });
  const out = pixels.slice();
  for (const [at, id] of ids.entries()) {
    const [from, to] = [at * model.pixels, (at + 1) * model.pixels];
    const image = moved.subarray(from, to);
    if (!image.every(Number.isFinite)) continue;
    assertAllowed(attack, id, image, pixels.subarray(from, to));
    out.set(image, from);
  }
  return out;
}
