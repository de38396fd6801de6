/** Which of two attacks broke images that the other did not, on the images that both attacked. */
import type { Distances } from '../cell-distances.js';
import { leadByChance } from '../exact-paired-test.js';

/** Least chance of a lead that is still put down to chance. */
const LEVEL = 0.05;

/** Whether each attacked image was broken, by id; clean errors are no attack's merit and are left out. */
export type Broken = ReadonlyMap<string, boolean>;

export interface Lead {
  /** Images that both attacked. */
  readonly images: number;
  readonly first: number;
  readonly second: number;
  /** Images that the first alone broke, and the second alone. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** One-sided exact p of the first being ahead. */
  readonly chance: number;
}

/** The attacked images, broken if their distance is at most the bound. */
export function brokenAt(distances: Distances, bound: number): Broken {
  const attacked = [...distances].filter(([, distance]) => distance > 0);
  return new Map(attacked.map(([id, distance]) => [id, distance <= bound]));
}

/** The images of checks that know no distance. */
export function brokenOf(
  perImage: readonly { readonly id: string; readonly cleanError: boolean; readonly fooled: boolean }[],
): Broken {
  return new Map(perImage.filter(({ cleanError }) => !cleanError).map(({ id, fooled }) => [id, fooled]));
}

export function leadOf(first: Broken, second: Broken): Lead {
  const ids = [...first.keys()].filter((id) => second.has(id));
  const count = (rule: (a: boolean, b: boolean) => boolean) =>
    ids.filter((id) => rule(first.get(id) === true, second.get(id) === true)).length;
  const [onlyFirst, onlySecond] = [count((a, b) => a && !b), count((a, b) => b && !a)];
  return {
    images: ids.length,
    first: count((a) => a),
    second: count((_, b) => b),
    onlyFirst,
    onlySecond,
    chance: leadByChance(onlyFirst, onlySecond),
  };
}

/** A warning where chance hardly makes such a lead, else a note. */
export function severityOf({ chance }: Lead): 'warning' | 'note' {
  return chance < LEVEL ? 'warning' : 'note';
}

/**
 * `12 of 40 images by A, 3 by B (10 and 1 that the other left; one-sided exact p = 0.0059)`.
 * @param by - who did it, first and second: `by A`, `at 2`.
 */
export function leadText(
  { images, first, second, onlyFirst, onlySecond, chance }: Lead,
  by: readonly [string, string],
): string {
  const p = Number(chance.toPrecision(2));
  const alone = `${onlyFirst} and ${onlySecond} that the other left; one-sided exact p = ${p}`;
  return `${first} of ${images} images ${by[0]}, ${second} ${by[1]} (${alone})`;
}
