/** Settings that several attacks share. */
import { z } from 'zod';

const POSITIVE = 'expected a number above 0';

/** ε: finite and above 0. */
export const l2BoundSchema = z.number(POSITIVE).positive(POSITIVE);

/** A finite number above 0. */
export const positiveSchema = z.number(POSITIVE).positive(POSITIVE);

/** A count of at least 1. */
export const countSchema = z
  .int('expected an integer of at least 1')
  .min(1, 'expected an integer of at least 1');

export const flagSchema = z.boolean('expected true or false');
