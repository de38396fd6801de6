/** JSON Schema of the lines of a journal, for other tools; made from what the reader itself checks. */
import type { FieldSchema } from './field-schema.js';
import { JOURNAL_FORMAT, JOURNAL_VERSION, RECORD_FIELDS, type RecordField } from './record-fields.js';
import type { JournalRecord } from './record.js';

/** What each kind of record says. */
const KINDS: Readonly<Record<JournalRecord['kind'], string>> = {
  header: 'First line: what the study is.',
  session: 'A process took the study over.',
  enqueue: "Points to try before the policy's own, in user units.",
  ask: 'A trial begins.',
  handover: 'A running trial changes hands.',
  report: "A block of outcomes of a running trial, and the study's answer.",
  tell: 'A trial ends.',
};

/** What every line has beside its record. */
const LINE: Readonly<Record<string, FieldSchema>> = {
  seq: { description: 'Number of the record, from 0.', type: 'integer', minimum: 0 },
  crc: {
    description: 'CRC-32 of the bytes of the line before ,"crc", as 8 hexadecimal digits.',
    type: 'string',
    pattern: '^[0-9a-f]{8}$',
  },
};

/** JSON Schema (2020-12) of one line of `study.jsonl`, format version 1. That lines follow from each other it cannot say. */
export function journalJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:bo-search:schemas:journal:1',
    title: 'bo-search journal, one line',
    description: 'One record of study.jsonl: an append-only file of JSON lines, a header first.',
    type: 'object',
    required: ['seq', 'kind', 'crc'],
    properties: { ...LINE, kind: { description: 'What happened.', enum: Object.keys(KINDS) } },
    oneOf: (Object.keys(KINDS) as JournalRecord['kind'][]).map(variant),
  };
}

function variant(kind: JournalRecord['kind']): FieldSchema {
  const fields = kind === 'header' ? [...VERSION, ...RECORD_FIELDS.header] : RECORD_FIELDS[kind];
  return {
    description: KINDS[kind],
    required: ['kind', ...fields.filter(({ optional }) => optional !== true).map(({ name }) => name)],
    properties: {
      kind: { description: KINDS[kind], const: kind },
      ...Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
    },
  };
}

const VERSION: readonly RecordField[] = [
  { name: 'format', expected: '', schema: { description: 'What the file is.', const: JOURNAL_FORMAT } },
  {
    name: 'version',
    expected: '',
    schema: { description: 'Version of the format.', const: JOURNAL_VERSION },
  },
];
