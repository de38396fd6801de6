/** Checks a command that judges trials: what a search takes for granted of it, asked for in one process without restarts. */
import { performance } from 'node:perf_hooks';
import { BoSearchError, EvaluatorGoneError } from '../../errors.js';
import type { SampleSpec } from '../command/messages.js';
import { type CommandEvaluatorOptions, evaluatorSettings } from '../command/options.js';
import { type RequestOptions, Session } from '../command/session.js';
import {
  checkAttackBatch,
  checkAttackedImages,
  checkClassifierGradient,
  checkDefenceGradient,
  checkDraws,
} from './attack-checks.js';
import {
  checkBlocks,
  checkDeterminism,
  checkNoiseFree,
  checkRefusal,
  checkSample,
  checkSpeed,
} from './checks.js';
import { type EvaluatorFinding, evaluatorToCheck, failed, passed } from './evaluator-to-check.js';

/** In the order in which they run, after the start. */
const CHECKS = {
  'sample twice': checkSample,
  determinism: checkDeterminism,
  'two blocks': checkBlocks,
  'no noise at α = 0': checkNoiseFree,
  'wrong number of α': checkRefusal,
  'images to attack': checkAttackedImages,
  draws: checkDraws,
  'batch of two': checkAttackBatch,
  'classifier gradient': checkClassifierGradient,
  'defence gradient': checkDefenceGradient,
  speed: checkSpeed,
} as const;

export type EvaluatorCheckName = 'start' | keyof typeof CHECKS;

/** Names of all checks, in the order in which they run. */
export const EVALUATOR_CHECK_NAMES = ['start', ...Object.keys(CHECKS)] as readonly EvaluatorCheckName[];

export interface EvaluatorCheckResult extends EvaluatorFinding {
  readonly name: EvaluatorCheckName;
  readonly seconds: number;
}

export interface CheckEvaluatorOptions extends CommandEvaluatorOptions {
  /** What a search would ask for; of fewer images where the set has fewer. */
  readonly sample: SampleSpec;
  readonly signal?: AbortSignal;
  readonly onStart?: (name: EvaluatorCheckName, index: number, of: number) => void;
  readonly onResult?: (result: EvaluatorCheckResult) => void;
  /** Seconds of a clock that never goes back; for figures alone. */
  readonly clock?: () => number;
}

/**
 * Starts the evaluator, checks it and ends it. What goes wrong is a finding; when its process is gone, the checks that are
 * left are skipped.
 * @throws BoSearchError `E_CONFIG` for options that cannot be; the signal's reason if it is aborted.
 */
export async function checkEvaluator(
  options: CheckEvaluatorOptions,
): Promise<readonly EvaluatorCheckResult[]> {
  const { sample, signal = new AbortController().signal, clock = seconds, onStart, onResult } = options;
  const session = new Session(evaluatorSettings({ ...options, restarts: 0 }));
  const request = { signal, onProgress: () => undefined };
  const results: EvaluatorCheckResult[] = [];
  const run = async (name: EvaluatorCheckName, check: () => Promise<EvaluatorFinding>): Promise<void> => {
    signal.throwIfAborted();
    onStart?.(name, results.length, EVALUATOR_CHECK_NAMES.length);
    const start = clock();
    const result = { name, ...(await settled(check, signal)), seconds: clock() - start };
    results.push(result);
    onResult?.(result);
  };
  try {
    await run('start', () => started(session, sample, request));
    const subject = results[0].status === 'passed' ? evaluatorToCheck(session, sample, request) : undefined;
    for (const [name, check] of Object.entries(CHECKS)) {
      await run(name as keyof typeof CHECKS, async () =>
        subject === undefined ? GONE : check(subject, clock),
      );
    }
  } finally {
    await session.close();
  }
  return results;
}

const GONE: EvaluatorFinding = { status: 'skipped', detail: 'the evaluator is gone' };

async function started(
  session: Session,
  { set }: SampleSpec,
  request: RequestOptions,
): Promise<EvaluatorFinding> {
  await session.open(request);
  const { evaluator, model, latents, classes, sets, device } = session.description;
  const names = sets.map(({ name, images }) => `${images} ${name}`).join(', ');
  if (!sets.some(({ name }) => name === set)) {
    return failed(
      `expected images named ${set}, got ${names || 'none'}`,
      'a search takes its images from the sets search and heldOut of the description',
    );
  }
  return passed(
    `${evaluator.name} ${evaluator.version}${device === undefined ? '' : ` on ${device}`}: ` +
      `${model.name}, ${latents.length} latents, ${classes.length} classes, images: ${names}`,
    { latents: latents.length, classes: classes.length },
  );
}

async function settled(
  check: () => Promise<EvaluatorFinding>,
  signal: AbortSignal,
): Promise<EvaluatorFinding> {
  try {
    return await check();
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof EvaluatorGoneError) return GONE;
    const detail = error instanceof Error ? error.message : String(error);
    const hint = error instanceof BoSearchError ? error.hint : undefined;
    return { status: 'failed', detail, ...(hint === undefined ? {} : { hint }) };
  }
}

function seconds(): number {
  return performance.now() / 1000;
}
