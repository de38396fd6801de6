import * as zlib from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32 } from '../../src/storage/crc32.js';
import { decodeLine, encodeLine } from '../../src/storage/journal-line.js';
import type { JournalRecord } from '../../src/trial/index.js';
import { thrown } from '../objective/thrown.js';
import { anyRecord, header } from './any-record.js';

describe('crc32(bytes)', () => {
  it.each([
    ['', 0],
    ['123456789', 0xcbf43926],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('of %j is the published checksum', (text, checksum) => {
    expect(crc32(Buffer.from(text))).toBe(checksum);
  });

  it("is Node's own, of any part", () => {
    // Node's is there from 20.15 and 22.2 on
    const theirs = (zlib as { crc32?: (bytes: Uint8Array) => number }).crc32 ?? ((bytes) => crc32(bytes));
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, at) => {
        const from = at % (bytes.length + 1);
        expect(crc32(bytes, from)).toBe(theirs(bytes.subarray(from)));
      }),
    );
  });
});

const decode = (line: string | Buffer, seq = 0): JournalRecord => {
  const bytes = Buffer.concat([Buffer.from('xx'), Buffer.from(line)]);
  return decodeLine(bytes, 2, bytes.length, seq, 'a/study.jsonl:1');
};
const lineOf = (record: unknown, seq = 0): string =>
  encodeLine(record as JournalRecord, seq)
    .toString()
    .slice(0, -1);

describe('encodeLine and decodeLine', () => {
  it('give any record back, through one line of JSON', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(), (record, seq) => {
        const line = encodeLine(record, seq);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(JSON.parse(line.toString())).toMatchObject({ seq, kind: record.kind });
        expect(decodeLine(line, 0, line.length - 1, seq, 'here')).toEqual(record);
      }),
    );
  });

  it('refuse a line in which any one byte was changed', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(), fc.integer({ min: 1, max: 255 }), (record, at, flip) => {
        const line = encodeLine(record, 5).subarray(0, -1);
        line[at % line.length] ^= flip;
        expect(thrown(() => decode(line, 5))[0]).toBe('E_JOURNAL');
      }),
    );
  });
});

describe('decodeLine(line)', () => {
  it('names the checksum, the number and the record it expected', () => {
    const line = lineOf(header);
    expect(thrown(() => decode(line.replace('"seed":1', '"seed":2')))).toEqual([
      'E_JOURNAL',
      expect.stringMatching(/^a\/study\.jsonl:1: expected checksum [0-9a-f]{8}, got [0-9a-f]{8}$/),
    ]);
    expect(thrown(() => decode(line, 4))).toEqual([
      'E_JOURNAL',
      'a/study.jsonl:1: expected record number 4, got 0',
    ]);
    expect(thrown(() => decode('{"kind":"tell"}', 4))).toEqual([
      'E_JOURNAL',
      'a/study.jsonl:1: expected a record that ends in a checksum, got "{\\"kind\\":\\"tell\\"}"',
    ]);
  });

  it('says that a later version is one, whole or not as this version writes lines', () => {
    const message = 'a/study.jsonl:1 header.version: expected 1, got 2';
    expect(thrown(() => decode(lineOf({ ...header, version: 2 })))).toEqual(['E_JOURNAL', message]);
    const other = JSON.stringify({ format: 'bo-search/journal', version: 2 });
    expect(thrown(() => decode(other))).toEqual(['E_JOURNAL', message]);
  });

  it.each([
    [{ ...header, format: 'x' }, 'header.format: expected "bo-search/journal", got "x"'],
    [{ ...header, seed: 0.5 }, 'header.seed: expected an integer, got 0.5'],
    [{ ...header, direction: 'up' }, 'header.direction: expected maximize or minimize, got "up"'],
    [{ ...header, weights: {} }, 'header.weights: expected weights { clean, robust }, got {}'],
    [{ kind: 'ask', trial: -1 }, 'ask.trial: expected a trial number, got -1'],
    [{ kind: 'ask', trial: 0, unit: [2] }, 'ask.unit: expected a point in the unit cube, got [2]'],
    [{ kind: 'ask', trial: 0, unit: [1], owner: 'x' }, 'ask.origin: expected an origin { by }, got nothing'],
    [
      { kind: 'tell', trial: 0, state: 'done' },
      'tell.state: expected complete, stopped or failed, got "done"',
    ],
    [{ kind: 'report', trial: 0, block: 1 }, 'report.block: expected a block, got 1'],
    [{ kind: 'session', token: '' }, 'session.token: expected a token, got ""'],
    [{ kind: 'enqueue', points: [['x']] }, 'enqueue.points: expected a list of points, got [["x"]]'],
  ])('refuses %j', (record, message) => {
    expect(thrown(() => decode(lineOf(record)))).toEqual(['E_JOURNAL', `a/study.jsonl:1 ${message}`]);
  });

  it('refuses kinds it does not know', () => {
    expect(thrown(() => decode(lineOf({ kind: 'note' })))).toEqual([
      'E_JOURNAL',
      'a/study.jsonl:1: expected a record of kind header, session, enqueue, ask, handover, report, tell, got "note"',
    ]);
  });
});
