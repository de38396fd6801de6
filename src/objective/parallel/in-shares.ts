/** Sends each worker its share of a call's images and puts the answers together, in the images' order. */
import type { DifferentiableModel } from '../attacks/contract/attack-batch.js';
import type { CotangentOf, Draw, VjpResult } from '../attacks/model/attackable-model.js';
import { ShapeError } from '../../errors.js';
import { callOff, CalledOff, createMeeting, writeCotangent } from './cotangent-meeting.js';
import type { Answer, OpenedFacts, Target, Work } from './messages.js';
import { sharesOf } from './shares.js';
import type { Share } from './shares.js';
import type { WorkerThread } from './worker-thread.js';

/** The threads of a pool, all of which opened the same. */
export interface Team {
  readonly threads: readonly WorkerThread[];
  readonly facts: OpenedFacts;
}

/** Images and draw of a call that an attack makes. */
export interface DrawnImages {
  readonly target: Target;
  readonly images: Float32Array;
  readonly draw: Draw;
}

/**
 * The answers to a request to every share, in order. All are waited for, also where one failed.
 * @throws the error of the first share that failed.
 */
export async function askShares(
  { threads }: Team,
  images: number,
  ask: (thread: WorkerThread, share: Share, at: number) => Promise<Answer>,
): Promise<Answer[]> {
  const asked = sharesOf(images, threads.length).map((share, at) => ask(threads[at], share, at));
  const settled = await Promise.allSettled(asked);
  const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (reasons.length > 0) throw reasons.find((reason) => !(reason instanceof CalledOff)) ?? reasons[0];
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Logits (B, K) of a call. @throws as `askShares` does. */
async function logitsInShares(team: Team, call: DrawnImages): Promise<Float32Array> {
  const answers = await askShares(team, call.draw.imageIds.length, (thread, share) => {
    const part = partOf(team, call, share);
    return thread.ask({ kind: 'logits', ...part }, [bufferOf(part.images)]);
  });
  return joined(answers, 'logits');
}

/**
 * Logits and ∂loss/∂images of a call; a cotangent that is a function is asked once, with the logits of all images.
 * @throws ShapeError for a cotangent of another length, what the function throws, and as `askShares` does.
 */
async function vjpInShares(team: Team, call: DrawnImages, cotangent: CotangentOf): Promise<VjpResult> {
  const answers = await (typeof cotangent === 'function'
    ? vjpAtMeeting(team, call, cotangent)
    : vjpOfFixed(team, call, cotangent));
  return { logits: joined(answers, 'logits'), gradient: joined(answers, 'gradient') };
}

function vjpOfFixed(team: Team, call: DrawnImages, cotangent: Float32Array): Promise<Answer[]> {
  const { classes } = team.facts;
  const count = call.draw.imageIds.length;
  assertCotangent(cotangent, count, classes);
  return askShares(team, count, (thread, share) => {
    const part = partOf(team, call, share);
    const values = cotangent.slice(share.from * classes, share.to * classes);
    const work: Work = { kind: 'vjp', ...part, cotangent: { kind: 'fixed', values } };
    return thread.ask(work, [bufferOf(part.images), bufferOf(values)]);
  });
}

async function vjpAtMeeting(
  team: Team,
  call: DrawnImages,
  cotangent: (logits: Float32Array) => Float32Array,
): Promise<Answer[]> {
  const { classes } = team.facts;
  const count = call.draw.imageIds.length;
  const shares = sharesOf(count, team.threads.length);
  const meetings = shares.map(({ from, to }) => createMeeting((to - from) * classes));
  const logits = new Float32Array(count * classes);
  let missing = shares.length;
  let thrown: { readonly reason: unknown } | undefined;
  const callAllOff = (): void => meetings.forEach(callOff);
  const meet = ({ from }: Share, own: Float32Array): void => {
    logits.set(own, from * classes);
    missing -= 1;
    if (missing > 0) return;
    try {
      const values = cotangent(logits);
      assertCotangent(values, count, classes);
      shares.forEach((share, at) => {
        writeCotangent(meetings[at], values.subarray(share.from * classes, share.to * classes));
      });
    } catch (reason) {
      thrown = { reason };
      callAllOff();
    }
  };
  return askShares(team, count, (thread, share, at) => {
    const part = partOf(team, call, share);
    const buffer = meetings[at];
    const work: Work = { kind: 'vjp', ...part, cotangent: { kind: 'meeting', buffer } };
    const asked = thread.ask(work, [bufferOf(part.images)], (own) => meet(share, own));
    // Who failed will not come to the meeting: the others must not wait.
    asked.catch(callAllOff);
    return asked;
  }).catch((reason: unknown) => {
    throw thrown === undefined ? reason : thrown.reason;
  });
}

/** The images of a share, copied so that they can be handed over. */
function partOf({ facts }: Team, { target, images, draw }: DrawnImages, { from, to }: Share): DrawnImages {
  return {
    target,
    images: images.slice(from * facts.pixels, to * facts.pixels),
    draw: { key: draw.key, index: draw.index, imageIds: draw.imageIds.slice(from, to) },
  };
}

/** One array of what every share answered. */
export function joined(answers: readonly Answer[], name: 'logits' | 'gradient'): Float32Array {
  const parts = answers.map((answer) => answer[name] ?? new Float32Array(0));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The buffer of an array that fills it. */
export function bufferOf(values: Float32Array): ArrayBuffer {
  return values.buffer as ArrayBuffer;
}

function assertCotangent(values: Float32Array, images: number, classes: number): void {
  if (values.length === images * classes) return;
  const expected = `${images * classes} numbers (${images} images, ${classes} classes)`;
  throw new ShapeError(`cotangent: expected ${expected}, got ${values.length}`);
}

/** A model as attacks see it. @param check - throws for a call that does not fit. */
export function modelInShares(
  team: Team,
  target: Target,
  check: (images: Float32Array, draw: Draw) => void,
): DifferentiableModel {
  return {
    classes: team.facts.classes,
    pixels: team.facts.pixels,
    logits: async (images, draw) => {
      check(images, draw);
      return logitsInShares(team, { target, images, draw });
    },
    vjp: async (images, draw, cotangent) => {
      check(images, draw);
      return vjpInShares(team, { target, images, draw }, cotangent);
    },
  };
}
