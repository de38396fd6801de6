/** Opens a study on a storage: begins it, or goes on with the one that is there. */
import { BoSearchError } from '../errors.js';
import type { Space } from '../space/index.js';
import type { HeaderRecord, JournalRecord, Json, Storage, StorageWarning } from '../trial/index.js';
import { assertOptions, describeValue } from './assert-options.js';
import type { StudyListener } from './events.js';
import { assertSameStudy, makeHeader, type StudyFacts } from './header.js';
import { type ExplainOptions, explainStudy, type StudyExplanation } from './explain.js';
import { explainTrial, type TrialExplanation } from './explain-trial.js';
import { JournaledStudy } from './journaled-study.js';
import { Ledger } from './ledger.js';
import type { Policy } from './policies/policy.js';
import { type Recommendation, recommendation } from './recommend.js';
import { replay } from './replay.js';
import type { StudyState } from './state.js';
import type { Study } from './study.js';
import { numberOf, type Trial, type TrialRef } from './trial.js';
import { type ReplayProof, verifyReplay, type VerifyOptions } from './verify-replay.js';

/**
 * Makes the policy of one name from its settings. What is left out of them has its default; in settings that a journal
 * keeps, `written`, it has the value that was the only one when the journal was begun.
 */
export type PolicyFactory = (settings?: Json, written?: 'journal') => Policy;

/** A policy by name, with settings, or one of the caller's own. */
export type PolicyChoice = string | { readonly name: string; readonly settings?: Json } | Policy;

export interface OpenOptions extends StudyFacts {
  /** Default `bayes`, or on reopening the policy it was begun with. */
  readonly policy?: PolicyChoice;
  /** Facts about this session, for readers of the journal. */
  readonly session?: Json;
  readonly onEvent?: StudyListener;
}

/** What composition brings: the policies there are, and the versions at work. */
export interface Composition {
  readonly policies: Readonly<Record<string, PolicyFactory>>;
  readonly versions: HeaderRecord['versions'];
}

/** A study seen by a reader, without its lock. */
export interface StudyView {
  readonly place: string;
  readonly header: HeaderRecord;
  readonly space: Space;
  readonly trials: readonly Trial[];
  /** What reading found, such as a last line that a writer has not finished; empty where all was well. */
  readonly warnings: readonly StorageWarning[];
  /** The posterior-mean best with its interval, the best observed beside it. @throws E_TRIAL_STATE if no trial has a value. */
  recommend(): Recommendation;
  /** What the study's model knows. @throws E_TRIAL_STATE if no trial has a value, or fewer than 3 for a model. */
  explain(options?: ExplainOptions): StudyExplanation;
  /** Why a trial went where it went, from the records before it. @throws E_TRIAL_STATE if there is no such trial. */
  explainTrial(trial: TrialRef): TrialExplanation;
}

const DEFAULT_POLICY = 'bayes';

const SPACE_HINT = 'for example alphaSpace(18), or createSpace({ x: real(0, 1) })';

/** Every option of `OpenOptions`. */
export const OPEN_OPTIONS = [
  'space',
  'seed',
  'direction',
  'weights',
  'rescore',
  'about',
  'policy',
  'session',
  'onEvent',
] as const satisfies readonly (keyof OpenOptions)[];

/**
 * Opens the study of a storage, whose lock the caller holds; begins it where the storage is empty.
 * The storage is closed again where that fails.
 * @throws E_CONFIG naming the first difference from the study that is there, or an option that cannot be;
 *   E_JOURNAL if its records do not follow from one another.
 */
export async function openStudyOn(
  storage: Storage,
  options: OpenOptions,
  composition: Composition,
): Promise<Study> {
  try {
    assertKinds(options);
    const records = storage.read();
    const policy = choosePolicy(options.policy, headerOf(records), composition.policies);
    const ledger = new Ledger(
      storage,
      records.length === 0
        ? await begin(storage, makeHeader(withSpace(options), policy, composition.versions))
        : goOn(records, options, policy, storage.place, composition.policies),
    );
    ledger.listen(options.onEvent);
    for (const warning of storage.warnings) ledger.emit({ kind: 'warning', warning });
    await ledger.commit({ kind: 'session', token: storage.token, about: options.session ?? null });
    return new JournaledStudy(ledger, policy);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** The study that a journal tells of, for readers. */
export function viewStudy(
  journal: Pick<StudyView, 'place' | 'warnings'> & { readonly records: readonly JournalRecord[] },
  choice: PolicyChoice | undefined,
  composition: Composition,
): StudyView {
  const { place, records, warnings } = journal;
  const state = replay(records, place);
  const { header, space } = state;
  const makePolicy = (): Policy => choosePolicy(choice, header, composition.policies);
  return {
    place,
    header,
    space,
    trials: Object.freeze([...state.trials]),
    warnings,
    recommend: () => recommendation(state, makePolicy()),
    explain: (options) => explainStudy(state, makePolicy(), place, options),
    explainTrial: (trial) => explainTrial(records, place, makePolicy, numberOf(trial)),
  };
}

/** What TypeScript would say of a space, a policy and a listener, for callers without it. */
function assertKinds({ space, policy, onEvent }: OpenOptions): void {
  if (space !== undefined && !(isObject(space) && Array.isArray(space.parameters))) {
    throw new BoSearchError('E_CONFIG', `study space: expected a space, got ${describeValue(space)}`, {
      hint: SPACE_HINT,
    });
  }
  if (policy !== undefined && typeof policy !== 'string') {
    if (!isObject(policy)) {
      throw new BoSearchError(
        'E_CONFIG',
        `study policy: expected a name, { name, settings } or a policy, got ${describeValue(policy)}`,
      );
    }
    if (!isOwn(policy)) assertOptions('study policy', policy, ['name', 'settings']);
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw new BoSearchError('E_CONFIG', `study onEvent: expected a function, got ${describeValue(onEvent)}`);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Makes every suggestion and decision of a journal again.
 * @param choice - the study's policy, where it is one of the caller's own; an object is used for all sessions.
 * @throws E_CONFIG if the policy is not one there is, or its settings are not those of the journal; as `verifyReplay`.
 */
export function verifyStudy(
  { records, place }: { readonly records: readonly JournalRecord[]; readonly place: string },
  choice: PolicyChoice | undefined,
  options: VerifyOptions,
  composition: Composition,
): ReplayProof {
  const header = headerOf(records);
  const makePolicy = (): Policy => choosePolicy(choice, header, composition.policies);
  if (header !== undefined) {
    assertSameStudy(asReadToday(header, choice, composition.policies), {}, makePolicy(), place);
  }
  return verifyReplay(records, place, makePolicy, options);
}

async function begin(storage: Storage, header: HeaderRecord): Promise<StudyState> {
  const kept = JSON.parse(JSON.stringify(header)) as HeaderRecord;
  await storage.append(kept);
  return replay([kept], storage.place);
}

function goOn(
  records: readonly JournalRecord[],
  options: OpenOptions,
  policy: Policy,
  place: string,
  policies: Composition['policies'],
): StudyState {
  const state = replay(records, place);
  assertSameStudy(asReadToday(state.header, options.policy, policies), options, policy, place);
  return state;
}

/** The header, with the defaults of settings that it is too old to have; a policy of the caller's own has none. */
function asReadToday(
  header: HeaderRecord,
  choice: PolicyChoice | undefined,
  policies: Composition['policies'],
): HeaderRecord {
  const { name, settings } = header.policy;
  const make = isOwn(choice) || !Object.hasOwn(policies, name) ? undefined : policies[name];
  return make === undefined
    ? header
    : { ...header, policy: { name, settings: make(settings, 'journal').settings } };
}

function isOwn(choice: PolicyChoice | undefined): choice is Policy {
  return typeof choice === 'object' && 'suggest' in choice;
}

function choosePolicy(
  choice: PolicyChoice | undefined,
  header: HeaderRecord | undefined,
  policies: Composition['policies'],
): Policy {
  if (isOwn(choice)) return choice;
  const given = typeof choice === 'string' ? { name: choice } : choice;
  const { name, settings } = given ?? header?.policy ?? { name: DEFAULT_POLICY };
  const make = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (make === undefined) {
    throw new BoSearchError(
      'E_CONFIG',
      `study policy: expected ${Object.keys(policies).join(', ')} or a policy of your own, got ${describeValue(name)}`,
    );
  }
  if (name !== header?.policy.name) return make(settings);
  return make(
    settings === undefined ? header.policy.settings : over(header.policy.settings, settings),
    'journal',
  );
}

/** Settings as a study was begun with, but for those given now: one that differs is found when they are compared. */
function over(kept: Json, given: Json): Json {
  const both = [kept, given].every(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  );
  return both ? { ...(kept as object), ...(given as object) } : given;
}

function headerOf(records: readonly JournalRecord[]): HeaderRecord | undefined {
  const first = records[0];
  return first?.kind === 'header' ? first : undefined;
}

function withSpace(options: OpenOptions): OpenOptions & { readonly space: Space } {
  const { space } = options;
  if (space === undefined) {
    throw new BoSearchError('E_CONFIG', 'study space: expected a space for a new study, got nothing', {
      hint: SPACE_HINT,
    });
  }
  return { ...options, space };
}
