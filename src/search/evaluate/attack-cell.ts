/** One attack against one defence. */
import { dirname } from 'node:path';
import { internalError } from '../../errors.js';
import { checkpointedAttack } from '../../objective/attacks/run/checkpointed-attack.js';
import type { GradientPath } from '../../objective/attacks/model/attackable-model.js';
import { canonicalJson } from '../../objective/images/content-hash.js';
import type { ImageSet } from '../../objective/images/image-set.js';
import type {
  AttackCell,
  EvaluatedAttack,
  ExpectationPlan,
} from '../../objective/evaluation/evaluation-data.js';
import { type CellRequest, nameOf, type StoredCell } from './cell-store.js';
import { makeFolder } from '../write-whole.js';
import { type PackedImages, packImages, unpackImages } from './packed-images.js';
import { attackedModel } from './attacked-model.js';
import type { PlannedAttack } from './planned-attacks.js';
import type { PlannedDefence } from './planned-defences.js';
import { checkpointClock } from './checkpoint-clock.js';
import {
  BATCH_SIZE,
  canDraw,
  type EvaluationSession,
  firstImages,
  piece,
  verificationFor,
} from './session.js';

/** A cell whose attacked images are on the disk: those of all cells together may be more than the memory holds. */
export interface AttackedCell {
  readonly cell: AttackCell;
  /** What the piece is called that holds it. */
  readonly name: string;
  /** The attacked images (m, H, W, C). */
  images(): Promise<Float32Array>;
}

/** What of an attack may differ from its plan: for checks beside it. */
export interface Deviation {
  readonly images?: number;
  readonly expectation?: ExpectationPlan;
}

/** The cell, from the folder or made now; an attack that was cut short goes on. */
export async function attackCell(
  session: EvaluationSession,
  defence: PlannedDefence,
  planned: PlannedAttack,
  deviation: Deviation = {},
): Promise<AttackedCell> {
  const set = firstImages(session, deviation.images ?? planned.images);
  const attack = evaluatedAttack(session, defence, { ...planned, ...deviation });
  const verification = verificationFor(session, defence);
  const decidedBy = {
    images: set.hash,
    defence: session.hashOf(defence),
    attack: attack.settings,
    expectation: attack.expectation,
    gradients: attack.gradients,
    verification,
  };
  const attacked = (request: CellRequest) => run(session, { defence, planned, attack, set }, request);
  const { result, request } = await piece(session, { kind: 'attack', of: defence }, decidedBy, attacked);
  const cell = { defence: defence.label, attack, verification, perImage: unpackImages(result, set.ids) };
  return {
    cell,
    name: nameOf(request),
    images: async () => {
      const { images } = await session.store.obtain(request, () => attacked(request));
      if (images === undefined) throw internalError(`${nameOf(request)}: a cell without its images`);
      return images;
    },
  };
}

/** The attack as a cell tells it. */
export function evaluatedAttack(
  session: EvaluationSession,
  defence: PlannedDefence,
  { label, family, attack, expectation }: Pick<PlannedAttack, 'label' | 'family' | 'attack' | 'expectation'>,
): EvaluatedAttack {
  // one draw stands for all where nothing is drawn
  const draws = canDraw(session, defence) ? expectation.draws : 1;
  return {
    label,
    family,
    kind: attack.kind,
    ...(attack.kind === 'fixed-budget' ? { ball: attack.ball } : {}),
    settings: { ...attack.settings },
    expectation: { ...expectation, draws },
    gradients: gradientPath(session, defence, attack.needs),
  };
}

function gradientPath(
  { plan }: EvaluationSession,
  { kind }: PlannedDefence,
  needs: 'gradients' | 'logits',
): GradientPath {
  if (needs === 'logits' || plan.evaluation.gradients === 'black-box') return { kind: 'none' };
  const isBpda = plan.evaluation.gradients === 'bpda-identity' && kind !== 'bare';
  return isBpda ? { kind: 'bpda', surrogate: 'identity' } : { kind: 'exact' };
}

interface Running {
  readonly defence: PlannedDefence;
  readonly planned: PlannedAttack;
  readonly attack: EvaluatedAttack;
  readonly set: ImageSet;
}

async function run(
  session: EvaluationSession,
  { defence, planned, attack, set }: Running,
  request: CellRequest,
): Promise<StoredCell<PackedImages>> {
  const { store, seed, signal, onEvent } = session;
  const victim = await session.defences.open(defence);
  const model = await attackedModel(session, defence, attack);
  const file = store.partialFile(request);
  await makeFolder(dirname(file));
  const clock = checkpointClock(session.checkpointSeconds);
  const result = await checkpointedAttack(
    {
      attack: planned.attack,
      model,
      victim,
      images: set.pixels,
      labels: set.labels,
      ids: set.ids,
      seed,
      batchSize: BATCH_SIZE,
      verification: verificationFor(session, defence),
      onSnapshot: () => clock.roundOver(),
      onProgress: ({ done, total }) =>
        onEvent?.({
          kind: 'attacking-defence',
          defence: defence.label,
          attack: attack.label,
          done,
          of: total,
        }),
      ...(signal === undefined ? {} : { signal }),
    },
    { file, facts: canonicalJson(request), everyRounds: Number.MAX_SAFE_INTEGER, isDue: () => clock.isDue() },
  );
  return { result: packImages(result.perImage), images: result.images };
}
