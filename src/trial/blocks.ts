/**
 * What makes the blocks of one trial fit together.
 *
 * One trial is judged on one sample; its blocks all hold the same parts (clean, robust, or both), and a block that
 * comes twice must come the same twice.
 */
import { BoSearchError } from '../errors.js';
import { assertBits } from './bits.js';
import type { ImageOutcomes, OutcomeBlock, ScoreWeights } from './outcome.js';

const PARTS = ['clean', 'robust'] as const;

/** Whether a block is new to its trial; a repeated one changes nothing. */
export type BlockVerdict = 'new' | 'repeated';

/**
 * Checks a block alone and against those its trial already has.
 * @param earlier - blocks of the same trial, in any order.
 * @param where - names the trial in messages.
 * @throws E_OUTCOME, and nothing changes.
 */
export function checkBlock(
  block: OutcomeBlock,
  earlier: readonly OutcomeBlock[],
  weights: ScoreWeights,
  where: string,
): BlockVerdict {
  assertBlock(block, where);
  assertWeighedParts(block.outcomes, weights, where);
  const first = earlier[0];
  if (first === undefined) return 'new';
  assertSameSample(block, first, where);
  assertSameParts(block, first, where);
  const same = earlier.find((other) => other.block === block.block);
  if (same === undefined) return 'new';
  assertIdentical(block, same, where);
  return 'repeated';
}

/** Number of images in a block. */
export function blockSize(block: OutcomeBlock): number {
  return (block.outcomes.clean ?? block.outcomes.robust ?? '').length;
}

/** Whether a trial that was handed out again already has a block, of that sample and of as many images. */
export function isReported(
  { reported = [] }: { readonly reported?: readonly OutcomeBlock[] },
  { sample, block, images }: { readonly sample: string; readonly block: number; readonly images: number },
): boolean {
  return reported.some((one) => one.sample === sample && one.block === block && blockSize(one) === images);
}

/** Image judgements in a block: each image once for each of its parts, clean and attacked. */
export function imageJudgements({ outcomes: { clean, robust } }: OutcomeBlock): number {
  return (clean?.length ?? 0) + (robust?.length ?? 0);
}

/** The block with nothing but its known fields. */
export function plainBlock(block: OutcomeBlock): OutcomeBlock {
  const { clean, robust } = block.outcomes;
  const outcomes = { ...(clean === undefined ? {} : { clean }), ...(robust === undefined ? {} : { robust }) };
  return { sample: block.sample, block: block.block, outcomes };
}

function assertBlock(block: OutcomeBlock, where: string): void {
  if (typeof block !== 'object' || block === null || typeof block.outcomes !== 'object') {
    throw bad(`${where}: expected a block { sample, block, outcomes }, got ${describe(block)}`);
  }
  if (typeof block.sample !== 'string' || block.sample === '') {
    throw bad(`${where}.sample: expected a name, got ${describe(block.sample)}`);
  }
  if (!Number.isSafeInteger(block.block) || block.block < 0) {
    throw bad(`${where}.block: expected an integer from 0, got ${describe(block.block)}`);
  }
  const { clean, robust } = block.outcomes;
  if (clean === undefined && robust === undefined) {
    throw bad(`${where}.outcomes: expected clean or robust bits, got neither`);
  }
  for (const part of PARTS) {
    if (block.outcomes[part] !== undefined) assertBits(block.outcomes[part], `${where}.outcomes.${part}`);
  }
  if (clean !== undefined && robust !== undefined && clean.length !== robust.length) {
    throw bad(
      `${where}.outcomes: expected as many robust as clean bits (${clean.length}), got ${robust.length}`,
    );
  }
}

function assertWeighedParts(outcomes: ImageOutcomes, weights: ScoreWeights, where: string): void {
  for (const part of PARTS) {
    if (weights[part] > 0 && outcomes[part] === undefined) {
      throw bad(
        `${where}.outcomes: expected ${part} bits, whose weight is ${weights[part]}, got none`,
        `report ${part} bits, or create the study with weight 0 for them`,
      );
    }
  }
}

function assertSameSample(block: OutcomeBlock, first: OutcomeBlock, where: string): void {
  if (block.sample !== first.sample) {
    throw bad(
      `${where}.sample: expected ${JSON.stringify(first.sample)} as in the trial's first block, ` +
        `got ${JSON.stringify(block.sample)}`,
      'a trial is judged on one sample; ask for another trial to judge the point on a fresh one',
    );
  }
}

function assertSameParts(block: OutcomeBlock, first: OutcomeBlock, where: string): void {
  for (const part of PARTS) {
    const expected = first.outcomes[part] !== undefined;
    if ((block.outcomes[part] !== undefined) !== expected) {
      throw bad(
        `${where}.outcomes: expected ${expected ? '' : 'no '}${part} bits as in the trial's first block, ` +
          `got ${expected ? 'none' : 'some'}`,
      );
    }
  }
}

function assertIdentical(block: OutcomeBlock, same: OutcomeBlock, where: string): void {
  for (const part of PARTS) {
    if (block.outcomes[part] !== same.outcomes[part]) {
      throw bad(
        `${where}: expected block ${block.block} of sample ${JSON.stringify(block.sample)} to be as first ` +
          `reported, got other ${part} bits`,
        'on one sample the outcome of a point is fixed; give another noise key another sample name',
      );
    }
  }
}

function describe(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function bad(message: string, hint?: string): BoSearchError {
  return new BoSearchError('E_OUTCOME', message, hint === undefined ? {} : { hint });
}
