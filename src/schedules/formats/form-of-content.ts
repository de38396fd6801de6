/** Tells the form of schedules by what a file holds, whatever its name says. */
import type { SchedulesFormat } from './schedules-formats.js';

/** What an `.npy` file begins with: \x93NUMPY. */
const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** A key of the official code's YAML, at the start of a line or inside braces. */
const YAML_KEY = /(?:^|[{,])[ \t]*["']?interpolation_alphas["']?[ \t]*:/m;

/**
 * The form of a schedules file; undefined where nothing in it looks like schedules. Whether all of it is right is the
 * reader's to say.
 */
export function formOfContent(bytes: Uint8Array): SchedulesFormat | undefined {
  if (NPY_MAGIC.every((byte, i) => bytes[i] === byte)) return 'npy';
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\{/.test(text) && isSchedulesJson(text)) return 'json';
  if (/^\s*"?kind"?[ \t]*[,;\t]/.test(text)) return 'csv';
  return YAML_KEY.test(text) ? 'yaml' : undefined;
}

function isSchedulesJson(text: string): boolean {
  try {
    return (JSON.parse(text) as { readonly format?: unknown }).format === 'bo-search/schedules';
  } catch {
    return false;
  }
}
