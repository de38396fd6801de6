/** The last step of every reader: the checks of the JSON form, with their findings said at the place in the file. */
import { BoSearchError } from '../../errors.js';
import { schedulesFromJson, schedulesProblem, type SchedulesFile } from '../schedules-file.js';

/** What a caller knows that a form does not say. */
export interface ReadOptions {
  /** How to call the file in errors. */
  readonly file?: string;
  /** Name of the model; default `unknown`. */
  readonly model?: string;
  /** Names of the latents, where the form has none; default `z0`, `z1`, …. */
  readonly latents?: readonly string[];
}

/** The model of schedules whose form names none. */
export const UNNAMED_MODEL = 'unknown';

/** `z0` … `z(N−1)`. */
export function latentNames(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `z${i}`);
}

/**
 * The checked schedules file.
 * @param value - in the JSON form.
 * @param placeOf - the place of a JSON pointer's steps: what the message begins with.
 * @throws BoSearchError `E_SCHEDULES`
 */
export function placedSchedules(
  value: unknown,
  placeOf: (steps: readonly string[]) => string,
  hint: string,
): SchedulesFile {
  const problem = schedulesProblem(value);
  if (problem === undefined) return schedulesFromJson(value);
  const steps = problem.pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  throw new BoSearchError('E_SCHEDULES', `${placeOf(steps)}: ${problem.reason}`, { hint });
}
