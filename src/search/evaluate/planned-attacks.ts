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
 * needs gradients where there are none, or settings that do not fit the images.
 */
export function plannedAttacks({ config, configFile, image, only }: AttacksAsked): PlannedAttack[] {
  const evaluation = evaluationOf(config);
  const entries = chosenEntries(evaluation, only);
  const labels = entries.map(({ name, label }) => label ?? name);
  return entries.flatMap((entry, i) => {
    const place = (...keys: (string | number)[]) => {
      const at = evaluation.attacks?.indexOf(entry) ?? -1;
      return at < 0
        ? `attack ${entry.name}`
        : configPlace(configFile, ['evaluation', 'attacks', at, ...keys]);
    };
    if (labels.indexOf(labels[i]) < i) {
      throw refused(place('name'), `expected every attack once, got ${JSON.stringify(labels[i])} again`, {
        hint: 'give each a label of its own',
      });
    }
    const images = entry.images ?? evaluation.images;
    if (images > evaluation.images) {
      throw refused(
        place('images'),
        `expected at most the ${evaluation.images} of evaluation.images, got ${images}`,
      );
    }
    const planned = attacksOf(withShape(entry, image), config.attack.l2Bound).map(({ attack, bound }) => ({
      label: bound === undefined ? labels[i] : `${labels[i]} ε=${bound}`,
      family: labels[i],
      attack,
      images,
      expectation: entry.eot ?? ONE_DRAW,
    }));
    if (evaluation.gradients === 'black-box' && planned.some(({ attack }) => attack.needs === 'gradients')) {
      throw refused(
        place('name'),
        `expected an attack without gradients, as evaluation.gradients: black-box, got ${entry.name}`,
      );
    }
    return planned;
  });
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
