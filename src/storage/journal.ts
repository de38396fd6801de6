/**
 * The journal: a folder with one append-only file of JSON lines, one writer, any number of readers.
 *
 * An append is answered when the record is on the disk. One that fails leaves the file as it was: what was written of
 * it is cut off, at once or, where even that fails, before the next append. Appends are carried out in call order.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

import { BoSearchError } from '../errors.js';
import type { JournalRecord, Storage, StorageWarning } from '../trial/index.js';
import { encodeLine } from './journal-line.js';
import { acquireLock, type Lock } from './lock.js';
import { closedError } from './memory.js';
import { JOURNAL_FILE, type JournalBytes, readJournalBytes } from './read-journal.js';
import { storageError } from './storage-error.js';

/**
 * Opens the journal of a folder for writing; makes both if they are not there, and leaves neither if nothing is kept.
 * @throws E_LOCKED if another process writes it; E_JOURNAL, with file and line, if it is damaged; E_STORAGE if the
 *   folder cannot be made, read or written.
 */
export async function openJournal(folder: string): Promise<Storage> {
  const made = makeFolder(folder);
  const lock = acquireLock(folder);
  try {
    const file = join(folder, JOURNAL_FILE);
    const handle = await openFile(file);
    syncFolder(folder);
    try {
      return new JournalStorage(file, handle, lock, readJournalBytes(file), made);
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

class JournalStorage implements Storage {
  readonly place: string;
  readonly token: string;
  readonly warnings: readonly StorageWarning[];
  private readonly handle: FileHandle;
  private readonly lock: Lock;
  private readonly records: JournalRecord[];
  /** Where the next line begins: the file's length but for a torn line. */
  private end: number;
  /** Whether bytes may follow `end` that are no record. */
  private untidy: boolean;
  /** Whether the line before `end` still lacks its newline. */
  private unended: boolean;
  /** Folder to remove again if nothing is ever kept in it. */
  private readonly made: string | undefined;
  private open = true;
  /** Resolves, never rejects, when the append before is through. */
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    place: string,
    handle: FileHandle,
    lock: Lock,
    content: JournalBytes,
    made: string | undefined,
  ) {
    this.place = place;
    this.made = made;
    this.handle = handle;
    this.lock = lock;
    this.token = lock.token;
    this.records = [...content.records];
    this.end = content.wholeBytes;
    this.untidy = content.warnings.length > 0;
    this.unended = !content.endsInNewline;
    this.warnings = [...staleLockWarnings(lock, place), ...content.warnings];
  }

  read(from = 0): readonly JournalRecord[] {
    return this.records.slice(from);
  }

  append(record: JournalRecord): Promise<void> {
    if (!this.open) return Promise.reject(closedError(this.place));
    const done = this.tail.then(() => this.write(record));
    this.tail = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.tail;
    await this.handle.close();
    if (this.end === 0 && !this.untidy) rmSync(this.place, { force: true });
    this.lock.release();
    if (this.end === 0 && this.made !== undefined) removeIfEmpty(this.made);
  }

  private async write(record: JournalRecord): Promise<void> {
    await this.tidy();
    await this.assertUnchanged();
    const line = encodeLine(record, this.records.length);
    const bytes = this.unended ? Buffer.concat([Buffer.from('\n'), line]) : line;
    try {
      this.untidy = true;
      await writeAll(this.handle, bytes);
      await this.handle.datasync();
    } catch (error) {
      await this.tidy().catch(() => undefined);
      throw storageError(`${this.place}: expected to keep record ${this.records.length}`, error);
    }
    this.untidy = false;
    this.unended = false;
    this.end += bytes.length;
    this.records.push(record);
  }

  /** Cuts off what is left of an append that was not answered. */
  private async tidy(): Promise<void> {
    if (!this.untidy) return;
    try {
      await this.handle.truncate(this.end);
      await this.handle.datasync();
    } catch (error) {
      throw storageError(`${this.place}: expected to cut off an unfinished record`, error);
    }
    this.untidy = false;
  }

  /** A file that was moved, deleted or written by others is not the one whose records we know. */
  private async assertUnchanged(): Promise<void> {
    const ours = await this.handle.stat();
    const there = statSync(this.place, { throwIfNoEntry: false });
    if (there === undefined || there.ino !== ours.ino || there.dev !== ours.dev) {
      throw this.changed('the file that was opened', there === undefined ? 'none' : 'another one');
    }
    if (ours.size !== this.end) throw this.changed(`${this.end} bytes`, `${ours.size}`);
  }

  private changed(expected: string, got: string): BoSearchError {
    return new BoSearchError('E_STORAGE', `${this.place}: expected ${expected}, got ${got}`, {
      hint: 'something else changed the journal while the study was open; open it again',
    });
  }
}

/** @returns the folder if it was not there before. */
function makeFolder(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true }) === undefined ? undefined : folder;
  } catch (error) {
    throw storageError(`${folder}: expected a folder for the study`, error);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // something else is in it by now
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a');
  } catch (error) {
    throw storageError(`${file}: expected a journal that can be written`, error);
  }
}

/** Makes the file's name durable, where folders can be synced (not on Windows). */
function syncFolder(folder: string): void {
  let handle: number | undefined;
  try {
    handle = openSync(folder, 'r');
    fsyncSync(handle);
  } catch {
    // the records themselves are synced; this only guards the name of a new file against a power loss
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
  }
}

function staleLockWarnings(lock: Lock, place: string): StorageWarning[] {
  if (lock.takenFrom === undefined) return [];
  const { pid, host } = lock.takenFrom;
  const message = `${place}: took over from process ${pid} on ${host}, which ended without closing the study`;
  return [{ kind: 'stale-lock', message }];
}
