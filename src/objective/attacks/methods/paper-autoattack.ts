/**
 * What the code of the paper this package follows calls AutoAttack: the nearest of what APGD finds at a few bounds and
 * what FAB finds.
 *
 * APGD with cross-entropy at the least bound, and at each larger one on the images it has not broken; the same with DLR
 * where there are four classes; FAB, untargeted, on every image. No targets, no Square. Points of APGD lie on their
 * spheres, so that curves of success against the bound have steps there.
 *
 * That code decides by one lucky draw of a defence that draws; here every point is a candidate that the caller verifies
 * under fresh draws.
 */
import { z } from 'zod';
import { checked } from '../../images/json-file.js';
import type { AttackBatch } from '../contract/attack-batch.js';
import type { Candidates, MinimumNormAttack } from '../contract/minimum-norm-attack.js';
import { l2Distance } from '../geometry/l2.js';
import { DLR_CLASSES } from '../losses/dlr.js';
import { apgdL2 } from './apgd-l2.js';
import type { ApgdLoss } from './apgd-settings.js';
import { type CascadeOutcome, cascadeMachine, type CascadeStage } from './cascade.js';
import { fabL2 } from './fab-l2.js';
import { countSchema, l2BoundSchema } from './settings.js';

/** Least share of the screening's draws that has to be fooled. */
const LEAST_SHARE = 0.5;

const INCREASING = 'expected increasing numbers above 0';

const boundsSchema = z
  .array(l2BoundSchema, INCREASING)
  .refine((bounds) => bounds.every((bound, at) => at === 0 || bound > bounds[at - 1]), INCREASING);

const schema = z.strictObject(
  {
    name: z.literal('autoattack-paper', 'expected "autoattack-paper"').default('autoattack-paper'),
    ceBounds: boundsSchema.default([0.5, 1, 4]),
    dlrBounds: boundsSchema.default([0.5, 2, 4]),
    apgdIterations: countSchema.default(64),
    fabIterations: countSchema.default(128),
    screeningDraws: countSchema.default(1),
  },
  'expected settings of autoattack-paper only',
);

export interface PaperAutoAttackOptions {
  readonly name?: 'autoattack-paper';
  /** Bounds of APGD with cross-entropy, increasing, above 0, at most 1e100; default 0.5, 1, 4. */
  readonly ceBounds?: readonly number[];
  /** Bounds of APGD with DLR, which is left out for fewer than four classes; default 0.5, 2, 4. */
  readonly dlrBounds?: readonly number[];
  /** Iterations of APGD, at least 1; default 64. */
  readonly apgdIterations?: number;
  /** Iterations of FAB, at least 1; default 128. */
  readonly fabIterations?: number;
  /** Draws that decide whether APGD goes on to its next bound: at least half have to be fooled; default 1. */
  readonly screeningDraws?: number;
}

export type PaperAutoAttackSettings = Required<PaperAutoAttackOptions>;

/**
 * The paper's AutoAttack, a minimum-norm attack in L2.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function paperAutoAttack(
  options: PaperAutoAttackOptions = {},
): MinimumNormAttack<PaperAutoAttackSettings> {
  const settings = checked(options, schema, 'E_ATTACK', 'autoattack-paper');
  const screening = { draws: settings.screeningDraws, share: LEAST_SHARE };
  const machine = cascadeMachine({ stages: stagesOf(settings), screening }, nearestFirst);
  return { kind: 'minimum-norm', settings, needs: 'gradients', machine };
}

function stagesOf({
  ceBounds,
  dlrBounds,
  apgdIterations,
  fabIterations,
}: PaperAutoAttackSettings): CascadeStage[] {
  const apgd = (loss: ApgdLoss) => (l2Bound: number) => ({
    label: `apgd-${loss} ${l2Bound}`,
    attack: apgdL2({ l2Bound, loss, iterations: apgdIterations, checkpoints: 'autoattack' }),
    group: loss,
  });
  const dlr = dlrBounds.map((bound) => ({ ...apgd('dlr')(bound), leastClasses: DLR_CLASSES }));
  const fab = { label: 'fab', attack: fabL2({ iterations: fabIterations }), group: 'fab', screened: false };
  return [...ceBounds.map(apgd('ce')), ...dlr, fab];
}

function nearestFirst({ images, model }: AttackBatch, outcomes: readonly CascadeOutcome[]): Candidates {
  const d = model.pixels;
  return outcomes.map(({ held }, row) => {
    const clean = images.subarray(row * d, (row + 1) * d);
    return held
      .map((point) => ({ point, norm: l2Distance(point, clean, 0, d) }))
      .toSorted((a, b) => a.norm - b.norm)
      .map(({ point }) => point);
  });
}
