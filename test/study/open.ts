/** Studies in memory, for tests that are not about where the journal is. */
import { alphaSpace } from '../../src/space/index.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import { type OpenOptions, openStudyOn, type PolicyFactory, type Study } from '../../src/study/index.js';
import { createRandomPolicy } from '../../src/study/policies/random.js';
import { createSobolPolicy } from '../../src/study/policies/sobol.js';
import type { JournalRecord, Storage } from '../../src/trial/index.js';
import { historyPolicy } from './history-policy.js';

export const policies: Readonly<Record<string, PolicyFactory>> = {
  random: createRandomPolicy,
  sobol: createSobolPolicy,
  history: () => historyPolicy(),
};

export const composition = { policies, versions: { boSearch: '0.1.0', node: '20.19.0' } };

/** A study of two α without seed points, under the history policy, unless told otherwise. */
export async function openStudy(
  options: OpenOptions = {},
  storage: Storage = createMemoryStorage(),
): Promise<Study> {
  const fresh = storage.read().length === 0;
  const defaults: OpenOptions = fresh ? { space: alphaSpace(2, { seeds: false }), policy: 'history' } : {};
  return openStudyOn(storage, { ...defaults, ...options }, composition);
}

/** The same study, opened by another session after the first one died. */
export async function reopen(records: readonly JournalRecord[], options: OpenOptions = {}): Promise<Study> {
  return openStudy(options, createMemoryStorage(records));
}
