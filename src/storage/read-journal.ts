/** Reads a journal without taking its lock: for readers, and for the writer when it opens. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { BoSearchError } from '../errors.js';
import type { JournalRecord, StorageWarning } from '../trial/index.js';
import { decodeLine } from './journal-line.js';
import { storageError } from './storage-error.js';

/** Name of the journal in its folder. */
export const JOURNAL_FILE = 'study.jsonl';

const NEWLINE = 0x0a;

/** What a journal holds. */
export interface JournalContent {
  /** Path of the file. */
  readonly place: string;
  readonly records: readonly JournalRecord[];
  readonly warnings: readonly StorageWarning[];
}

/** What the writer needs beside it. */
export interface JournalBytes extends JournalContent {
  /** Length of the whole records in bytes; what follows is a torn line. */
  readonly wholeBytes: number;
  /** Whether the last whole record lacks its newline. */
  readonly endsInNewline: boolean;
}

/**
 * Reads all records of a journal; a writer may be at work on it meanwhile.
 * A last line that was not written to its end is left out, with a warning.
 * @param path - the folder, or the file itself.
 * @throws E_STORAGE if there is none; E_JOURNAL, with file and line, for damage and for versions it cannot read.
 */
export function readJournal(path: string): JournalContent {
  const { place, records, warnings } = readJournalBytes(journalFileOf(path));
  if (records.length === 0) {
    throw new BoSearchError('E_JOURNAL', `${place}:1: expected a header, got an empty journal`, {
      hint: 'its study was never begun; delete the file',
    });
  }
  return { place, records, warnings };
}

/** The journal file of a path that names it or its folder. */
function journalFileOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? path : join(path, JOURNAL_FILE);
}

/** Reads a journal file to its last whole record; an empty file has none. */
export function readJournalBytes(file: string): JournalBytes {
  const bytes = readBytes(file);
  const records: JournalRecord[] = [];
  let from = 0;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0) break;
    const where = `${file}:${records.length + 1}`;
    if (isTornByPowerLoss(bytes, from, newline)) return torn(file, records, from);
    records.push(decodeLine(bytes, from, newline, records.length, where));
    from = newline + 1;
  }
  if (from === bytes.length) {
    return { place: file, records, warnings: [], wholeBytes: from, endsInNewline: true };
  }
  const last = decodeIfWhole(bytes, from, records.length, file);
  if (last === undefined) return torn(file, records, from);
  records.push(last);
  return { place: file, records, warnings: [], wholeBytes: bytes.length, endsInNewline: false };
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw storageError(`${file}: expected a journal`, error);
  }
}

/**
 * After a power loss a file may be as long as it should be, with zeros where the last bytes never arrived. JSON has no
 * zero bytes, so a last line that has some was never answered.
 */
function isTornByPowerLoss(bytes: Buffer, from: number, newline: number): boolean {
  return newline === bytes.length - 1 && bytes.subarray(from, newline).includes(0);
}

/** An editor may have taken the last newline away; the record before it was answered and must not be lost. */
function decodeIfWhole(bytes: Buffer, from: number, seq: number, file: string): JournalRecord | undefined {
  try {
    return decodeLine(bytes, from, bytes.length, seq, `${file}:${seq + 1}`);
  } catch {
    return undefined;
  }
}

function torn(file: string, records: JournalRecord[], wholeBytes: number): JournalBytes {
  const message =
    `${file}:${records.length + 1}: dropped a last line that was not written to its end; ` +
    'nobody was told that it was kept';
  return {
    place: file,
    records,
    warnings: [{ kind: 'torn-tail', message }],
    wholeBytes,
    endsInNewline: true,
  };
}
