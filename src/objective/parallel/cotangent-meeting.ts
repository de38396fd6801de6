/**
 * Where a worker in the middle of a pass waits for the cotangent at its logits.
 *
 * TensorFlow.js holds its tape open meanwhile, so the worker cannot go back to its event loop: it sleeps on a shared
 * word until the pool has the logits of all shares, asks the caller's function once, and writes each share's part.
 * One pass forward is saved for every gradient.
 */

const WAITING = 0;
const WRITTEN = 1;
const CALLED_OFF = 2;
const HEADER_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** A buffer for `size` numbers of ∂loss/∂logits. */
export function createMeeting(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + size * Float32Array.BYTES_PER_ELEMENT);
}

/** Hands the numbers over and wakes the worker. */
export function writeCotangent(buffer: SharedArrayBuffer, values: Float32Array): void {
  new Float32Array(buffer, HEADER_BYTES).set(values);
  wake(buffer, WRITTEN);
}

/** Wakes the worker without numbers: another share failed, or the caller's function threw. */
export function callOff(buffer: SharedArrayBuffer): void {
  wake(buffer, CALLED_OFF);
}

/** Thrown in the worker after `callOff`; nobody is told of it, for the reason is known where it was called off. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff';
}

/**
 * Sleeps until the numbers are there. Blocks the thread: for workers only.
 * @throws CalledOff after `callOff`.
 */
export function awaitCotangent(buffer: SharedArrayBuffer): Float32Array {
  const state = new Int32Array(buffer, 0, 1);
  Atomics.wait(state, 0, WAITING);
  if (Atomics.load(state, 0) === CALLED_OFF) throw new CalledOff('the cotangent was called off');
  return Float32Array.from(new Float32Array(buffer, HEADER_BYTES));
}

function wake(buffer: SharedArrayBuffer, state: number): void {
  const word = new Int32Array(buffer, 0, 1);
  Atomics.store(word, 0, state);
  Atomics.notify(word, 0);
}
