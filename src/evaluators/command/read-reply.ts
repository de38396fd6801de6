/** From the bytes of one line to a reply of the protocol, or to what is wrong with it and where. */
import type { z } from 'zod';
import { showValue } from '../../schedules/show-value.js';
import { type EvaluatorFault, fault } from './fault.js';
import { replySchemas } from './message-schemas.js';
import { type EvaluatorReply, PROTOCOL_VERSION } from './messages.js';

/** Most characters of a line that an error repeats. */
const LONGEST_SHOWN = 120;

export type ReadReply =
  | { readonly kind: 'reply'; readonly reply: EvaluatorReply }
  | { readonly kind: 'fault'; readonly fault: EvaluatorFault };

/** Reads a line, without its end; keys the protocol does not know are left out. Throws nothing. */
export function readReply(line: Uint8Array): ReadReply {
  const text = decode(line);
  if (text === undefined) return wrong('not-utf8', 'expected a line in UTF-8, got other bytes');
  const value = parse(text);
  if (value === undefined) return wrong('not-json', `expected a line of JSON, got ${shorten(text)}`);
  if (!isObject(value)) return wrong('not-object', `expected a JSON object, got ${showValue(value)}`);
  return readObject(value);
}

function readObject(value: Readonly<Record<string, unknown>>): ReadReply {
  const kind = value['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(replySchemas, kind)) {
    const kinds = Object.keys(replySchemas).join(', ');
    return wrong('wrong-kind', `kind: expected one of ${kinds}, got ${showValue(kind)}`);
  }
  if (kind === 'description' && value['protocol'] !== PROTOCOL_VERSION) {
    const got = showValue(value['protocol']);
    return wrong('wrong-version', `description.protocol: expected ${PROTOCOL_VERSION}, got ${got}`);
  }
  const result = replySchemas[kind as EvaluatorReply['kind']].safeParse(value);
  if (result.success) return { kind: 'reply', reply: result.data };
  return wrong('wrong-message', issueText(kind, value, result.error.issues));
}

function issueText(kind: string, value: unknown, issues: readonly z.core.$ZodIssue[]): string {
  const [first] = issues;
  if (first === undefined) return `${kind}: expected a message of the protocol`;
  const got = showValue(valueAt(value, first.path));
  const more = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`;
  return `${placeOf(kind, first.path)}: ${first.message}, got ${got}${more}`;
}

/** `sampled.labels[3]` */
function placeOf(kind: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, key) => (typeof key === 'number' ? `${place}[${key}]` : `${place}.${String(key)}`),
    kind,
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

function decode(line: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line);
  } catch {
    return undefined;
  }
}

/** JSON has no undefined: that stands for a text that is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shorten(text: string): string {
  const shown = JSON.stringify(text.slice(0, LONGEST_SHOWN));
  return text.length <= LONGEST_SHOWN ? shown : `${shown}… (${text.length} characters)`;
}

function wrong(reason: EvaluatorFault['reason'], message: string): ReadReply {
  return { kind: 'fault', fault: fault(reason, message) };
}
