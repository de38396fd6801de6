/** The model an attack sees of a defence: with the gradients, and the mean over draws, that the evaluation asks for. */
import { withExpectation } from '../../objective/attacks/model/expected-model.js';
import type { AttackableModel } from '../../objective/attacks/model/attackable-model.js';
import { blackBox } from '../../objective/attacks/model/gradient-paths.js';
import type { EvaluatedAttack } from '../../objective/evaluation/evaluation-data.js';
import type { PlannedDefence } from './planned-defences.js';
import type { EvaluationSession } from './session.js';

/** The model that `attack` is run on. */
export async function attackedModel(
  session: EvaluationSession,
  defence: PlannedDefence,
  { gradients, expectation }: Pick<EvaluatedAttack, 'gradients' | 'expectation'>,
): Promise<AttackableModel> {
  const model = await withGradients(session, defence, gradients.kind);
  return expectation.draws === 1 ? model : withExpectation(model, expectation);
}

async function withGradients(
  { defences }: EvaluationSession,
  defence: PlannedDefence,
  kind: EvaluatedAttack['gradients']['kind'],
): Promise<AttackableModel> {
  switch (kind) {
    case 'none':
      return blackBox(await defences.open(defence));
    case 'bpda':
      return defences.bpda(defence);
    default:
      return defences.open(defence);
  }
}
