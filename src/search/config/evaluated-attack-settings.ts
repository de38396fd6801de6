/** From an entry of `evaluation.attacks` to attacks with one bound each, and what is wrong with its settings. */
import { BoSearchError } from '../../errors.js';
import {
  type AttackOptions,
  createAttack,
  MINIMUM_NORM_NAMES,
} from '../../objective/attacks/attack-registry.js';
import type { ImageShape } from '../../objective/images/image-set.js';
import type { Attack } from '../../objective/attacks/contract/attack.js';
import type { Conflict } from './conflict.js';

/** Keys of an entry that are no settings of the attack itself. */
const OWN_KEYS = ['label', 'images', 'eot'] as const;

/** A bound and a shape that any attack takes, to look at the other settings. */
const ANY_BOUND = 1;
const ANY_SHAPE: ImageShape = { height: 1, width: 1, channels: 1 };

export type AttackEntry = Readonly<Record<string, unknown>> & { readonly name: string };

/** The settings of the attack alone. */
export function settingsOf(entry: AttackEntry): AttackEntry {
  const own: readonly string[] = OWN_KEYS;
  return Object.fromEntries(
    Object.entries(entry).filter(([key, value]) => !own.includes(key) && value !== undefined),
  ) as AttackEntry;
}

/** Bounds an entry lists, and the key they stand under; undefined where it names none. */
export function boundsOf(
  entry: AttackEntry,
): { readonly key: BoundKey; readonly bounds: number[] } | undefined {
  const key = BOUND_KEYS.find((name) => entry[name] !== undefined);
  if (key === undefined) return undefined;
  return { key, bounds: [entry[key]].flat() as number[] };
}

const BOUND_KEYS = ['l2Bound', 'linfBound'] as const;

type BoundKey = (typeof BOUND_KEYS)[number];

/**
 * The attack of an entry at a bound, or without one.
 * @throws BoSearchError `E_ATTACK` for settings that cannot be.
 */
export function attackOf(
  entry: AttackEntry,
  bound?: { readonly key: BoundKey; readonly value: number },
): Attack {
  const settings = { ...settingsOf(entry), ...(bound === undefined ? {} : { [bound.key]: bound.value }) };
  return createAttack(settings as unknown as AttackOptions);
}

/** The entry with the extent of the images, for attacks that have to know what is beside what and were not told. */
export function withShape<T extends AttackEntry>(entry: T, { height, width, channels }: ImageShape): T {
  const { name, version, shape } = entry;
  const takesShape = name.startsWith('square') || (name === 'autoattack' && version !== 'rand');
  return takesShape && shape === undefined ? { ...entry, shape: { height, width, channels } } : entry;
}

/** Whether an entry that names no bound needs one. */
export function needsBound(entry: AttackEntry): boolean {
  const names: readonly string[] = MINIMUM_NORM_NAMES;
  return !names.includes(entry.name);
}

/** What is wrong with the settings of an entry, each with the key it is about. */
export function checkAttackSettings(entry: AttackEntry): Conflict[] {
  const given = boundsOf(entry);
  const tried = given === undefined ? unnamedBound(entry) : { key: given.key, value: given.bounds[0] };
  try {
    attackOf(withShape(entry, ANY_SHAPE), tried);
    return repeatedBound(given);
  } catch (error) {
    if (!(error instanceof BoSearchError)) throw error;
    return [conflictOf(error, entry)];
  }
}

/** The key of the bound that an entry does not name. */
function unnamedBound(entry: AttackEntry): { readonly key: BoundKey; readonly value: number } | undefined {
  // a bound in L∞ has no default: it is not on the scale of attack.l2Bound
  if (!needsBound(entry) || entry.name.endsWith('-linf')) return undefined;
  return { key: 'l2Bound', value: ANY_BOUND };
}

function repeatedBound(given: ReturnType<typeof boundsOf>): Conflict[] {
  if (given === undefined) return [];
  const { key, bounds } = given;
  const twice = bounds.findIndex((bound, i) => bounds.indexOf(bound) < i);
  return twice < 0 ? [] : [{ path: [key], message: 'expected every bound once' }];
}

/** `pgd-l2 steps: expected …, got …` as a message at its key. */
function conflictOf({ message }: BoSearchError, { name, ...settings }: AttackEntry): Conflict {
  const said = message.replace(/, got .*$/s, '');
  const [where, expected = said] = said.split(/: (.*)/s);
  const key = where.replace(name, '').trim();
  if (key !== '') return { path: [key], message: expected };
  const unknown = /, got ([\w, ]+)$/.exec(message)?.[1]?.split(', ')[0];
  const path = unknown !== undefined && Object.hasOwn(settings, unknown) ? [unknown] : [];
  return { path, message: expected };
}
