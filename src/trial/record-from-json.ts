/** Records from the JSON of a journal: structure only; whether they follow from one another is the study's business. */
import { BoSearchError } from '../errors.js';
import { type Test, testOf } from './field-schema.js';
import { JOURNAL_FORMAT, JOURNAL_VERSION, RECORD_FIELDS } from './record-fields.js';
import type { JournalRecord } from './record.js';

type Fields = Readonly<Record<string, unknown>>;

interface Check {
  readonly name: string;
  readonly expected: string;
  readonly holds: Test;
}

const CHECKS = new Map<unknown, readonly Check[]>(
  Object.entries(RECORD_FIELDS).map(([kind, fields]) => [
    kind,
    fields.map(({ name, expected, schema, optional }) => {
      const fits = testOf(schema);
      const holds: Test = optional === true ? (value) => value === undefined || fits(value) : fits;
      return { name, expected, holds };
    }),
  ]),
);

/** Longest piece of a wrong value that a message repeats. */
const SHOWN_CHARACTERS = 200;

/**
 * Checks kind and fields of a record that was read from a journal.
 * @param where - file and line.
 * @throws E_JOURNAL
 */
export function recordFromJson(json: unknown, where: string): JournalRecord {
  if (!isObject(json)) throw bad(where, 'a record', json);
  const kind = json['kind'];
  const checks = CHECKS.get(kind);
  if (checks === undefined) {
    throw bad(where, `a record of kind ${Object.keys(RECORD_FIELDS).join(', ')}`, kind);
  }
  if (kind === 'header') assertVersion(json, where);
  for (const { name, expected, holds } of checks) {
    if (!holds(json[name])) throw bad(`${where} ${String(kind)}.${name}`, expected, json[name]);
  }
  return json as unknown as JournalRecord;
}

/**
 * Checks that a header is of a journal, and of a version this library reads.
 * @throws E_JOURNAL
 */
export function assertVersion(header: Fields, where: string): void {
  if (header['format'] !== JOURNAL_FORMAT) {
    throw bad(`${where} header.format`, JSON.stringify(JOURNAL_FORMAT), header['format']);
  }
  if (header['version'] !== JOURNAL_VERSION) {
    throw new BoSearchError(
      'E_JOURNAL',
      `${where} header.version: expected ${JOURNAL_VERSION}, got ${JSON.stringify(header['version'])}`,
      { hint: 'the journal was written by another release of bo-search; open it with that one' },
    );
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(where: string, expected: string, got: unknown): BoSearchError {
  const text = jsonOf(got);
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return new BoSearchError('E_JOURNAL', `${where}: expected ${expected}, got ${shown}`);
}

/** Nesting without end exhausts the stack. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    return 'a value nested too deep to show';
  }
}
