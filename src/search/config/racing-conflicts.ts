/** What cannot stand beside racing, and racing that cannot be: found on what was written, before defaults are filled in. */
import type { Conflict } from './conflict.js';
import { filledRacing, planOf, type RacingSection } from './racing-plan.js';

/** Defaults that a race is checked with, as the schema has them. */
const DEFAULTS = { images: 200, evaluations: 100 } as const;

type Section = Readonly<Record<string, unknown>>;

/**
 * The conflicts of racing in a configuration; numbers of another type are left to the schema.
 * @param value - as it was parsed.
 */
export function racingConflicts(value: Section): Conflict[] {
  const search = sectionOf(value['search']);
  const racing = search['racing'];
  if (racing !== true && !isSection(racing)) return [];
  return [...beside(value, search), ...impossible(value, search, sectionOf(racing))];
}

function beside(value: Section, search: Section): Conflict[] {
  const { policy = 'bayes', reference, block } = search;
  const path = ['search', 'racing'];
  return [
    ...(policy === 'bayes' ? [] : [{ path, message: `expected no racing with policy ${String(policy)}` }]),
    ...(reference === true ? [{ path, message: 'expected no racing with search.reference' }] : []),
    ...(block === undefined
      ? []
      : [
          {
            path: ['search', 'block'],
            message: 'expected no block with racing, whose blocks say how the images are cut',
          },
        ]),
    ...(sectionOf(value['attack'])['refresh'] === undefined
      ? []
      : [
          {
            path: ['attack', 'refresh'],
            message: 'expected no refresh with racing, whose finalists need all images to stay',
          },
        ]),
    ...(sectionOf(value['attack'])['keepOnlySuccessful'] === true
      ? [
          {
            path: ['attack', 'keepOnlySuccessful'],
            message: 'expected no keepOnlySuccessful with racing, whose blocks must keep their classes',
          },
        ]
      : []),
  ];
}

function impossible(value: Section, search: Section, racing: RacingSection): Conflict[] {
  const { images = DEFAULTS.images, evaluations = DEFAULTS.evaluations } = search;
  if (!isCount(images) || !isCount(evaluations)) return [];
  if (
    Object.values(racing).some(
      (number: unknown) => number !== undefined && !(typeof number === 'number' && number > 0),
    )
  )
    return [];
  const filled = filledRacing(racing, images);
  const at = (key: string, message: string): Conflict[] => [{ path: ['search', 'racing', key], message }];
  if (filled.blocks === 1 && racing.blocks === undefined) {
    const message = `expected search.images that 2 to 8 blocks divide, such as ${Math.ceil(images / 8) * 8}, with racing`;
    return [{ path: ['search', 'images'], message }];
  }
  if (filled.blocks > images || images % filled.blocks !== 0) {
    return at('blocks', `expected a divisor of search.images = ${images}`);
  }
  const size = images / filled.blocks;
  if (filled.fresh % size !== 0) return at('fresh', `expected a multiple of the ${size} images of a block`);
  const plan = planOf(filled, { images, evaluations, parts: partsOf(value) });
  const points = Array.isArray(search['points']) ? search['points'].length : 1;
  const least = points * images * partsOf(value);
  if (plan.search >= least) return [];
  const words =
    `expected a share of ${plan.full} image judgements that leaves ${least}, ` +
    `${points === 1 ? 'one α' : `all ${points} points`} in full, beside ${plan.images - plan.search} of the finalists`;
  return at('budget', words);
}

function partsOf({ objective, search }: Section): number {
  if (objective === 'robust-only' || sectionOf(search)['reference'] === true) return 1;
  const { clean = 0.5, robust = 0.5 } = sectionOf(objective);
  return [clean, robust].filter((weight) => weight !== 0).length;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function sectionOf(value: unknown): Section {
  return isSection(value) ? value : {};
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
