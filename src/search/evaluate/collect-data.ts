/** All pieces of an evaluation, from the folder or made now. */
import type { EvaluationData } from '../../objective/evaluation/evaluation-data.js';
import { attackCell, type AttackedCell } from './attack-cell.js';
import { convergenceCell, noiseCell, purifierOffCell, transferCell } from './check-cells.js';
import type { PlannedAttack } from './planned-attacks.js';
import type { PlannedDefence } from './planned-defences.js';
import { evaluatedDefence } from './probe-cell.js';
import { canDraw, type EvaluationSession } from './session.js';

/** A defence with its cells, in the order of the attacks. */
interface Attacked {
  readonly defence: PlannedDefence;
  readonly cells: readonly AttackedCell[];
}

/**
 * The data of an evaluation.
 * @param searched - ids of those of its images that a search was run on.
 * @throws the signal's reason if it is aborted; what models and attacks throw.
 */
export async function collectData(
  session: EvaluationSession,
  searched: readonly string[],
): Promise<EvaluationData> {
  const { plan, images } = session;
  const defences = [];
  for (const defence of plan.defences) defences.push(await evaluatedDefence(session, defence));
  const attacked = await allAttacked(session);
  return {
    classes: images.classes,
    images: images.ids,
    searched,
    defences,
    cells: attacked.flatMap(({ cells }) => cells.map(({ cell }) => cell)),
    transfers: await transfers(session, attacked),
    noise: await noise(session),
    convergence: await convergence(session),
  };
}

async function allAttacked(session: EvaluationSession): Promise<Attacked[]> {
  const { defences, attacks } = session.plan;
  const all: Attacked[] = [];
  for (const [i, defence] of defences.entries()) {
    const cells: AttackedCell[] = [];
    for (const attack of attacks) {
      cells.push(await attackCell(session, defence, attack));
      const done = i * attacks.length + cells.length;
      session.onEvent?.({ kind: 'evaluated', part: 'attacks', done, of: defences.length * attacks.length });
    }
    all.push({ defence, cells });
  }
  return all;
}

/** Sources of transfers: no defence, and every α = 0 without noise. */
function isSource(session: EvaluationSession, defence: PlannedDefence): boolean {
  return defence.kind === 'bare' || (defence.kind === 'purified' && !canDraw(session, defence));
}

async function transfers(
  session: EvaluationSession,
  attacked: readonly Attacked[],
): Promise<EvaluationData['transfers']> {
  const { transfer, purifierOff } = session.plan.evaluation.checks;
  const from = attacked.filter(({ defence }) => transfer && isSource(session, defence));
  const jobs = from.flatMap((source) =>
    attacked
      .filter((target) => target !== source)
      .flatMap(({ defence, cells }) =>
        source.cells.map((made, at) => () => transferCell(session, made, { defence, own: cells[at] })),
      ),
  );
  const off = attacked
    .filter(({ defence }) => purifierOff && defence.kind !== 'bare')
    .flatMap(({ defence, cells }) => cells.map((made) => () => purifierOffCell(session, defence, made)));
  return inTurn(session, 'transfers', [...jobs, ...off]);
}

async function noise(session: EvaluationSession): Promise<EvaluationData['noise']> {
  const { evaluation, attacks, defences } = session.plan;
  if (evaluation.checks.noiseTries === 0) return [];
  const balls = new Map<string, PlannedAttack>();
  for (const planned of attacks) {
    if (planned.attack.kind === 'fixed-budget') balls.set(JSON.stringify(planned.attack.ball), planned);
  }
  const jobs = defences.flatMap((defence) =>
    [...balls.values()].flatMap(({ attack, images }) =>
      attack.kind === 'fixed-budget' ? [() => noiseCell(session, defence, attack.ball, images)] : [],
    ),
  );
  return inTurn(session, 'random noise', jobs);
}

async function convergence(session: EvaluationSession): Promise<EvaluationData['convergence']> {
  const { evaluation, defences } = session.plan;
  const planned = convergenceAttack(session.plan.attacks);
  if (evaluation.checks.convergence.images === 0 || planned === undefined) return [];
  const drawing = defences.filter((defence) => canDraw(session, defence));
  return inTurn(
    session,
    'more draws',
    drawing.map((defence) => () => convergenceCell(session, defence, planned)),
  );
}

/** The first family of a fixed budget that follows gradients over many steps, at its middle bound. */
function convergenceAttack(attacks: readonly PlannedAttack[]): PlannedAttack | undefined {
  const fits = ({ attack }: PlannedAttack) => attack.kind === 'fixed-budget' && attack.needs === 'gradients';
  // one step shows little, and a cascade takes means over draws of its own
  const isPlain = ({ attack }: PlannedAttack) => !/^(fgsm|autoattack)/.test(attack.settings.name);
  const family = (attacks.find((one) => fits(one) && isPlain(one)) ?? attacks.find(fits))?.family;
  const members = attacks.filter((one) => one.family === family && fits(one));
  return members[Math.floor(members.length / 2)];
}

/** One after the other: all share one tensor runtime. */
async function inTurn<T>(
  { onEvent }: EvaluationSession,
  part: string,
  jobs: readonly (() => Promise<T>)[],
): Promise<T[]> {
  const done: T[] = [];
  for (const job of jobs) {
    done.push(await job());
    onEvent?.({ kind: 'evaluated', part, done: done.length, of: jobs.length });
  }
  return done;
}
