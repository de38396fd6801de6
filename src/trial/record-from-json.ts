/** Records from the JSON of a journal: structure only; whether they follow from one another is the study's business. */
import { BoSearchError } from '../errors.js';
import type { JournalRecord } from './record.js';

type Fields = Readonly<Record<string, unknown>>;
type Check = readonly [field: string, expected: string, holds: (value: unknown) => boolean];

/** Version of the journal's format that this library reads and writes. */
export const JOURNAL_VERSION = 1;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isOneOf =
  (...names: readonly string[]) =>
  (value: unknown): boolean =>
    names.includes(value as string);
const isPoint = (value: unknown): boolean =>
  Array.isArray(value) && value.every((x) => typeof x === 'number' && Number.isFinite(x));
const isUnit = (value: unknown): boolean =>
  isPoint(value) && (value as readonly number[]).every((u) => u >= 0 && u <= 1);
const isOptional =
  (holds: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || holds(value);

const trial: Check = ['trial', 'a trial number', isCount];
const owner: Check = ['owner', 'a session token or detached', isText];

const CHECKS: Record<JournalRecord['kind'], readonly Check[]> = {
  header: [
    ['seed', 'an integer', Number.isSafeInteger],
    ['direction', 'maximize or minimize', isOneOf('maximize', 'minimize')],
    ['space', 'an object', isObject],
    ['policy', 'a policy { name, settings }', (value) => isObject(value) && isText(value['name'])],
    [
      'weights',
      'weights { clean, robust }',
      (value) => isObject(value) && typeof value['clean'] === 'number' && typeof value['robust'] === 'number',
    ],
    ['rescore', 'an integer from 0', isCount],
    ['versions', 'an object', isObject],
  ],
  session: [['token', 'a token', isText]],
  enqueue: [
    ['points', 'a list of points', (value) => Array.isArray(value) && value.every(isPoint)],
    ['labels', 'a list of labels', (value) => Array.isArray(value) && value.every(isText)],
  ],
  ask: [
    trial,
    ['unit', 'a point in the unit cube', isUnit],
    ['values', 'a point', isOptional(isPoint)],
    owner,
    ['origin', 'an origin { by }', (value) => isObject(value) && isText(value['by'])],
  ],
  handover: [trial, owner],
  report: [
    trial,
    ['block', 'a block', (value) => isObject(value) && isObject(value['outcomes'])],
    ['decision', 'continue or stop', isOneOf('continue', 'stop')],
  ],
  tell: [
    trial,
    ['state', 'complete, stopped or failed', isOneOf('complete', 'stopped', 'failed')],
    ['outcome', 'an outcome', isObject],
  ],
};

/**
 * Checks kind and fields of a record that was read from a journal.
 * @param where - file and line.
 * @throws E_JOURNAL
 */
export function recordFromJson(json: unknown, where: string): JournalRecord {
  if (!isObject(json)) throw bad(where, 'a record', json);
  const kind = json['kind'];
  if (!isOneOf(...Object.keys(CHECKS))(kind)) {
    throw bad(where, `a record of kind ${Object.keys(CHECKS).join(', ')}`, kind);
  }
  if (kind === 'header') assertVersion(json, where);
  for (const [field, expected, holds] of CHECKS[kind as JournalRecord['kind']]) {
    if (!holds(json[field])) throw bad(`${where} ${String(kind)}.${field}`, expected, json[field]);
  }
  return json as unknown as JournalRecord;
}

/**
 * Checks that a header is of a journal, and of a version this library reads.
 * @throws E_JOURNAL
 */
export function assertVersion(header: Fields, where: string): void {
  if (header['format'] !== 'bo-search/journal') {
    throw bad(`${where} header.format`, '"bo-search/journal"', header['format']);
  }
  if (header['version'] !== JOURNAL_VERSION) {
    throw new BoSearchError(
      'E_JOURNAL',
      `${where} header.version: expected ${JOURNAL_VERSION}, got ${JSON.stringify(header['version'])}`,
      { hint: 'the journal was written by another release of bo-search; open it with that one' },
    );
  }
}

function bad(where: string, expected: string, got: unknown): BoSearchError {
  return new BoSearchError(
    'E_JOURNAL',
    `${where}: expected ${expected}, got ${JSON.stringify(got) ?? 'nothing'}`,
  );
}
