/**
 * Which blocks of its sample a trial is to be judged on.
 *
 * A plan names blocks by their positions, in the order in which they are to be judged. A trial without a plan is judged
 * on all blocks there are.
 */
import { BoSearchError, type ErrorCode } from '../errors.js';
import type { OutcomeBlock } from './outcome.js';

/**
 * Checks that a plan is a list of different block positions, at least one.
 * @param where - names the plan in the message.
 * @param code - whose mistake it is.
 */
export function assertPlan(
  plan: unknown,
  where: string,
  code: ErrorCode = 'E_ARGUMENT',
): asserts plan is readonly number[] {
  const isPlan =
    Array.isArray(plan) &&
    plan.length > 0 &&
    plan.every((block) => Number.isSafeInteger(block) && block >= 0) &&
    new Set(plan).size === plan.length;
  if (isPlan) return;
  throw new BoSearchError(
    code,
    `${where}: expected a list of different block positions from 0, got ${JSON.stringify(plan) ?? 'nothing'}`,
  );
}

/**
 * Checks that a block is one of those planned; where nothing is planned, every block is.
 * @throws E_OUTCOME naming the block and the plan.
 */
export function assertPlanned(
  { block }: OutcomeBlock,
  plan: readonly number[] | undefined,
  where: string,
): void {
  if (plan === undefined || plan.includes(block)) return;
  throw new BoSearchError(
    'E_OUTCOME',
    `${where}.block: expected one of the planned blocks ${plan.join(', ')}, got ${block}`,
    { hint: 'judge the blocks that trial.blocks names, in that order' },
  );
}

/**
 * The blocks to judge of a sample that has `count` of them: those planned, in the plan's order, or all.
 * @param where - names objective and sample in the message.
 * @throws E_OUTCOME if the plan names a block that the sample does not have.
 */
export function plannedBlocks(
  plan: readonly number[] | undefined,
  count: number,
  where: string,
): readonly number[] {
  if (plan === undefined) return Array.from({ length: count }, (_, block) => block);
  const missing = plan.find((block) => block >= count);
  if (missing === undefined) return plan;
  throw new BoSearchError(
    'E_OUTCOME',
    `${where}: expected a plan of blocks from 0 to ${count - 1}, got block ${missing}`,
    { hint: 'the policy and the sample disagree on the number of blocks' },
  );
}

/** Whether every planned block was reported; undefined where nothing is planned. */
export function isPlanDone(
  plan: readonly number[] | undefined,
  reported: readonly OutcomeBlock[],
): boolean | undefined {
  return plan?.every((block) => reported.some((one) => one.block === block));
}
