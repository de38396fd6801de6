/**
 * One trial through an objective: from asked to told.
 *
 * What an objective throws, or yields that is no outcome, is a finding about the trial: it fails with that reason. What
 * the study throws (a full disk) is no such thing and goes up, and so does an evaluator that is gone for good; its trial
 * stays running. After the signal came, an objective that throws has given up: its trial is handed out again.
 */
import { BoSearchError, EvaluatorGoneError } from '../errors.js';
import type {
  BlockObjective,
  Decision,
  EvaluationContext,
  Objective,
  ObjectiveFunction,
  Outcome,
  OutcomeBlock,
} from '../trial/index.js';
import type { Trial } from './trial.js';

/** What evaluation needs of a study. */
export interface EvaluatedStudy {
  /** Number of ended trials. */
  readonly endedTrials: number;
  tell(trial: number, outcome?: Outcome): Promise<Trial>;
  report(trial: number, block: OutcomeBlock): Promise<Decision>;
  fail(trial: number, reason: string): Promise<Trial>;
  release(trial: number): Promise<void>;
}

type Attempt<T> =
  { readonly kind: 'done'; readonly value: T } | { readonly kind: 'threw'; readonly error: unknown };

/** When evaluation ends before the objective does. */
export interface EvaluationLimits {
  /** Aborted when the trial shall be left running. */
  readonly signal: AbortSignal;
  /** Whether no more images are to be judged: a trial that has a plan and some of it ends with what it has. */
  readonly enough?: () => boolean;
}

/** Evaluates a trial and tells the study; undefined where the trial was left running because of the signal. */
export async function evaluateTrial(
  study: EvaluatedStudy,
  objective: Objective,
  trial: Trial,
  { signal, enough = () => false }: EvaluationLimits,
): Promise<Trial | undefined> {
  const isEnough = () => trial.blocks !== undefined && enough();
  // the session before died between this answer and the tell
  if (trial.decision === 'stop' || (trial.reported.length > 0 && isEnough())) return study.tell(trial.number);
  return typeof objective === 'function'
    ? evaluateAtOnce(study, objective, trial, { signal })
    : evaluateInBlocks(study, objective, trial, { signal }, isEnough);
}

async function evaluateAtOnce(
  study: EvaluatedStudy,
  objective: ObjectiveFunction,
  trial: Trial,
  context: EvaluationContext,
): Promise<Trial | undefined> {
  const judged = await attempt(async () => objective(trial, context));
  if (judged.kind === 'threw') return failOrRelease(study, trial, judged.error, context.signal);
  const outcome = typeof judged.value === 'number' ? { value: judged.value } : judged.value;
  return orFail(study, trial, () => study.tell(trial.number, outcome ?? { failed: NOTHING_RETURNED }));
}

const NOTHING_RETURNED = 'the objective returned nothing';

async function evaluateInBlocks(
  study: EvaluatedStudy,
  objective: BlockObjective,
  trial: Trial,
  context: EvaluationContext,
  isEnough: () => boolean,
): Promise<Trial | undefined> {
  const started = await attempt(async () => objective.evaluate(trial, context)[Symbol.asyncIterator]());
  if (started.kind === 'threw') return failOrRelease(study, trial, started.error, context.signal);
  const blocks = started.value;
  let any = trial.reported.length > 0;
  for (;;) {
    const step = await attempt(async () => blocks.next());
    if (step.kind === 'threw') return failOrRelease(study, trial, step.error, context.signal);
    if (step.value.done === true) break;
    const block = step.value.value;
    const answer = await orFail(study, trial, () => study.report(trial.number, block));
    any = true;
    if (answer !== 'continue' || isEnough()) {
      await attempt(async () => blocks.return?.());
      if (answer !== 'continue' && answer !== 'stop') return answer;
      break;
    }
    if (context.signal.aborted) {
      await attempt(async () => blocks.return?.());
      return release(study, trial);
    }
  }
  return any ? study.tell(trial.number) : study.fail(trial.number, 'the objective reported no block');
}

/** An outcome that the study cannot take fails the trial; other errors are not the objective's. */
async function orFail<T>(study: EvaluatedStudy, trial: Trial, task: () => Promise<T>): Promise<T | Trial> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof BoSearchError) || error.code !== 'E_OUTCOME') throw error;
    return study.fail(trial.number, error.message);
  }
}

async function failOrRelease(
  study: EvaluatedStudy,
  trial: Trial,
  error: unknown,
  signal: AbortSignal,
): Promise<Trial | undefined> {
  if (signal.aborted) return release(study, trial);
  if (!(error instanceof EvaluatorGoneError)) return study.fail(trial.number, reasonOf(error));
  await release(study, trial);
  throw error;
}

async function release(study: EvaluatedStudy, trial: Trial): Promise<undefined> {
  await study.release(trial.number);
  return undefined;
}

function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message || error.name : String(error);
  return said === '' ? 'the objective threw an empty error' : said;
}

async function attempt<T>(task: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { kind: 'done', value: await task() };
  } catch (error) {
    return { kind: 'threw', error };
  }
}
