/** From a journal to the state of its study; live studies take the same steps, one record at a time. */
import { BoSearchError } from '../errors.js';
import { pointValues } from '../space/index.js';
import {
  type AskRecord,
  assertRunning,
  assertPlanned,
  assertWeights,
  blockSize,
  checkBlock,
  checkOutcome,
  type EnqueueRecord,
  imageJudgements,
  isFailed,
  isMeasurement,
  type JournalRecord,
  measurementOf,
  type Outcome,
  type ReportRecord,
  type ScoreWeights,
  type TellRecord,
  trialOf,
} from '../trial/index.js';
import { blockKey, initialState, type StudyState } from './state.js';
import { asBlockFinds } from './standing-blocks.js';
import { type Trial, trialFromAsk } from './trial.js';

/** Rounding between releases of the arithmetic that adds blocks up. */
const MEAN_ROUNDING = 1e-9;

/**
 * The state that records lead to.
 * @param place - of the journal; record i stands on line i + 1 of it.
 * @throws E_JOURNAL, with place and line, if a record does not follow from those before it.
 */
export function replay(records: readonly JournalRecord[], place: string): StudyState {
  const state = begin(records[0], place);
  for (let i = 1; i < records.length; i++) applyAtLine(state, records[i], place, i + 1);
  return state;
}

/**
 * The same, seen before each step: a record after the header, its line, and the state that it was written in.
 * @throws as `replay`, when it comes to the record.
 */
export function* replaying(
  records: readonly JournalRecord[],
  place: string,
): Generator<{ readonly state: StudyState; readonly record: JournalRecord; readonly line: number }> {
  const state = begin(records[0], place);
  for (let i = 1; i < records.length; i++) {
    yield { state, record: records[i], line: i + 1 };
    applyAtLine(state, records[i], place, i + 1);
  }
}

/**
 * Takes one step.
 * @throws BoSearchError if the record does not follow from the state, which then stays as it was.
 */
export function applyRecord(state: StudyState, record: JournalRecord): void {
  switch (record.kind) {
    case 'header':
      throw new BoSearchError('E_JOURNAL', 'expected one header, got a second');
    case 'session':
      return;
    case 'enqueue': {
      const points = record.points.map((point, i) => ({
        values: pointValues(state.space, point, `points[${i}]`),
        label: record.labels[i] ?? 'user',
        ...planOf(record, i),
      }));
      state.enqueued.push(...points);
      return;
    }
    case 'ask':
      return applyAsk(state, record);
    case 'handover':
      change(state, record.trial, 'handover', { owner: record.owner });
      state.handedOver.add(record.trial);
      return;
    case 'report':
      return applyReport(state, record);
    case 'tell':
      return applyTell(state, record);
  }
}

function begin(header: JournalRecord | undefined, place: string): StudyState {
  if (header?.kind !== 'header') {
    throw new BoSearchError('E_JOURNAL', `${place}:1: expected a header, got ${header?.kind ?? 'nothing'}`);
  }
  try {
    assertWeights(header.weights, 'header.weights');
    return initialState(header);
  } catch (error) {
    throw atLine(error, place, 1);
  }
}

function applyAtLine(state: StudyState, record: JournalRecord, place: string, line: number): void {
  try {
    applyRecord(state, record);
  } catch (error) {
    throw atLine(error, place, line);
  }
}

function planOf({ blocks }: EnqueueRecord, i: number): { readonly blocks?: readonly number[] } {
  const plan = blocks?.[i] ?? null;
  return plan === null ? {} : { blocks: plan };
}

function applyAsk(state: StudyState, record: AskRecord): void {
  const { trials, space } = state;
  if (record.trial !== trials.length) {
    throw new BoSearchError('E_JOURNAL', `ask: expected trial ${trials.length}, got ${record.trial}`);
  }
  if (record.unit.length !== space.names.length) {
    throw new BoSearchError(
      'E_JOURNAL',
      `ask.unit: expected ${space.names.length} numbers, got ${record.unit.length}`,
    );
  }
  if (record.origin.by === 'enqueued') {
    if (state.enqueuedAsked === state.enqueued.length) {
      throw new BoSearchError('E_JOURNAL', 'ask: expected an enqueued point to be left, got none');
    }
    state.enqueuedAsked++;
  }
  trials.push(trialFromAsk(space, record));
  state.running.add(record.trial);
}

function applyReport(state: StudyState, record: ReportRecord): void {
  const { block } = record;
  const trial = asBlockFinds(state, trialOf(state.trials, record.trial, 'report'), block);
  const where = `report(trial ${trial.number})`;
  checkBlock(block, trial.reported, state.header.weights, where);
  assertPlanned(block, trial.blocks, where);
  change(state, trial.number, 'report', {
    reported: Object.freeze([...trial.reported, block]),
    decision: record.decision,
  });
  state.handedOver.delete(trial.number);
  state.blockSizes.set(blockKey(block.sample, block.block), blockSize(block));
  state.imagesJudged += imageJudgements(block);
}

function applyTell(state: StudyState, record: TellRecord): void {
  const outcome = checkOutcome(record.outcome, `tell(trial ${record.trial})`);
  if (isFailed(outcome) !== (record.state === 'failed')) {
    throw new BoSearchError(
      'E_JOURNAL',
      `tell.state: expected ${isFailed(outcome) ? 'failed' : 'complete or stopped'}, got ${record.state}`,
    );
  }
  assertOfBlocks(trialOf(state.trials, record.trial, 'tell'), outcome, state.header.weights);
  change(state, record.trial, 'tell', { state: record.state, outcome });
  state.running.delete(record.trial);
  state.handedOver.delete(record.trial);
  state.endings.push(record.trial);
}

/** A trial that reported blocks ends with what they add up to, or as failed. */
function assertOfBlocks({ reported, number }: Trial, outcome: Outcome, weights: ScoreWeights): void {
  if (reported.length === 0 || isFailed(outcome)) return;
  const { sample, images, mean } = measurementOf(reported, weights);
  const agrees =
    isMeasurement(outcome) &&
    outcome.sample === sample &&
    outcome.images === images &&
    Math.abs(outcome.mean - mean) <= MEAN_ROUNDING;
  if (agrees) return;
  throw new BoSearchError(
    'E_JOURNAL',
    `tell(trial ${number}): expected the mean ${mean} of the ${images} images reported, got ${JSON.stringify(outcome)}`,
  );
}

function change(state: StudyState, number: number, move: string, changes: Partial<Trial>): void {
  const trial = trialOf(state.trials, number, move);
  assertRunning(trial, move);
  state.trials[number] = Object.freeze({ ...trial, ...changes });
}

function atLine(error: unknown, place: string, line: number): unknown {
  if (!(error instanceof BoSearchError)) return error;
  return new BoSearchError('E_JOURNAL', `${place}:${line}: ${error.message}`, {
    hint: 'the journal was changed by hand or by another program; restore it from a copy',
    cause: error,
  });
}
