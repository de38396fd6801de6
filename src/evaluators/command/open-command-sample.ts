/** A sample of a command evaluator: made in each process that is to judge on it, and the same in all of them. */
import { BoSearchError } from '../../errors.js';
import { canonicalJson, contentHash } from '../../objective/images/content-hash.js';
import type { BlockObjective, ImageOutcomes, OutcomeBlock } from '../../trial/index.js';
import { isReported, plannedBlocks } from '../../trial/index.js';
import type {
  EvaluateOptions,
  EvaluatorRequestOptions,
  EvaluatorSample,
  OpenSampleOptions,
} from './command-evaluator.js';
import { fault, faultError } from './fault.js';
import type { EvaluateRequest, SampledReply, SampleRequest, SampleSpec } from './messages.js';
import { faultOf, type Player, type RequestOptions, type Session } from './session.js';

/** Runs a task when no other request is open. */
export type Exclusively = <T>(
  options: EvaluatorRequestOptions,
  task: (options: RequestOptions) => Promise<T>,
) => Promise<T>;

/** Digits of the hash in a name, as of other samples. */
const HASH_DIGITS = 12;

type Block = EvaluateRequest['block'];

/** What every request about one sample needs. */
interface Judging {
  readonly session: Session;
  readonly exclusively: Exclusively;
  readonly spec: SampleSpec;
  readonly name: string;
  /** Of the sample as first made; undefined where the evaluator cannot sample. */
  readonly hash: string | undefined;
}

export async function openCommandSample(
  session: Session,
  exclusively: Exclusively,
  spec: SampleSpec,
  options: OpenSampleOptions,
): Promise<EvaluatorSample> {
  assertSet(session, spec);
  const canSample = session.description.can?.includes('sample') === true;
  const sampled = canSample
    ? await exclusively(options, (request) => firstSample(session, spec, request))
    : undefined;
  const images = sampled?.images ?? spec.images;
  const block = options.blockSize ?? images;
  assertBlockSize(block, 'blockSize');
  const name = nameOf(session.description.model.hash, spec, sampled);
  const judging = { session, exclusively, spec, name, hash: sampled?.hash };
  return {
    spec,
    name,
    images,
    ...(sampled?.labels === undefined ? {} : { labels: Int32Array.from(sampled.labels) }),
    ...(sampled?.ids === undefined ? {} : { ids: sampled.ids }),
    ...(sampled?.attack === undefined ? {} : { attack: sampled.attack }),
    objective: objectiveOf(judging, blocksOf(images, block), options),
    evaluate: evaluateOf(judging, images, block),
  };
}

/** @throws BoSearchError `E_CONFIG` for a set there is not or more images than it has. */
export function assertSet({ description, name }: Session, spec: Pick<SampleSpec, 'set' | 'images'>): void {
  const set = description.sets.find((one) => one.name === spec.set);
  if (set === undefined) {
    const names = description.sets.map((one) => one.name).join(', ');
    throw new BoSearchError(
      'E_CONFIG',
      `${name}: expected one of its image sets (${names}), got ${spec.set}`,
    );
  }
  if (spec.images > set.images) {
    const got = `${spec.images}`;
    throw new BoSearchError(
      'E_CONFIG',
      `${name}: expected at most ${set.images} images of ${spec.set}, got ${got}`,
    );
  }
}

function assertBlockSize(size: number, option: string): void {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new BoSearchError('E_ARGUMENT', `sample ${option}: expected an integer of at least 1, got ${size}`);
  }
}

/** Asks for a sample that was not made before. */
async function firstSample(
  session: Session,
  spec: SampleSpec,
  options: RequestOptions,
): Promise<SampledReply> {
  const player = await session.player(options);
  const answer = await session.ask<SampleRequest>(player, { kind: 'sample', sample: spec }, options);
  const where = `${session.name}: sample of ${spec.set}`;
  if (answer.kind === 'aborted') throw options.signal.reason;
  if (answer.kind !== 'answered') throw faultError(where, faultOf(answer), player.conversation.stderrTail());
  session.noteGoodAnswer();
  if (answer.reply.images === 0) {
    throw faultError(where, fault('wrong-count', 'expected images to judge on, got none'), []);
  }
  player.samples.set(canonicalJson(spec), answer.reply.hash);
  return answer.reply;
}

function assertCount(images: number, all: number): void {
  if (Number.isSafeInteger(images) && images >= 1 && images <= all) return;
  throw new BoSearchError('E_ARGUMENT', `sample images: expected an integer from 1 to ${all}, got ${images}`);
}

function nameOf(model: string, spec: SampleSpec, sampled: SampledReply | undefined): string {
  const parts = canonicalJson({ model, spec, sampled: sampled?.hash ?? null });
  return `sample-${contentHash('sample', parts).slice('sha256:'.length).slice(0, HASH_DIGITS)}`;
}

function blocksOf(images: number, size: number): Block[] {
  return Array.from({ length: Math.ceil(images / size) }, (_, index) => ({
    index,
    from: index * size,
    to: Math.min(images, (index + 1) * size),
  }));
}

function objectiveOf(
  judging: Judging,
  blocks: readonly Block[],
  { onProgress }: OpenSampleOptions,
): BlockObjective {
  const progress = onProgress === undefined ? {} : { onProgress };
  return {
    async *evaluate(trial, { signal }): AsyncGenerator<OutcomeBlock> {
      const where = `${judging.session.name}: trial ${trial.number} on ${judging.name}`;
      for (const position of plannedBlocks(trial.blocks, blocks.length, where)) {
        const block = blocks[position];
        const { index, from, to } = block;
        if (isReported(trial, { sample: judging.name, block: index, images: to - from })) continue;
        const outcomes = await judge(judging, trial.alphas, block, { signal, ...progress });
        yield { sample: judging.name, block: block.index, outcomes };
      }
    },
  };
}

function evaluateOf(judging: Judging, all: number, size: number): EvaluatorSample['evaluate'] {
  async function evaluate(alphas: null, options?: EvaluateOptions): Promise<ImageOutcomes | undefined>;
  async function evaluate(alphas: readonly number[], options?: EvaluateOptions): Promise<ImageOutcomes>;
  async function evaluate(
    alphas: readonly number[] | null,
    options: EvaluateOptions = {},
  ): Promise<ImageOutcomes | undefined> {
    const { can = [] } = judging.session.description;
    if (alphas === null && !can.includes('no-defence')) return undefined;
    const { block = size, images = all, ...request } = options;
    assertBlockSize(block, 'block');
    assertCount(images, all);
    const parts: ImageOutcomes[] = [];
    for (const one of blocksOf(images, block)) parts.push(await judge(judging, alphas, one, request));
    return joined(parts, judging.spec);
  }
  return evaluate;
}

function joined(outcomes: readonly ImageOutcomes[], { parts }: SampleSpec): ImageOutcomes {
  return Object.fromEntries(parts.map((part) => [part, outcomes.map((one) => one[part] ?? '').join('')]));
}

/** One block under one α, in whatever process there is. */
async function judge(
  judging: Judging,
  alphas: readonly number[] | null,
  block: Block,
  options: EvaluatorRequestOptions,
): Promise<ImageOutcomes> {
  const { session, spec, name } = judging;
  const latents = session.description.latents.length;
  if (alphas !== null && alphas.length !== latents) {
    throw new BoSearchError('E_ALPHAS', `${session.name}: expected ${latents} alphas, got ${alphas.length}`);
  }
  return judging.exclusively(options, async (request) => {
    const player = await playerWithSample(judging, request);
    const body = { kind: 'evaluate', sample: spec, name, alphas, block, seed: spec.seed } as const;
    const answer = await session.ask<EvaluateRequest>(player, body, request);
    if (answer.kind === 'aborted') throw request.signal.reason;
    if (answer.kind !== 'answered') {
      const where = `${session.name}: evaluate block ${block.index} of ${name}`;
      throw faultError(where, faultOf(answer), player.conversation.stderrTail());
    }
    session.noteGoodAnswer();
    const { clean, robust } = answer.reply;
    return { ...(clean === undefined ? {} : { clean }), ...(robust === undefined ? {} : { robust }) };
  });
}

/** A process that has made the sample; a restarted one is asked to make it again, and must make the same. */
async function playerWithSample({ session, spec, hash }: Judging, options: RequestOptions): Promise<Player> {
  const key = canonicalJson(spec);
  for (;;) {
    const player = await session.player(options);
    if (hash === undefined || player.samples.get(key) === hash) return player;
    const answer = await session.ask<SampleRequest>(player, { kind: 'sample', sample: spec }, options);
    if (answer.kind === 'aborted') throw options.signal.reason;
    if (answer.kind === 'refused') await session.discard(player, faultOf(answer));
    if (answer.kind !== 'answered') continue;
    if (answer.reply.hash !== hash) {
      const changed = fault('changed', `sampled.hash: expected ${hash} as before, got ${answer.reply.hash}`);
      await session.leave(player, `sample of ${spec.set} after a restart`, changed);
    }
    player.samples.set(key, answer.reply.hash);
  }
}
