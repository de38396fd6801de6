/**
 * Whether a trial of a race goes on after a block: not where the paired test or the model has seen enough.
 *
 * A trial that leads goes on to the end of its plan: a leader has to prove itself on as many images as the one it replaces.
 */
import type { Decision, OutcomeBlock, ScoreWeights } from '../../../../trial/index.js';
import type { PolicyContext } from '../../policy.js';
import type { ModelOf } from '../model-of.js';
import { imageScores } from './image-scores.js';
import { type RacedPoint, racedPoints } from './judged-point.js';
import { evidenceOfLosing } from './paired-test.js';
import type { RacingSettings } from './racing-settings.js';
import { probabilityBetter, standings } from './standing.js';

/**
 * The answer to the newest of `blocks`.
 * Fresh blocks (from B on) are never stopped: finalists are compared on all of them.
 * @param modelOf - a model that keeps the last fit.
 */
export function decideRace(
  context: PolicyContext,
  trial: number,
  blocks: readonly OutcomeBlock[],
  settings: RacingSettings,
  modelOf: ModelOf,
): Decision {
  if (blocks.some(({ block }) => block >= settings.blocks)) return 'continue';
  const now = withBlocks(context, trial, blocks);
  const { unit, origin } = now.trials[trial];
  const points = racedPoints(now);
  const own = points.find((point) => point.unit.join() === unit.join());
  const others = points.filter((point) => point !== own && point.blocks.length > 0);
  if (own === undefined || others.length === 0) return blocks.length < settings.start ? 'continue' : 'stop';
  const surrogate = modelOf(now)?.surrogate;
  const ranked = surrogate === undefined ? [] : standings(now, surrogate).map(({ point }) => point);
  const rival = ranked.find((point) => point.unit.join() !== unit.join()) ?? mostJudged(others);
  if (isLosing(own, rival, now, settings.evidence)) return 'stop';
  if (blocks.length < settings.start && origin.by !== 'promote') return 'continue';
  if (surrogate === undefined) return 'stop';
  return probabilityBetter(surrogate, unit, rival.unit) < settings.futility ? 'stop' : 'continue';
}

/** The history with a trial's blocks as they are now. */
function withBlocks(context: PolicyContext, trial: number, reported: readonly OutcomeBlock[]): PolicyContext {
  return {
    ...context,
    trials: context.trials.map((other) => (other.number === trial ? { ...other, reported } : other)),
  };
}

/** The point judged on the most blocks, the first of equals. */
function mostJudged(points: readonly RacedPoint[]): RacedPoint {
  return points.reduce((a, b) => (b.blocks.length > a.blocks.length ? b : a));
}

/** Whether the images that both saw are evidence enough that the point is worse than its rival. */
function isLosing(own: RacedPoint, rival: RacedPoint, context: PolicyContext, evidence: number): boolean {
  const sign = context.direction === 'maximize' ? 1 : -1;
  const differences = pairedDifferences(own, rival, context.weights).map((difference) => sign * difference);
  return evidenceOfLosing(differences) >= evidence;
}

/** Differences of image scores over the blocks that both points saw, in the first one's order of blocks. */
function pairedDifferences(a: RacedPoint, b: RacedPoint, weights?: ScoreWeights): readonly number[] {
  return a.blocks.flatMap((block) => {
    const other = b.blocks.find((one) => one.block === block.block && one.sample === block.sample);
    if (other === undefined) return [];
    const those = imageScores(other, weights);
    return imageScores(block, weights).map((score, i) => score - those[i]);
  });
}
