/** Composition: studies on the storages and with the policies there are. */
import { versions } from 'node:process';
import { BoSearchError } from './errors.js';
import type { Space } from './space/index.js';
import { createMemoryStorage, openJournal, readJournal } from './storage/index.js';
import {
  assertOptions,
  type Composition,
  describeValue,
  OPEN_OPTIONS,
  type OpenOptions,
  openStudyOn,
  type PolicyChoice,
  type PolicyFactory,
  type ReplayProof,
  type Study,
  type StudyView,
  type VerifyOptions,
  verifyStudy,
  viewStudy,
} from './study/index.js';
import { createBayesPolicy } from './study/policies/bayes/index.js';
import { createRandomPolicy } from './study/policies/random.js';
import { createSobolPolicy } from './study/policies/sobol.js';
import type { Json, JournalRecord, Storage } from './trial/index.js';
import { VERSION } from './version.js';

export interface StudyOptions<Name extends string = string> extends OpenOptions {
  /** What is searched; on reopening it must be the one the study was begun with. */
  readonly space: Space<Name>;
  /** Folder of the journal, which is made if it is not there, or a storage of your own. Default: in memory. */
  readonly storage?: string | Storage;
}

const COMPOSITION: Composition = {
  policies: {
    bayes: createBayesPolicy,
    random: withoutSettings('random', createRandomPolicy),
    sobol: withoutSettings('sobol', createSobolPolicy),
  },
  versions: { boSearch: VERSION, node: versions.node },
};

/**
 * Begins a study, or goes on with the one in its folder: with the trials, the enqueued points and the seed it has.
 * Running trials of a session that died are handed out again first.
 * @throws E_ARGUMENT where `options` is no object; E_CONFIG for an option that is not known or cannot be, or that differs from the study in the folder (the first difference is
 *   named); E_LOCKED if another process writes there; E_JOURNAL, with file and line, if the journal is damaged;
 *   E_STORAGE if the folder cannot be written.
 */
export async function createStudy<Name extends string = string>(
  options: StudyOptions<Name>,
): Promise<Study<Name>> {
  assertOptions('createStudy', options, [...OPEN_OPTIONS, 'storage']);
  const { storage, ...rest } = options;
  // The header holds the same space, or opening has thrown.
  return (await openStudyOn(await storageOf(storage), rest, COMPOSITION)) as Study<Name>;
}

/**
 * Goes on with the study in a folder, as it was begun; options that are given are compared with it.
 * @throws as `createStudy`, and E_STORAGE if there is no study.
 */
export async function openStudy(folder: string, options: OpenOptions = {}): Promise<Study> {
  assertFolder('openStudy', folder);
  assertOptions('openStudy', options, OPEN_OPTIONS);
  readJournal(folder);
  return openStudyOn(await openJournal(folder), options, COMPOSITION);
}

/** How a study is looked at. */
export interface ReadOptions {
  /** Needed for `recommend` where the study has a policy of your own. */
  readonly policy?: PolicyChoice;
  /** As it stood when so many of its trials had ended, at least 1; default as it stands. */
  readonly ended?: number;
}

/**
 * Looks at the study in a folder, or in a journal file, without its lock: a writer may be at work.
 * @throws E_STORAGE if there is none; E_JOURNAL, with file and line, if it is damaged; E_ARGUMENT unless `ended` is an
 *   integer from 1 to the number of trials that have ended.
 */
export function readStudy(path: string, options: ReadOptions = {}): StudyView {
  assertFolder('readStudy', path);
  assertOptions('readStudy', options, ['policy', 'ended']);
  const { policy, ended } = options;
  const journal = readJournal(path);
  return viewStudy(
    ended === undefined ? journal : { ...journal, records: upTo(journal.records, ended) },
    policy,
    COMPOSITION,
  );
}

/** The records up to the end of so many trials. */
function upTo(records: readonly JournalRecord[], ended: number): readonly JournalRecord[] {
  const ends = records.flatMap(({ kind }, i) => (kind === 'tell' ? [i + 1] : []));
  const end = Number.isSafeInteger(ended) && ended >= 1 ? ends[ended - 1] : undefined;
  if (end !== undefined) return records.slice(0, end);
  throw new BoSearchError(
    'E_ARGUMENT',
    `readStudy: ended must be an integer from 1 to ${ends.length}, the trials that have ended, got ${describeValue(ended)}`,
  );
}

/**
 * Proves the journal in a folder, or a journal file: every suggestion and decision in it is made again from the records
 * before it and compared bit for bit. Takes no lock and writes nothing; takes about as long as all `ask()` of the study.
 * Suggestions are the same on the same release of bo-search and the same Node version.
 * @param options.policy - needed where the study has a policy of your own.
 * @returns how many were identical, and the first difference where there is one.
 * @throws E_STORAGE if there is no journal; E_JOURNAL, with file and line, if it is damaged; E_CONFIG if its policy is
 *   not known; E_ARGUMENT if there is no trial `from`.
 */
export function verifyReplay(
  path: string,
  options: VerifyOptions & { readonly policy?: PolicyChoice } = {},
): ReplayProof {
  const { policy, ...rest } = options;
  return verifyStudy(readJournal(path), policy, rest, COMPOSITION);
}

async function storageOf(storage: string | Storage | undefined): Promise<Storage> {
  if (storage === undefined) return createMemoryStorage();
  if (typeof storage === 'string') return openJournal(storage);
  // Callers without TypeScript may give anything.
  const methods: Partial<Storage> | null = storage;
  if (typeof methods?.read === 'function' && typeof methods.append === 'function') return storage;
  throw new BoSearchError(
    'E_CONFIG',
    `study storage: expected a folder or a storage, got ${describeValue(storage)}`,
    { hint: 'leave it out for a study in memory' },
  );
}

function assertFolder(where: string, folder: unknown): void {
  if (typeof folder === 'string' && folder !== '') return;
  throw new BoSearchError('E_ARGUMENT', `${where}: expected a path, got ${describeValue(folder)}`);
}

function withoutSettings(name: string, make: PolicyFactory): PolicyFactory {
  return (settings?: Json) => {
    const given = typeof settings === 'object' && settings !== null ? Object.keys(settings) : [settings];
    const first = given.find((key) => key !== undefined);
    if (first !== undefined) {
      throw new BoSearchError(
        'E_CONFIG',
        `study policy: expected no settings for ${name}, got ${JSON.stringify(first)}`,
      );
    }
    return make();
  };
}
