/** Bytes of a text file as text, or what is wrong with them. */
import { BoSearchError } from '../../errors.js';

/** Largest schedules file that is read, in bytes: ten thousand schedules of 512 latents fit. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

const HINT = 'save the file as UTF-8 text';

/**
 * The text of UTF-8 bytes, without the byte order mark some editors put first.
 * @throws BoSearchError `E_SCHEDULES` for other encodings, NUL bytes and files without text.
 */
export function textFromBytes(bytes: Uint8Array, file: string): string {
  if (bytes.length === 0) throw refusal(`${file}: expected schedules, got an empty file`);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw refusal(`${file}: expected UTF-8 text, got UTF-16`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refusal(`${file}: expected UTF-8 text, got bytes that are not`, cause);
  }
  return withoutNul(text, file);
}

/** The text without a byte order mark. @throws BoSearchError `E_SCHEDULES` if it holds a NUL character. */
export function withoutNul(text: string, file: string): string {
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const line = text.slice(0, nul).split('\n').length;
    throw refusal(`${file}:${line}: expected text, got a NUL character`);
  }
  return text.replace(/^\uFEFF/, '');
}

function refusal(message: string, cause?: unknown): BoSearchError {
  return new BoSearchError('E_SCHEDULES', message, { hint: HINT, ...(cause === undefined ? {} : { cause }) });
}
