/** From the `evaluation` section to the attacks that are run, one for each bound. */
import { BoSearchError } from '../../errors.js';
import { ATTACK_NAMES } from '../../objective/attacks/attack-registry.js';
import type { Attack } from '../../objective/attacks/contract/attack.js';
import type { ExpectationPlan } from '../../objective/evaluation/evaluation-data.js';
import type { ImageShape } from '../../objective/images/image-set.js';
import { configPlace } from '../config/config-place.js';
import { attackOf, boundsOf, needsBound, withShape } from '../config/evaluated-attack-settings.js';
import {
  type EvaluatedAttackConfig,
  type EvaluationConfig,
  evaluationOf,
} from '../config/evaluation-config.js';
import type { SearchConfig } from '../config/search-config.js';

/** An attack with one bound, or of minimum norm. */
export interface PlannedAttack {
  /** `pgd-l2 ε=1`; of minimum norm the family alone. */
  readonly label: string;
  readonly family: string;
  readonly attack: Attack;
  /** Images it is run on: the first so many. */
  readonly images: number;
  readonly expectation: ExpectationPlan;
}

/** Bounds around that of the search, where an attack names none. */
export const BOUND_FACTORS = [0.5, 1, 2] as const;

/** Steps of PGD where no attacks are named. */
const DEFAULT_STEPS = 20;

const ONE_DRAW: ExpectationPlan = { draws: 1, mode: 'mean-logits' };

export interface AttacksAsked {
  readonly config: SearchConfig;
  readonly configFile: string | undefined;
  readonly image: ImageShape;
  /** Names of those to run; all where absent. One that the configuration does not list is run with its defaults. */
  readonly only?: readonly string[];
}

/**
 * The attacks of a configuration, in its order.
 * @throws BoSearchError `E_CONFIG` with the place: for labels that repeat, more images than there are, an attack that
 * needs gradients where there are none, several bounds for a minimum norm, or settings that do not fit the images.
 */
export function plannedAttacks(asked: AttacksAsked): PlannedAttack[] {
  const { config, configFile, only } = asked;
  const evaluation = evaluationOf(config);
  const known = new Set<string>();
  return chosenEntries(evaluation, only).flatMap((entry) => {
    const place = (...keys: (string | number)[]) => {
      const at = evaluation.attacks?.indexOf(entry) ?? -1;
      return at < 0
        ? `attack ${entry.name}`
        : configPlace(configFile, ['evaluation', 'attacks', at, ...keys]);
    };
    const planned = plannedOf(entry, place, evaluation, asked);
    const names = [...new Set(planned.flatMap(({ family, label }) => [family, label]))];
    const again = names.find((name) => known.has(name));
    if (again !== undefined) {
      throw refused(place('name'), `expected every attack once, got ${JSON.stringify(again)} again`, {
        hint: 'give each a label of its own',
      });
    }
    for (const name of names) known.add(name);
    return planned;
  });
}

/** The attacks of one entry. */
function plannedOf(
  entry: EvaluatedAttackConfig,
  place: (...keys: (string | number)[]) => string,
  evaluation: EvaluationConfig,
  { config, image }: AttacksAsked,
): PlannedAttack[] {
  const { name, label: family = name, images = evaluation.images, eot = ONE_DRAW } = entry;
  if (images > evaluation.images) {
    throw refused(
      place('images'),
      `expected at most the ${evaluation.images} of evaluation.images, got ${images}`,
    );
  }
  const attacks = attacksOf(withShape(entry, image), config.attack.l2Bound);
  const [{ attack: first }] = attacks;
  if (first.kind === 'minimum-norm' && attacks.length > 1) {
    throw refused(place(boundsOf(entry)?.key ?? 'name'), `expected one bound, got ${attacks.length}`, {
      hint: `${name} looks for the nearest error, whatever the bound: one run is read at all of them`,
    });
  }
  if (evaluation.gradients === 'black-box' && first.needs === 'gradients') {
    throw refused(
      place('name'),
      `expected an attack without gradients, as evaluation.gradients: black-box, got ${name}`,
    );
  }
  return attacks.map(({ attack, bound }) => ({
    label: attack.kind === 'minimum-norm' ? family : `${family} ε=${bound}`,
    family,
    attack,
    images,
    expectation: eot,
  }));
}

function chosenEntries(
  evaluation: EvaluationConfig,
  only: readonly string[] | undefined,
): EvaluatedAttackConfig[] {
  const all = evaluation.attacks ?? defaultEntries();
  if (only === undefined) return all;
  return only.flatMap((name) => {
    const listed = all.filter((entry) => entry.label === name || entry.name === name);
    if (listed.length > 0) return listed;
    const known = ATTACK_NAMES.find((one) => one === name);
    if (known === undefined) {
      throw new BoSearchError(
        'E_CONFIG',
        `attacks: expected names among ${ATTACK_NAMES.join(', ')}, or labels of the configuration, got ${JSON.stringify(name)}`,
      );
    }
    return [{ name: known }];
  });
}

/** PGD at three bounds and the nearest error: what ends in minutes on a small model. */
function defaultEntries(): EvaluatedAttackConfig[] {
  const pgd: EvaluatedAttackConfig = { name: 'pgd-l2', steps: DEFAULT_STEPS };
  const nearest = ATTACK_NAMES.filter((name: string) => name === 'deepfool');
  return [pgd, ...nearest.map((name) => ({ name }))];
}

function attacksOf(entry: EvaluatedAttackConfig, l2Bound: number): { attack: Attack; bound?: number }[] {
  const given = boundsOf(entry);
  if (given === undefined && !needsBound(entry)) return [{ attack: attackOf(entry) }];
  const key = given?.key ?? 'l2Bound';
  const bounds = given?.bounds ?? BOUND_FACTORS.map((factor) => factor * l2Bound);
  return bounds.map((value) => ({ attack: attackOf(entry, { key, value }), bound: value }));
}

function refused(place: string, message: string, options: { hint?: string } = {}): BoSearchError {
  return new BoSearchError('E_CONFIG', `${place}: ${message}`, options);
}
