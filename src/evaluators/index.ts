/** Who evaluates a trial. */
export { inProcessObjective } from './in-process-objective.js';
export type { InProcessOptions } from './in-process-objective.js';
