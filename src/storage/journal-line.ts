/**
 * One record as one line of a journal, and back:
 *
 *     {"seq":12,"kind":"tell",…,"crc":"89abcdef"}\n
 *
 * `seq` is the number of the record, from 0; `crc` the CRC-32 of the line's bytes before `,"crc"`.
 */
import { BoSearchError } from '../errors.js';
import { assertVersion, type JournalRecord, recordFromJson } from '../trial/index.js';
import { crc32 } from './crc32.js';

const CRC_START = ',"crc":"';
/** Length of `,"crc":"89abcdef"}` in bytes. */
const CRC_LENGTH = CRC_START.length + 8 + 2;

const RESTORE_HINT =
  'the line was changed or damaged after it was written: restore the file from a copy, ' +
  'or keep only the lines before it';

/** The line of record number `seq`, newline included. */
export function encodeLine(record: JournalRecord, seq: number): Buffer {
  const content = `{"seq":${seq},${JSON.stringify(record).slice(1, -1)}`;
  const checksum = hex(crc32(Buffer.from(content)));
  return Buffer.from(`${content}${CRC_START}${checksum}"}\n`);
}

/**
 * Record number `seq` from its line.
 * @param bytes - holds the line without its newline from `from` to `to` (excluded).
 * @param where - file and line, for messages.
 * @throws E_JOURNAL
 */
export function decodeLine(
  bytes: Buffer,
  from: number,
  to: number,
  seq: number,
  where: string,
): JournalRecord {
  const text = bytes.toString('utf8', from, to);
  const end = to - CRC_LENGTH;
  const stored = /^,"crc":"([0-9a-f]{8})"\}$/.exec(text.slice(-CRC_LENGTH))?.[1];
  if (stored === undefined || end <= from) {
    if (seq === 0) assertReadableVersion(text, where);
    throw damaged(`${where}: expected a record that ends in a checksum, got ${excerpt(text)}`);
  }
  const computed = hex(crc32(bytes, from, end));
  if (stored !== computed) throw damaged(`${where}: expected checksum ${computed}, got ${stored}`);
  const start = /^\{"seq":(\d+),/.exec(text);
  if (start === null || Number(start[1]) !== seq) {
    throw damaged(
      `${where}: expected record number ${seq}, got ${start === null ? excerpt(text) : start[1]}`,
    );
  }
  return recordFromJson(parse(`{${text.slice(start[0].length, -CRC_LENGTH)}}`, where), where);
}

/** A later version may lay out its lines otherwise: then its version is the matter, not the damage. */
function assertReadableVersion(text: string, where: string): void {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return;
  }
  if (typeof header === 'object' && header !== null) assertVersion(header as Record<string, unknown>, where);
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(`${where}: expected JSON, got ${(error as Error).message}`);
  }
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function damaged(message: string): BoSearchError {
  return new BoSearchError('E_JOURNAL', message, { hint: RESTORE_HINT });
}
