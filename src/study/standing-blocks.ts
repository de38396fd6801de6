/**
 * Which blocks of a running trial stand beside a new one.
 *
 * A trial is judged on one sample. Where it changed hands half way and its new owner has another sample, such as
 * attacked images that had to be made again, its earlier blocks say nothing on that one: it begins anew with the first
 * block of the new sample, in place of failing over it.
 */
import type { OutcomeBlock } from '../trial/index.js';
import type { StudyState } from './state.js';
import type { Trial } from './trial.js';

/** The trial as the block finds it: without blocks and decision where it begins anew. A function of the journal alone. */
export function asBlockFinds(state: StudyState, trial: Trial, block: OutcomeBlock): Trial {
  const [first] = trial.reported;
  const stands = first === undefined || first.sample === block?.sample || !state.handedOver.has(trial.number);
  if (stands) return trial;
  const anew: { -readonly [Key in keyof Trial]: Trial[Key] } = { ...trial, reported: [] };
  delete anew.decision;
  return anew;
}
