/** What the schemas of messages are made of, each with what it expects in words. */
import { z } from 'zod';
import { PROTOCOL_VERSION } from './messages.js';

/** Longest name of anything, as in the schedules file. */
const LONGEST_NAME = 200;

const SHARE = 'expected a number above 0 and at most 1';
const POSITIVE = 'expected a number above 0';
const HASH = 'expected "sha256:" and 64 hexadecimal digits';

export const integer = (least: number) => {
  const expected = `expected an integer of at least ${least}`;
  return z.int(expected).min(least, expected);
};
export const text = (most: number) => {
  const expected = `expected a text of 1 to ${most} characters`;
  return z.string(expected).min(1, expected).max(most, expected);
};
export const list = <T extends z.ZodType>(item: T, what: string, least = 0) => {
  const expected = `expected a list of ${what}`;
  return z.array(item, expected).min(least, `${expected}, at least ${least}`);
};
export const name = () => text(LONGEST_NAME);
export const hash = () => z.string(HASH).regex(/^sha256:[0-9a-f]{64}$/, HASH);
export const share = () => z.number(SHARE).positive(SHARE).max(1, SHARE);
export const positive = () => z.number(POSITIVE).positive(POSITIVE);
export const flag = () => z.boolean('expected true or false');
export const section = <T extends z.ZodRawShape>(fields: T) =>
  z.object(fields, `expected an object with ${Object.keys(fields).join(', ')}`);
export const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, `expected one of ${names.join(', ')}`);
export const kind = <const T extends string>(value: T) => z.literal(value).describe('What the message is.');
export const bits = () => {
  const expected = 'expected a text of 0 and 1, one character an image';
  return z.string(expected).regex(/^[01]+$/, expected);
};
export const id = () => integer(1).describe('Number of the request, counted up by the caller.');
export const protocol = () =>
  z.literal(PROTOCOL_VERSION, `expected ${PROTOCOL_VERSION}`).describe('Version of the protocol.');
