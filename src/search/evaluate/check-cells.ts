/** What is run beside the attacks, to show where they are too weak: transfers, the purifier off, noise, more draws. */
import type { Ball } from '../../objective/attacks/geometry/ball.js';
import { gatherRows } from '../../objective/attacks/geometry/gather-rows.js';
import { type DrawnJudgement, judge } from '../../objective/attacks/run/judge.js';
import { isFooled, ONE_DRAW, type Verification } from '../../objective/attacks/run/verification.js';
import type { AttackableModel } from '../../objective/attacks/model/attackable-model.js';
import type { ConvergenceCell, NoiseCell, TransferCell } from '../../objective/evaluation/evaluation-data.js';
import { randomNoise } from '../../objective/evaluation/random-noise.js';
import { type ImageSet, valuesPerImage } from '../../objective/images/image-set.js';
import { attackCell, type AttackedCell } from './attack-cell.js';
import type { PlannedAttack } from './planned-attacks.js';
import type { PlannedDefence } from './planned-defences.js';
import { BATCH_SIZE, type EvaluationSession, firstImages, piece, verificationFor } from './session.js';

/** A bit an image. */
interface Bits {
  readonly cleanError: string;
  readonly fooled: string;
}

/** Images made against one defence, judged behind another. */
export async function transferCell(
  session: EvaluationSession,
  made: AttackedCell,
  target: { readonly defence: PlannedDefence; readonly own: AttackedCell },
): Promise<TransferCell> {
  const { defence, own } = target;
  const set = firstImages(session, made.cell.perImage.length);
  const verification = verificationFor(session, defence);
  const decidedBy = {
    made: made.name,
    labels: set.hash,
    defence: session.hashOf(defence),
    verification,
  };
  const { result } = await piece<Pick<Bits, 'fooled'>>(
    session,
    { kind: 'transfer', of: defence },
    decidedBy,
    async () => {
      const model = await session.defences.open(defence);
      const images = await made.images();
      return { result: { fooled: bits(await fooledBy(session, model, images, set, verification)) } };
    },
  );
  const cleanError = own.cell.perImage.map(({ outcome }) => outcome === 'clean-error');
  return {
    defence: defence.label,
    from: made.cell.defence,
    attack: made.cell.attack.label,
    judge: 'defence',
    perImage: perImage(set.ids, cleanError, result.fooled),
  };
}

/** The images made against a defence, on the classifier without it. */
export async function purifierOffCell(
  session: EvaluationSession,
  defence: PlannedDefence,
  made: AttackedCell,
): Promise<TransferCell> {
  const set = firstImages(session, made.cell.perImage.length);
  const { classifier } = session.defences;
  const decidedBy = { made: made.name, labels: set.hash };
  const { result } = await piece<Bits>(
    session,
    { kind: 'purifier-off', of: defence },
    decidedBy,
    async () => ({
      result: {
        cleanError: bits(await fooledBy(session, classifier, set.pixels, set, ONE_DRAW)),
        fooled: bits(await fooledBy(session, classifier, await made.images(), set, ONE_DRAW)),
      },
    }),
  );
  return {
    defence: made.cell.defence,
    from: made.cell.defence,
    attack: made.cell.attack.label,
    judge: 'purifier-off',
    perImage: perImage(
      set.ids,
      [...result.cleanError].map((bit) => bit === '1'),
      result.fooled,
    ),
  };
}

/** Random points at the rim of a ball: an image counts that one of them fools firmly. */
export async function noiseCell(
  session: EvaluationSession,
  defence: PlannedDefence,
  ball: Ball,
  images: number,
): Promise<NoiseCell> {
  const set = firstImages(session, images);
  const verification = verificationFor(session, defence);
  const tries = session.plan.evaluation.checks.noiseTries;
  const decidedBy = { images: set.hash, defence: session.hashOf(defence), ball, tries, verification };
  const { result } = await piece<Bits>(session, { kind: 'noise', of: defence }, decidedBy, async () => {
    const model = await session.defences.open(defence);
    const cleanError = await fooledBy(session, model, set.pixels, set, verification);
    const fooled = set.ids.map(() => false);
    for (let number = 0; number < tries; number += 1) {
      const noisy = randomNoise(set.pixels, set.ids, ball, session.seed, number);
      const found = await firmlyFooled(session, model, noisy, set, { verification, number });
      for (const [i, one] of found.entries()) fooled[i] ||= one;
    }
    return { result: { cleanError: bits(cleanError), fooled: bits(fooled) } };
  });
  return {
    defence: defence.label,
    ball,
    tries,
    perImage: perImage(
      set.ids,
      [...result.cleanError].map((bit) => bit === '1'),
      result.fooled,
    ),
  };
}

/** One attack with several numbers of draws behind every answer. */
export async function convergenceCell(
  session: EvaluationSession,
  defence: PlannedDefence,
  planned: PlannedAttack,
): Promise<ConvergenceCell> {
  const { draws, images } = session.plan.evaluation.checks.convergence;
  const count = Math.min(images, planned.images);
  const successes: number[] = [];
  for (const n of draws) {
    const expectation = { ...planned.expectation, draws: n };
    const { cell } = await attackCell(session, defence, planned, { images: count, expectation });
    successes.push(cell.perImage.filter(({ outcome }) => outcome === 'success').length);
  }
  return { defence: defence.label, attack: planned.label, images: count, draws, successes };
}

interface NoiseTry {
  readonly verification: Verification;
  readonly number: number;
}

/** One draw for all; where it is fooled, fresh draws decide. */
async function firmlyFooled(
  session: EvaluationSession,
  model: AttackableModel,
  images: Float32Array,
  set: ImageSet,
  { verification, number }: NoiseTry,
): Promise<boolean[]> {
  const key = `noise/${session.seed}/${number}`;
  const first = await judged(session, model, images, set, { key, count: 1 });
  if (verification.draws === 1) return first.map(({ wrong }) => wrong > 0);
  const rows = first.flatMap(({ wrong }, row) => (wrong > 0 ? [row] : []));
  const some = {
    ids: rows.map((row) => set.ids[row]),
    labels: Int32Array.from(rows, (row) => set.labels[row]),
  };
  const pixels = gatherRows(images, rows, valuesPerImage(set.shape));
  const again = await judged(session, model, pixels, some, { key, from: 1, count: verification.draws });
  const fooled = first.map(() => false);
  for (const [at, row] of rows.entries()) fooled[row] = isFooled(again[at].wrong, verification);
  return fooled;
}

async function fooledBy(
  session: EvaluationSession,
  model: AttackableModel,
  images: Float32Array,
  set: ImageSet,
  verification: Verification,
): Promise<boolean[]> {
  const draws = { key: `judged/${session.seed}`, count: verification.draws };
  const all = await judged(session, model, images, set, draws);
  return all.map(({ wrong }) => isFooled(wrong, verification));
}

function judged(
  { signal }: EvaluationSession,
  model: AttackableModel,
  images: Float32Array,
  { ids, labels }: Pick<ImageSet, 'ids' | 'labels'>,
  draws: Parameters<typeof judge>[1],
): Promise<DrawnJudgement[]> {
  const asked = { images, labels, ids, batchSize: BATCH_SIZE };
  return judge(model, draws, { ...asked, ...(signal === undefined ? {} : { signal }) });
}

function perImage(ids: readonly string[], cleanError: readonly boolean[], fooled: string) {
  return ids.map((id, i) => ({ id, cleanError: cleanError[i], fooled: fooled[i] === '1' }));
}

function bits(values: readonly boolean[]): string {
  return values.map((value) => (value ? '1' : '0')).join('');
}
