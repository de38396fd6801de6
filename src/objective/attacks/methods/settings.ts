/** Settings that several attacks share. */
import { z } from 'zod';

const POSITIVE = 'expected a number above 0';

/** No image has two points that far apart, and squares of lengths up to here, summed over an image, stay finite. */
const LONGEST = 1e100;
const AT_MOST = `expected a number above 0 and at most ${LONGEST}`;

/** ε: above 0, at most 1e100. */
export const l2BoundSchema = z.number(POSITIVE).positive(POSITIVE).max(LONGEST, AT_MOST);

/** ε of L∞: above 0, at most 1e100; the box ends at 1. */
export const linfBoundSchema = l2BoundSchema;

/** The length of a step: above 0, at most 1e100. */
export const stepSizeSchema = l2BoundSchema;

/** A count of at least 1. */
export const countSchema = z
  .int('expected an integer of at least 1')
  .min(1, 'expected an integer of at least 1');

export const flagSchema = z.boolean('expected true or false');
