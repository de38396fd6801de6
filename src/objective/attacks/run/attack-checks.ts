/** What has to hold before an attack runs and of what it proposes. */
import { BoSearchError, ShapeError } from '../../../errors.js';
import type { Ball } from '../geometry/ball.js';
import { assertInBox, l2Distance } from '../geometry/l2.js';
import { linfDistance } from '../geometry/linf.js';
import type { AttackableModel } from '../model/attackable-model.js';
import type { DrawnJudgement } from './judge.js';
import type { Attack } from '../contract/attack.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import type { Verification } from './verification.js';

/** Room for rounding in the norm of a result, relative to the bound. */
const NORM_ROOM = 1e-6;

/** Images, and who is to attack what. */
interface ImagesToAttack {
  readonly attack: Attack;
  readonly model: AttackableModel;
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly ids: readonly string[];
}

/**
 * @throws ShapeError unless images, labels, ids, model and victim fit each other; BoSearchError `E_ATTACK` if an id comes
 * twice or a label is no class.
 */
export function assertFits(
  { attack, model, images, labels, ids }: ImagesToAttack,
  victim: AttackableModel,
): void {
  const { name } = attack.settings;
  if (victim.pixels !== model.pixels || victim.classes !== model.classes) {
    throw new ShapeError(
      `${name}: expected model and victim alike in pixels and classes, got ${model.pixels} and ${victim.pixels} pixels, ${model.classes} and ${victim.classes} classes`,
    );
  }
  if (labels.length !== ids.length || images.length !== ids.length * model.pixels) {
    throw new ShapeError(
      `${name}: expected m labels and m·${model.pixels} values for m = ${ids.length} ids, got ${labels.length} labels and ${images.length} values`,
    );
  }
  assertIdsAndLabels({ attack, model, images, labels, ids });
}

function assertIdsAndLabels({ attack, model, labels, ids }: ImagesToAttack): void {
  const known = new Set<string>();
  for (const [row, id] of ids.entries()) {
    if (known.has(id)) {
      throw new BoSearchError(
        'E_ATTACK',
        `${attack.settings.name}: expected every id once, got "${id}" again`,
      );
    }
    known.add(id);
    if (labels[row] >= 0 && labels[row] < model.classes) continue;
    throw new BoSearchError(
      'E_ATTACK',
      `${attack.settings.name}: image "${id}": expected a label from 0 to ${model.classes - 1}, got ${labels[row]}`,
    );
  }
}

/** @throws BoSearchError `E_ATTACK` for a batch size, a number of draws or a share out of range. */
export function assertPlan(
  {
    batchSize,
    verification: { draws, share },
  }: { readonly batchSize: number; readonly verification: Verification },
  name: string,
): void {
  assertCount(batchSize, `${name}: batchSize`);
  assertCount(draws, `${name}: verification.draws`);
  if (share > 0 && share <= 1) return;
  throw new BoSearchError(
    'E_ATTACK',
    `${name}: verification.share: expected a number above 0 and at most 1, got ${share}`,
  );
}

/** @throws ShapeError for the snapshot of a run on another number of images. */
export function assertSnapshotFits(
  { proposals }: AttackSnapshot,
  ids: readonly string[],
  name: string,
): void {
  if (proposals.length === ids.length) return;
  throw new ShapeError(
    `${name}: expected the snapshot of a run on ${ids.length} images, got one of ${proposals.length}`,
  );
}

/** @throws BoSearchError `E_NON_FINITE` naming the first clean image whose logits are not finite. */
export function assertCleanFinite(
  clean: readonly DrawnJudgement[],
  ids: readonly string[],
  name: string,
): void {
  const broken = clean.findIndex(({ nonFinite }) => nonFinite);
  if (broken < 0) return;
  throw new BoSearchError(
    'E_NON_FINITE',
    `${name}: clean image "${ids[broken]}": expected finite logits, got NaN or Infinity`,
    { hint: 'the model itself is broken: check its weights and its input range' },
  );
}

/** @throws BoSearchError `E_ATTACK` if the image (d) is outside [0, 1], or farther from the clean one than a fixed budget. */
export function assertAllowed(attack: Attack, id: string, image: Float32Array, clean: Float32Array): void {
  const { name } = attack.settings;
  assertInBox(image, image.length, [id], name);
  if (attack.kind === 'fixed-budget') assertWithinBall(name, attack.ball, id, image, clean);
}

function assertWithinBall(
  name: string,
  { norm, bound }: Ball,
  id: string,
  image: Float32Array,
  clean: Float32Array,
): void {
  const distance = (norm === 'l2' ? l2Distance : linfDistance)(image, clean, 0, image.length);
  if (distance <= bound * (1 + NORM_ROOM)) return;
  throw new BoSearchError(
    'E_ATTACK',
    `${name}: image "${id}": expected a perturbation of norm at most ${bound}, got ${distance}`,
  );
}

function assertCount(count: number, where: string): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new BoSearchError('E_ATTACK', `${where}: expected an integer of at least 1, got ${count}`);
}
