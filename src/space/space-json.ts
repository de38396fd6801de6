/** Spaces as JSON: what a journal's header holds. Seeds are written out, so that a journal keeps the ones it began with. */
import { BoSearchError } from '../errors.js';
import { alphaSpace } from './alpha-space.js';
import type { Parameter } from './parameter.js';
import { createSpace, type SeedPoint, type Space } from './space.js';

/** `alphas` with their number N, or parameters with their names. */
export type SpaceJson =
  | { readonly kind: 'alphas'; readonly latents: number; readonly seeds: readonly SeedJson[] }
  | {
      readonly kind: 'parameters';
      readonly parameters: readonly ParameterJson[];
      readonly seeds: readonly SeedJson[];
    };

/** A parameter with its name. */
export type ParameterJson = {
  readonly name: string;
  readonly kind: 'real' | 'integer';
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
};

/** A seed point as JSON holds it. */
export type SeedJson = { readonly label: string; readonly values: readonly number[] };

type Fields = Readonly<Record<string, unknown>>;

/** The JSON of a space. */
export function spaceToJson(space: Space): SpaceJson {
  const seeds = space.seeds.map(({ label, values }) => ({ label, values: [...values] }));
  if (space.kind === 'alphas') return { kind: 'alphas', latents: space.names.length, seeds };
  const parameters = space.parameters.map((parameter, j) => ({ name: space.names[j], ...parameter }));
  return { kind: 'parameters', parameters, seeds };
}

/**
 * The space of a JSON; `spaceFromJson(spaceToJson(space))` equals `space`.
 * @param where - names the place in messages.
 * @throws E_SPACE
 */
export function spaceFromJson(json: unknown, where = 'space'): Space {
  if (!isObject(json)) throw bad(where, 'a space', json);
  const seeds = seedsFrom(json['seeds'], `${where}.seeds`);
  if (json['kind'] === 'alphas') return alphaSpace(json['latents'] as number, { seeds });
  if (json['kind'] !== 'parameters') throw bad(`${where}.kind`, 'alphas or parameters', json['kind']);
  const list = json['parameters'];
  if (!Array.isArray(list)) throw bad(`${where}.parameters`, 'a list', list);
  const parameters = list.map((item, j) => parameterFrom(item, `${where}.parameters[${j}]`));
  const names = parameters.map(([name]) => name);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined) throw bad(`${where}.parameters`, 'names of their own', twice);
  return createSpace(Object.fromEntries(parameters), { seeds });
}

function parameterFrom(item: unknown, where: string): readonly [string, Parameter] {
  if (!isObject(item)) throw bad(where, 'a parameter', item);
  const { name, ...parameter } = item;
  if (typeof name !== 'string') throw bad(`${where}.name`, 'a name', name);
  return [name, parameter as unknown as Parameter];
}

function seedsFrom(list: unknown, where: string): SeedPoint[] {
  if (!Array.isArray(list)) throw bad(where, 'a list', list);
  return list.map((seed: unknown, i) => {
    if (!isObject(seed)) throw bad(`${where}[${i}]`, 'a seed { label, values }', seed);
    return seed as unknown as SeedPoint;
  });
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(where: string, expected: string, got: unknown): BoSearchError {
  return new BoSearchError(
    'E_SPACE',
    `${where}: expected ${expected}, got ${JSON.stringify(got) ?? 'nothing'}`,
  );
}
