/** What an evaluation will do, known before anything is computed. */
import type { ComparisonOptions } from '../../objective/evaluation/attack-report/compare-defences.js';
import type { EvaluationConfig } from '../config/evaluation-config.js';
import { evaluationOf } from '../config/evaluation-config.js';
import type { SearchConfig } from '../config/search-config.js';
import { type AttacksAsked, BOUND_FACTORS, type PlannedAttack, plannedAttacks } from './planned-attacks.js';
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

/** The learned schedule is compared with all others; minimum norms are read at the bounds of the plan. */
export function reportOptions(
  { attacks, defences }: EvaluationPlan,
  { attack: { l2Bound } }: SearchConfig,
): ComparisonOptions {
  const learned = defences.find(({ schedule }) => schedule === 'learned');
  const hasBounds = attacks.some(({ attack }) => attack.kind === 'fixed-budget' && attack.ball.norm === 'l2');
  return {
    ...(learned === undefined ? {} : { reference: learned.label }),
    ...(hasBounds ? {} : { bounds: BOUND_FACTORS.map((factor) => factor * l2Bound) }),
  };
}
