/**
 * AutoAttack with a fixed budget: a cascade of attacks without parameters to tune.
 *
 * Croce and Hein 2020, arXiv:2003.01690. `standard`: APGD with cross-entropy, APGD with targets, FAB with targets, then
 * Square. `rand`, for models that draw: APGD with cross-entropy, then with DLR, both on means over draws. Deviations from
 * the authors' code: a point has to hold under draws of its own before its image is left alone (`cascade.ts`); FAB is
 * there in L2 only; with fewer than four classes DLR gives way to the margin (`lossInUse`).
 *
 * `rand` takes its expectation itself, and counts every draw: give it the deployed model, not one that is a mean already.
 */
import type { AttackBatch } from '../contract/attack-batch.js';
import type { FixedBudgetAttack, Perturbed } from '../contract/fixed-budget-attack.js';
import type { Ball } from '../geometry/ball.js';
import { l2Distance } from '../geometry/l2.js';
import { linfDistance } from '../geometry/linf.js';
import { apgdL2 } from './apgd-l2.js';
import { apgdLinf } from './apgd-linf.js';
import type { ApgdOptions } from './apgd-settings.js';
import {
  type AutoAttackOptions,
  autoAttackSettings,
  type AutoAttackSettings,
  type StandardAutoAttackSettings,
} from './autoattack-settings.js';
import { type CascadeOutcome, cascadeMachine, type CascadePlan, type CascadeStage } from './cascade.js';
import { fabL2 } from './fab-l2.js';
import { squareL2 } from './square-l2.js';
import { squareLinf } from './square-linf.js';
import { assertShape } from './square-settings.js';

/** One group: an image that any stage broke is left alone. */
const GROUP = 'all';

/** Room for rounding in the norm of a point on the sphere, relative to the bound; less than what a run allows. */
const NORM_ROOM = 1e-9;

/** Least share of the screening's draws that has to be fooled. */
const LEAST_SHARE = 0.5;

/**
 * AutoAttack at one bound.
 * @throws BoSearchError `E_ATTACK` for settings out of range, and unless there is exactly one bound; when it runs, for a
 * shape that is not the model's.
 */
export function autoAttack(options: AutoAttackOptions): FixedBudgetAttack<AutoAttackSettings> {
  const settings = autoAttackSettings(options);
  const ball = ballOf(settings);
  const cascade = cascadeMachine(planOf(settings, ball), brokenImages);
  const machine: typeof cascade = {
    ...cascade,
    begin: (batch) => {
      // at once, not when Square has its turn
      if (settings.version === 'standard') assertShape(settings.name, settings.shape, batch.model.pixels);
      return cascade.begin(batch);
    },
  };
  return { kind: 'fixed-budget', settings, ball, needs: 'gradients', machine };
}

function ballOf({ l2Bound, linfBound }: AutoAttackSettings): Ball {
  // settings have exactly one of the two
  return linfBound === undefined
    ? { norm: 'l2', bound: l2Bound as number }
    : { norm: 'linf', bound: linfBound };
}

function planOf(settings: AutoAttackSettings, ball: Ball): CascadePlan {
  const plan = {
    screening: { draws: settings.screeningDraws, share: LEAST_SHARE },
    among: (candidates: readonly Float32Array[], clean: Float32Array) =>
      farthestWithin(candidates, clean, ball),
  };
  if (settings.version === 'standard') return { ...plan, stages: standardStages(settings, ball) };
  const { expectationDraws: draws, expectationMode: mode, iterations } = settings;
  const stages = [
    stageOf('apgd-ce', apgd(ball, { loss: 'ce', iterations })),
    stageOf('apgd-dlr', apgd(ball, { loss: 'dlr', iterations })),
  ];
  return { ...plan, stages, expectation: { draws, mode } };
}

function standardStages(settings: StandardAutoAttackSettings, ball: Ball): CascadeStage[] {
  const { iterations, targets, shape, squareIterations } = settings;
  const square = { shape, iterations: squareIterations };
  return [
    stageOf('apgd-ce', apgd(ball, { loss: 'ce', iterations })),
    stageOf('apgd-t', apgd(ball, { loss: 'dlr-targeted', iterations, targets })),
    ...(ball.norm === 'l2' ? [stageOf('fab-t', fabL2({ targeted: true, targets, iterations }))] : []),
    stageOf(
      'square',
      ball.norm === 'l2'
        ? squareL2({ ...square, l2Bound: ball.bound })
        : squareLinf({ ...square, linfBound: ball.bound }),
    ),
  ];
}

function stageOf(label: string, attack: CascadeStage['attack']): CascadeStage {
  return { label, attack, group: GROUP };
}

function apgd({ norm, bound }: Ball, options: ApgdOptions): CascadeStage['attack'] {
  return norm === 'l2' ? apgdL2({ ...options, l2Bound: bound }) : apgdLinf({ ...options, linfBound: bound });
}

/** Points of a minimum-norm attack that a budget allows; the farthest first, for they hold under most draws. */
function farthestWithin(candidates: readonly Float32Array[], clean: Float32Array, { norm, bound }: Ball) {
  const distance = norm === 'l2' ? l2Distance : linfDistance;
  return candidates
    .map((point) => ({ point, length: distance(point, clean, 0, clean.length) }))
    .filter(({ length }) => length <= bound * (1 + NORM_ROOM))
    .toSorted((a, b) => b.length - a.length)
    .map(({ point }) => point);
}

/** The point that held; where none did, the one that came nearest to it. */
function brokenImages({ images, model }: AttackBatch, outcomes: readonly CascadeOutcome[]): Perturbed {
  const out = images.slice();
  for (const [row, { held, nearest }] of outcomes.entries()) {
    const point = held.at(0) ?? nearest;
    if (point !== null) out.set(point, row * model.pixels);
  }
  return out;
}
