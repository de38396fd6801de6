/** Records of every kind, for laws about journals; they need not follow from one another. */
import fc from 'fast-check';
import type { HeaderRecord, JournalRecord } from '../../src/trial/index.js';

export const header: HeaderRecord = {
  kind: 'header',
  format: 'bo-search/journal',
  version: 1,
  seed: 1,
  direction: 'maximize',
  space: { kind: 'alphas', latents: 2, seeds: [] },
  policy: { name: 'random', settings: {} },
  weights: { clean: 0.5, robust: 0.5 },
  rescore: 4,
  about: null,
  versions: { boSearch: '0.1.0', node: '20.19.0' },
};

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((u) => u + 0);
const unit = fc.array(share, { minLength: 2, maxLength: 2 });
const trial = fc.nat(1000);

export const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ kind: fc.constant('session' as const), token: text, about: fc.constant(null) }),
  fc.record({
    kind: fc.constant('ask' as const),
    trial,
    unit,
    owner: text,
    origin: fc.record({ by: text, label: text }),
    memo: fc.dictionary(text, share),
  }),
  fc.record({
    kind: fc.constant('tell' as const),
    trial,
    state: fc.constant('complete' as const),
    outcome: share.map((value) => ({ value })),
  }),
  fc.record({ kind: fc.constant('handover' as const), trial, owner: text }),
  unit.chain((point) =>
    text.map((label) => ({ kind: 'enqueue' as const, points: [point], labels: [label] })),
  ),
);

export const anyRecords = fc
  .array(anyRecord, { maxLength: 12 })
  .map((records): readonly JournalRecord[] => [header, ...records]);
