/**
 * An attack as a machine: it goes in rounds, and between rounds all that it remembers is in its state.
 *
 * The state is plain data (numbers, strings, booleans, null, typed arrays, and arrays and objects of those), so that an
 * attack that was cut short can be written down and go on to the same bytes. Rounds are in step for all images of a
 * batch: an image that needs no more of them sits out, and the number of a draw is a function of the round alone, so
 * that the result of an image is the same alone and in any batch.
 */
import type { AttackableModel } from '../model/attackable-model.js';
import type { AttackBatch } from './attack-batch.js';

export interface AttackMachine<
  Model extends AttackableModel = AttackableModel,
  State extends object = object,
  Result = unknown,
> {
  /** The state before the first round; asks the model nothing. */
  begin(batch: AttackBatch<Model>): State;
  /** True if no round is left, also where no image needs one. */
  isDone(batch: AttackBatch<Model>, state: State): boolean;
  /** One round: a few calls of the model. Changes the state only once all its calls were answered. */
  step(batch: AttackBatch<Model>, state: State): Promise<void>;
  result(batch: AttackBatch<Model>, state: State): Result;
}

/**
 * All rounds of a machine.
 * @param state - where to go on; from the beginning if absent.
 * @throws the reason of the batch's signal, looked at before every round.
 */
export async function runMachine<Model extends AttackableModel, State extends object, Result>(
  machine: AttackMachine<Model, State, Result>,
  batch: AttackBatch<Model>,
  state: State = machine.begin(batch),
): Promise<Result> {
  while (!machine.isDone(batch, state)) {
    batch.signal?.throwIfAborted();
    await machine.step(batch, state);
  }
  return machine.result(batch, state);
}
