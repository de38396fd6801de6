/** The kinds of values a configuration has, each with its words for what else it was. */
import { z } from 'zod';

const POSITIVE = 'expected a number above 0';
const SHARE = 'expected a number above 0 and at most 1';
const WEIGHT = 'expected a number from 0 to 1';
const COUNT = 'expected an integer of at least 1';
const FLAG = 'expected true or false';

/** Most images, evaluations or draws: beyond this a typing error is more likely than a wish. */
const MOST = 10_000_000;

/** Largest length or standard deviation: far beyond any image, far from where squares overflow. */
const LARGEST = 1_000_000;

/** Longest time limit: 23 days, what timers hold. */
const LONGEST_SECONDS = 2_000_000;

export const positive = () =>
  z.number(POSITIVE).positive(POSITIVE).max(LARGEST, `expected a number above 0 and at most ${LARGEST}`);

export const seconds = () =>
  z.number(POSITIVE).positive(POSITIVE).max(LONGEST_SECONDS, `expected at most ${LONGEST_SECONDS} seconds`);

/** A text that is not empty. @param what - `expected …`. */
export const words = (what: string) =>
  z
    .string(what)
    .min(1, what)
    .refine((text) => !text.includes('\0'), `${what}, without a NUL`);

/** In (0, 1]. */
export const share = () => z.number(SHARE).positive(SHARE).max(1, SHARE);

/** In [0, 1]. */
export const weight = () => z.number(WEIGHT).min(0, WEIGHT).max(1, WEIGHT);

export const count = (most = MOST) =>
  z.int(COUNT).min(1, COUNT).max(most, `expected an integer from 1 to ${most}`);

export const flag = () => z.boolean(FLAG);

export const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, `expected one of ${names.join(', ')}`);

/** An object with these keys and no other. */
export const section = <T extends z.ZodRawShape>(fields: T) =>
  z.strictObject(fields, `expected a section with ${Object.keys(fields).join(', ')}`);
