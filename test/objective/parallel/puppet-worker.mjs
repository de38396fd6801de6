// A worker thread that misbehaves as the model's name says, for tests of what the pool makes of it.
//   never-opens: dies before it says a word; dies: ends at the first request; throws: throws at the first request;
//   meets: waits for the cotangent at every vjp, but fails for shares with an image called "bad".
import { parentPort, workerData } from 'node:worker_threads';

const facts = { runtime: 'puppet', classifier: 'puppet', classes: 1, pixels: 1, latents: 1 };

function answerAtMeeting({ call, work }) {
  if (work.draw.imageIds.includes('bad')) {
    const error = { code: 'E_NON_FINITE', message: 'puppet: got NaN on image "bad"', hint: 'none' };
    parentPort.postMessage({ kind: 'failed', call, error });
    return;
  }
  parentPort.postMessage({ kind: 'meeting', call, logits: work.images });
  const state = new Int32Array(work.cotangent.buffer, 0, 1);
  Atomics.wait(state, 0, 0);
  if (state[0] === 2) parentPort.postMessage({ kind: 'called-off', call });
  else {
    const gradient = new Float32Array(work.cotangent.buffer.slice(4));
    parentPort.postMessage({ kind: 'done', call, answer: { logits: work.images, gradient } });
  }
}

if (workerData.model === 'never-opens') process.exit(3);
parentPort.on('message', (request) => {
  if (workerData.model === 'dies') process.exit(7);
  if (workerData.model === 'throws') throw new Error('puppet fell over');
  answerAtMeeting(request);
});
parentPort.postMessage({ kind: 'opened', facts });
