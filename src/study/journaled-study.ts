/** The study over a ledger: each call is guards, one record, one event. */
import { BoSearchError } from '../errors.js';
import type { PointInput, Space } from '../space/index.js';
import {
  assertDetached,
  assertPlanned,
  assertRunning,
  blockSize,
  checkBlock,
  type Decision,
  DETACHED,
  endingOf,
  type HeaderRecord,
  type Objective,
  type Outcome,
  type OutcomeBlock,
  plainBlock,
  trialOf,
} from '../trial/index.js';
import { enqueueRecord } from './enqueue-record.js';
import { type ExplainOptions, explainStudy, type StudyExplanation } from './explain.js';
import { explainTrial, type TrialExplanation } from './explain-trial.js';
import { type Finalist, finalistsOf } from './finalists.js';
import type { Ledger } from './ledger.js';
import { nextDecision } from './next-decision.js';
import { nextPoint } from './next-point.js';
import { optimize, type OptimizeOptions, type OptimizeResult } from './optimize.js';
import type { Policy } from './policies/policy.js';
import { type Recommendation, recommendation } from './recommend.js';
import { asBlockFinds } from './standing-blocks.js';
import { blockKey } from './state.js';
import type { AskOptions, EnqueueOptions, Study } from './study.js';
import { numberOf, type Trial, type TrialRef } from './trial.js';

export class JournaledStudy implements Study {
  private readonly ledger: Ledger;
  private readonly policy: Policy;
  /** Running trials of this session that were let go. */
  private readonly released = new Set<number>();

  constructor(ledger: Ledger, policy: Policy) {
    this.ledger = ledger;
    this.policy = policy;
  }

  get place(): string {
    return this.ledger.storage.place;
  }

  get header(): HeaderRecord {
    return this.ledger.state.header;
  }

  get space(): Space {
    return this.ledger.state.space;
  }

  get trials(): readonly Trial[] {
    return this.ledger.trials;
  }

  get endedTrials(): number {
    return this.ledger.state.endings.length;
  }

  get imagesJudged(): number {
    return this.ledger.state.imagesJudged;
  }

  get waiting(): number {
    const { enqueued, enqueuedAsked } = this.ledger.state;
    return enqueued.length - enqueuedAsked;
  }

  get brokenOff(): number {
    return [...this.ledger.state.running].filter((number) => this.isOrphan(number)).length;
  }

  ask(options?: AskOptions): Promise<Trial>;
  ask(count: number, options?: AskOptions): Promise<readonly Trial[]>;
  ask(first: number | AskOptions = {}, second: AskOptions = {}): Promise<Trial | readonly Trial[]> {
    if (typeof first !== 'number') return this.ledger.inTurn(() => this.askOne(first));
    if (!Number.isSafeInteger(first) || first < 1) {
      return Promise.reject(
        new BoSearchError('E_ARGUMENT', `ask: expected a count of at least 1, got ${first}`),
      );
    }
    return this.ledger.inTurn(() => this.askMany(first, second));
  }

  tell(ref: TrialRef, outcome?: Outcome): Promise<Trial> {
    return this.ledger.inTurn(() => this.end(ref, outcome, 'tell'));
  }

  fail(ref: TrialRef, reason: string): Promise<Trial> {
    return this.ledger.inTurn(() => this.end(ref, { failed: reason }, 'fail'));
  }

  expire(refs?: readonly TrialRef[]): Promise<readonly Trial[]> {
    return this.ledger.inTurn(async () => {
      const all = [...this.ledger.state.running].filter((number) => this.isDetached(number));
      const numbers = new Set(refs === undefined ? all : refs.map(numberOf));
      const trials = [...numbers].map((number) => this.running(number, 'expire'));
      for (const trial of trials) assertDetached(trial, 'expire');
      const ended: Trial[] = [];
      for (const trial of trials) ended.push(await this.end(trial, { failed: 'expired' }, 'expire'));
      return ended;
    });
  }

  release(ref: TrialRef): Promise<void> {
    return this.ledger.inTurn(async () => {
      const trial = this.running(ref, 'release');
      if (trial.owner === this.ledger.storage.token) this.released.add(trial.number);
    });
  }

  report(ref: TrialRef, block: OutcomeBlock): Promise<Decision> {
    return this.ledger.inTurn(async () => {
      const trial = asBlockFinds(this.ledger.state, this.running(ref, 'report'), block);
      const where = `report(trial ${trial.number})`;
      const verdict = checkBlock(block, trial.reported, this.ledger.state.header.weights, where);
      assertPlanned(block, trial.blocks, where);
      if (verdict === 'repeated') return trial.decision ?? 'continue';
      const kept = plainBlock(block);
      this.assertBlockSize(kept, where);
      const decision = nextDecision(this.ledger.state, this.policy, trial, kept);
      await this.ledger.commit({ kind: 'report', trial: trial.number, block: kept, decision });
      this.ledger.emit({
        kind: 'reported',
        trial: this.ledger.state.trials[trial.number],
        block: kept,
        decision,
      });
      return decision;
    });
  }

  enqueue(
    points: readonly PointInput[],
    labels?: readonly string[],
    options: EnqueueOptions = {},
  ): Promise<void> {
    return this.ledger.inTurn(async () => {
      const record = enqueueRecord(this.ledger.state.space, points, labels, options);
      if (record !== undefined) await this.ledger.commit(record);
    });
  }

  finalists(count: number): readonly Finalist[] {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new BoSearchError('E_ARGUMENT', `finalists: expected a count of at least 1, got ${count}`);
    }
    return finalistsOf(this.ledger.state, this.policy, count);
  }

  recommend(): Recommendation {
    return recommendation(this.ledger.state, this.policy);
  }

  explain(options?: ExplainOptions): StudyExplanation {
    return explainStudy(this.ledger.state, this.policy, this.place, options);
  }

  explainTrial(ref: TrialRef): TrialExplanation {
    const { storage } = this.ledger;
    return explainTrial(storage.read(), storage.place, () => this.policy, numberOf(ref));
  }

  async optimize(objective: Objective, options: OptimizeOptions): Promise<OptimizeResult> {
    const unlisten = this.ledger.listen(options.onEvent);
    try {
      const result = await optimize(this, objective, options);
      this.ledger.emit(result);
      return result;
    } finally {
      unlisten();
    }
  }

  close(): Promise<void> {
    return this.ledger.close();
  }

  private async askOne({ detached = false }: AskOptions): Promise<Trial> {
    const owner = detached ? DETACHED : this.ledger.storage.token;
    const orphan = this.orphan();
    if (orphan !== undefined) return this.handOver(orphan, owner);
    const { notes, ...point } = nextPoint(this.ledger.state, this.policy);
    const number = this.ledger.state.trials.length;
    await this.ledger.commit({ kind: 'ask', trial: number, ...point, owner });
    for (const note of notes) this.ledger.emit({ kind: 'degraded', trial: number, note });
    this.ledger.emit({ kind: 'asked', trial: this.ledger.state.trials[number] });
    return this.ledger.state.trials[number];
  }

  /** All or none: where one cannot be kept, those before it are let go, for the next ask to hand out. */
  private async askMany(count: number, options: AskOptions): Promise<readonly Trial[]> {
    const trials: Trial[] = [];
    try {
      while (trials.length < count) trials.push(await this.askOne(options));
      return trials;
    } catch (error) {
      for (const trial of trials) this.released.add(trial.number);
      throw error;
    }
  }

  /** The first running trial nobody works on: one of a dead session (only one lives at a time), or one let go. */
  private orphan(): Trial | undefined {
    for (const number of this.ledger.state.running) {
      if (this.isOrphan(number)) return this.ledger.state.trials[number];
    }
    return undefined;
  }

  private isOrphan(number: number): boolean {
    const { owner } = this.ledger.state.trials[number];
    return owner !== DETACHED && (owner !== this.ledger.storage.token || this.released.has(number));
  }

  private async handOver(orphan: Trial, owner: string): Promise<Trial> {
    await this.ledger.commit({ kind: 'handover', trial: orphan.number, owner });
    this.released.delete(orphan.number);
    const trial = this.ledger.state.trials[orphan.number];
    this.ledger.emit({ kind: 'resumed', trial, from: orphan.owner });
    return trial;
  }

  private async end(ref: TrialRef, outcome: Outcome | undefined, move: string): Promise<Trial> {
    const trial = this.running(ref, move);
    const ending = endingOf(trial, outcome, this.ledger.state.header.weights, move);
    await this.ledger.commit({ kind: 'tell', trial: trial.number, ...ending });
    this.released.delete(trial.number);
    this.ledger.emit({ kind: 'told', trial: this.ledger.state.trials[trial.number] });
    return this.ledger.state.trials[trial.number];
  }

  private running(ref: TrialRef, move: string): Trial {
    const trial = trialOf(this.ledger.state.trials, numberOf(ref), move);
    assertRunning(trial, move);
    return trial;
  }

  private isDetached(number: number): boolean {
    return this.ledger.state.trials[number].owner === DETACHED;
  }

  /** A block of a sample is the same images for every trial, or outcomes could not be compared. */
  private assertBlockSize(block: OutcomeBlock, where: string): void {
    const expected = this.ledger.state.blockSizes.get(blockKey(block.sample, block.block));
    if (expected === undefined || expected === blockSize(block)) return;
    throw new BoSearchError(
      'E_OUTCOME',
      `${where}.outcomes: expected ${expected} images in block ${block.block} of sample ` +
        `${JSON.stringify(block.sample)} as in earlier trials, got ${blockSize(block)}`,
      { hint: 'give another image set another sample name' },
    );
  }
}
