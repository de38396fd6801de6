/**
 * The snapshot of an attack as a file, to go on to the same bytes in another process.
 *
 * A first line of JSON (format, version, facts, length and SHA-256 of the rest), then the snapshot as plain data. The
 * file is put in place whole, so that a process that is killed leaves the one before.
 */
import { basename } from 'node:path';
import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { BoSearchError } from '../../../errors.js';
import { fileSha256 } from '../../images/content-hash.js';
import { replaceFile } from '../../images/put-file.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import { plainDataFromBytes, plainDataToBytes } from './plain-data.js';

const FORMAT = 'bo-search/attack-checkpoint';
const VERSION = 1;
const LINE_END = 0x0a;

/** Characters shown on either side of the first difference of two facts. */
const SHOWN_CHARACTERS = 40;

const headerSchema = z.object({
  format: z.literal(FORMAT),
  version: z.int(),
  facts: z.string(),
  bytes: z.int().min(0),
  sha256: z.string(),
});

/**
 * A snapshot as bytes.
 * @param facts - what has to be the same for the snapshot to mean anything: attack, model, images, seed ….
 */
export function attackCheckpointToBytes(snapshot: AttackSnapshot, facts: string): Uint8Array {
  const body = plainDataToBytes(snapshot);
  const header = { format: FORMAT, version: VERSION, facts, bytes: body.length, sha256: fileSha256(body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`, 'utf8'), body]);
}

/**
 * The snapshot in bytes.
 * @param facts - what they have to be.
 * @param where - the file, for messages.
 * @throws BoSearchError `E_STORAGE` if they are damaged, of a later version or no checkpoint; `E_CONFIG_CHANGED` if it
 * was made with other facts.
 */
export function attackCheckpointFromBytes(bytes: Uint8Array, facts: string, where: string): AttackSnapshot {
  const end = bytes.indexOf(LINE_END);
  const header = headerOf(Buffer.from(bytes.subarray(0, Math.max(end, 0))).toString('utf8'), where);
  const body = bytes.subarray(end + 1);
  if (header.version !== VERSION) {
    throw new BoSearchError('E_STORAGE', `${where}: expected version ${VERSION}, got ${header.version}`, {
      hint: 'go on with the version of bo-search that wrote it, or move it away to begin again',
    });
  }
  if (body.length !== header.bytes || fileSha256(body) !== header.sha256) {
    const found = body.length === header.bytes ? 'others' : `${body.length}`;
    throw damaged(where, `${header.bytes} bytes with SHA-256 ${header.sha256}`, found);
  }
  if (header.facts !== facts) throw changed(where, facts, header.facts);
  return plainDataFromBytes(body) as AttackSnapshot;
}

/** Puts a snapshot at `file`, over the one before; the system's error goes up, and what was there stays. */
export async function saveAttackCheckpoint(
  file: string,
  snapshot: AttackSnapshot,
  facts: string,
): Promise<void> {
  await replaceFile(file, attackCheckpointToBytes(snapshot, facts));
}

/**
 * The snapshot at `file`; undefined if there is no file.
 * @throws BoSearchError as `attackCheckpointFromBytes`, and `E_STORAGE` if the file cannot be read. The file stays.
 */
export async function loadAttackCheckpoint(file: string, facts: string): Promise<AttackSnapshot | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BoSearchError(
      'E_STORAGE',
      `${basename(file)}: expected a readable file at ${file}, got ${(cause as Error).message}`,
      { hint: 'check that it is a file that this user may read', cause },
    );
  }
  return attackCheckpointFromBytes(bytes, facts, basename(file));
}

/** Takes a checkpoint away, if there is one: its attack is over and its result kept elsewhere. */
export async function removeAttackCheckpoint(file: string): Promise<void> {
  await rm(file, { force: true });
}

function headerOf(line: string, where: string): z.output<typeof headerSchema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const header = headerSchema.safeParse(value);
  if (header.success) return header.data;
  throw damaged(where, `a first line of JSON with format "${FORMAT}"`, 'something else');
}

function damaged(where: string, expected: string, found: string): BoSearchError {
  return new BoSearchError('E_STORAGE', `${where}: expected ${expected}, got ${found}`, {
    hint: 'the checkpoint is damaged or no checkpoint; move it away to begin the attack again',
  });
}

function changed(where: string, expected: string, found: string): BoSearchError {
  let at = 0;
  while (at < Math.min(expected.length, found.length) && expected[at] === found[at]) at += 1;
  const show = (facts: string): string =>
    JSON.stringify(facts.slice(Math.max(0, at - SHOWN_CHARACTERS), at + SHOWN_CHARACTERS));
  return new BoSearchError(
    'E_CONFIG_CHANGED',
    `${where}: expected a checkpoint of this attack (… ${show(expected)} …), got one of another (… ${show(found)} …)`,
    { hint: 'go on with the settings it was begun with, or move it away to begin the attack again' },
  );
}
