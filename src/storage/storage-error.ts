/** Failures of files and disks as errors a user can act on. */
import { BoSearchError } from '../errors.js';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space and go on: nothing that was answered is lost',
  EDQUOT: 'free some of your quota and go on: nothing that was answered is lost',
  EFBIG: 'the file reached the size this system allows; nothing that was answered is lost',
  EIO: 'the disk may be failing: copy the folder elsewhere and go on from there',
  EACCES: 'check who may write there',
  EPERM: 'check who may write there',
  EROFS: 'the file system is read-only; choose another folder',
  ENOENT: 'check the path',
  ENOTDIR: 'a part of the path is a file; choose another folder',
  EEXIST: 'a part of the path is a file; choose another folder',
};

/** What some codes say of a path, in words. */
const FOUND: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a path that leads through a file',
  EEXIST: 'a file in its place',
  EISDIR: 'a folder in its place',
  ENOTEMPTY: 'a folder in its place',
};

/** An `E_STORAGE` error with what the system said in its message and a hint where one is known. */
export function storageError(what: string, cause: unknown): BoSearchError {
  const code = errorCode(cause);
  const hint = code === undefined ? undefined : HINTS[code];
  const got = FOUND[code ?? ''] ?? code ?? (cause instanceof Error ? cause.message : String(cause));
  return new BoSearchError('E_STORAGE', `${what}, got ${got}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The system's code of an error, such as ENOSPC. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
