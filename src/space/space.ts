/** Bounded spaces: named parameters in a fixed order, and points worth trying first. d is the number of parameters. */
import { BoSearchError } from '../errors.js';
import {
  assertValue,
  checkParameter,
  fromUnitInterval,
  type Parameter,
  toUnitInterval,
} from './parameter.js';

/** A point to try before the policy's own, in user units, one value a parameter. */
export interface SeedPoint {
  /** Where it comes from, for example `linear`; no two seeds of a space share one. */
  readonly label: string;
  readonly values: readonly number[];
}

/** A space; `Name` is the union of its parameters' names, where the compiler knows them. */
export interface Space<Name extends string = string> {
  /** `alphas` for the α vector of a model with N latents, `parameters` for everything else. */
  readonly kind: 'alphas' | 'parameters';
  /** Names in order, shape (d). */
  readonly names: readonly Name[];
  /** Parameters in order, shape (d). */
  readonly parameters: readonly Parameter[];
  /** Points to try first, in order. */
  readonly seeds: readonly SeedPoint[];
}

/** A point as callers give it: values in parameter order, or by name. */
export type PointInput<Name extends string = string> = readonly number[] | Readonly<Record<Name, number>>;

/**
 * A space of named parameters, in the order in which they are written.
 * @throws E_SPACE for no parameter, a bad bound or scale, or a seed that is not a point of the space.
 */
export function createSpace<Name extends string>(
  parameters: Readonly<Record<Name, Parameter>>,
  options: { readonly seeds?: readonly SeedPoint[] } = {},
): Space<Name> {
  const names = Object.keys(parameters) as Name[];
  if (names.length === 0) throw new BoSearchError('E_SPACE', 'createSpace: expected a parameter, got none');
  const odd = names.find((name) => name === '' || /^\d+$/.test(name));
  if (odd !== undefined) {
    throw new BoSearchError(
      'E_SPACE',
      `createSpace: expected names that are not empty or whole numbers, got ${JSON.stringify(odd)}`,
      { hint: 'JavaScript sorts keys that are whole numbers, and the order of parameters matters' },
    );
  }
  return spaceOf({
    kind: 'parameters',
    names,
    parameters: names.map((name) => checkParameter(parameters[name], `createSpace ${name}`)),
    seeds: options.seeds ?? [],
  });
}

/**
 * A space whose seeds are checked and frozen.
 * @throws E_SPACE
 */
export function spaceOf<Name extends string>(space: Space<Name>): Space<Name> {
  const labels = new Set<string>();
  for (const [i, seed] of space.seeds.entries()) {
    const where = `seeds[${i}]`;
    if (typeof seed.label !== 'string' || seed.label === '' || labels.has(seed.label)) {
      throw new BoSearchError(
        'E_SPACE',
        `${where}.label: expected a label of its own, got ${JSON.stringify(seed.label)}`,
      );
    }
    labels.add(seed.label);
    assertPoint(space, seed.values, `${where}.values`, 'E_SPACE');
  }
  return Object.freeze({
    ...space,
    seeds: space.seeds.map(({ label, values }) => ({ label, values: [...values] })),
  });
}

/**
 * Values in parameter order of a point given as a list or by name.
 * @throws E_ARGUMENT for a missing or unknown name, a wrong length, or a value outside its bounds.
 */
export function pointValues(space: Space, point: PointInput, where: string): number[] {
  if (Array.isArray(point)) {
    assertPoint(space, point as readonly number[], where);
    return [...(point as readonly number[])];
  }
  if (typeof point !== 'object' || point === null) {
    throw new BoSearchError('E_ARGUMENT', `${where}: expected a list or an object, got ${String(point)}`);
  }
  const byName = point as Readonly<Record<string, number>>;
  const unknown = Object.keys(byName).find((name) => !space.names.includes(name));
  if (unknown !== undefined) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `${where}: expected parameters ${space.names.join(', ')}, got ${unknown}`,
    );
  }
  return space.names.map((name, j) => {
    const x: unknown = byName[name];
    assertValue(space.parameters[j], x, `${where}.${name}`);
    return x;
  });
}

/** The unit-cube point of values in user units, shape (d). Values are not checked. */
export function toUnit(space: Space, values: readonly number[]): number[] {
  return space.parameters.map((parameter, j) => toUnitInterval(parameter, values[j]));
}

/** The values in user units of a unit-cube point, shape (d). */
export function fromUnit(space: Space, unit: readonly number[]): number[] {
  return space.parameters.map((parameter, j) => fromUnitInterval(parameter, unit[j]));
}

/** The unit-cube point that stands for what will be evaluated: integers go to the middle of their part. */
export function snapUnit(space: Space, unit: readonly number[]): number[] {
  return space.parameters.map((parameter, j) =>
    parameter.kind === 'integer' ? toUnitInterval(parameter, fromUnitInterval(parameter, unit[j])) : unit[j],
  );
}

/** Values by name. */
export function paramsOf(space: Space, values: readonly number[]): Record<string, number> {
  return Object.fromEntries(space.names.map((name, j) => [name, values[j]]));
}

function assertPoint(
  space: Space,
  values: readonly number[],
  where: string,
  code: 'E_ARGUMENT' | 'E_SPACE' = 'E_ARGUMENT',
): void {
  const d = space.names.length;
  if (!Array.isArray(values) || values.length !== d) {
    const got = Array.isArray(values) ? values.length : JSON.stringify(values);
    throw new BoSearchError(code, `${where}: expected ${d} values, got ${got}`);
  }
  for (let j = 0; j < d; j++) assertValue(space.parameters[j], values[j], `${where}[${j}]`, code);
}
