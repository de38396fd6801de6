/** Entry of a worker thread: opens what `workerData` names, then answers requests in the order they came. */
import { parentPort, workerData } from 'node:worker_threads';
import { internalError } from '../../errors.js';
import { openWorkshop } from './answer-work.js';
import type { Workshop } from './answer-work.js';
import { CalledOff } from './cotangent-meeting.js';
import type { Answer, Reply, Request, WorkerSettings } from './messages.js';
import { toWireError } from './wire-error.js';

if (parentPort === null) throw internalError('worker.js is the entry of a worker thread');
const port = parentPort;

function say(reply: Reply, hand: readonly Float32Array[] = []): void {
  port.postMessage(
    reply,
    hand.map((values) => values.buffer as ArrayBuffer),
  );
}

async function serve(workshop: Workshop, { call, work }: Request): Promise<void> {
  try {
    const meet = (logits: Float32Array): void => say({ kind: 'meeting', call, logits });
    const answer = await workshop.answer(work, meet);
    say({ kind: 'done', call, answer }, arraysOf(answer));
  } catch (error) {
    if (error instanceof CalledOff) say({ kind: 'called-off', call });
    else say({ kind: 'failed', call, error: toWireError(error) });
  }
}

function arraysOf({ logits, gradient }: Answer): Float32Array[] {
  return [logits, gradient].filter((values) => values !== undefined);
}

try {
  const workshop = await openWorkshop(workerData as WorkerSettings);
  // One at a time: what two requests would hold together is not in the memory budget, and meetings need one order.
  let last = Promise.resolve();
  port.on('message', (request: Request) => {
    last = last.then(() => serve(workshop, request));
  });
  say({ kind: 'opened', facts: workshop.facts });
} catch (error) {
  say({ kind: 'not-opened', error: toWireError(error) });
}
