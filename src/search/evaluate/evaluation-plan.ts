/** What an evaluation will do, known before anything is computed. */
import type { EvaluationConfig } from '../config/evaluation-config.js';
import { evaluationOf } from '../config/evaluation-config.js';
import { type AttacksAsked, type PlannedAttack, plannedAttacks } from './planned-attacks.js';
import { type DefencesAsked, type PlannedDefence, plannedDefences } from './planned-defences.js';

export interface EvaluationPlan {
  readonly evaluation: EvaluationConfig;
  readonly attacks: readonly PlannedAttack[];
  readonly defences: readonly PlannedDefence[];
}

export interface PlanAsked extends Omit<AttacksAsked, 'only'>, Omit<DefencesAsked, 'only' | 'side'> {
  readonly attacks?: readonly string[];
  readonly defences?: readonly string[];
}

/** @throws BoSearchError `E_CONFIG` as `plannedAttacks` and `plannedDefences` do. */
export function evaluationPlan(asked: PlanAsked): EvaluationPlan {
  const { attacks, defences, ...rest } = asked;
  return {
    evaluation: evaluationOf(asked.config),
    attacks: plannedAttacks({ ...rest, ...(attacks === undefined ? {} : { only: attacks }) }),
    defences: plannedDefences({
      ...rest,
      side: asked.image.height,
      ...(defences === undefined ? {} : { only: defences }),
    }),
  };
}
