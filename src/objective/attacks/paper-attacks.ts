/**
 * The paper's attacks on its three tasks, as options for `createAttack`.
 *
 * Figures of tables 2 and 3 of its supplement, which its code has too: images of height H, K classes. All attacks there
 * are untargeted, in L2, on values in [0, 1], against the mean logits of 32 purifications (no mean without a defence).
 * Its code begins Carlini and Wagner's runs 2^(log₂ H − 5) = H/32 away, with noise of norm 2^(log₂ H − 8) = H/256.
 */
import { PAPER_FGSM_BOUNDS } from './attack-presets.js';
import type { MultiplicativeCarliniWagnerOptions } from './methods/carlini-wagner-settings.js';
import type { DeepFoolOptions } from './methods/deepfool-settings.js';
import type { FgsmL2Options } from './methods/fgsm-l2.js';
import type { PaperAutoAttackOptions } from './methods/paper-autoattack.js';

/** A task of the paper. */
export type PaperTask = keyof typeof PAPER_FGSM_BOUNDS;

/** Options by the name of the attack. */
export interface PaperAttacks {
  readonly 'fgsm-l2': FgsmL2Options & { readonly name: 'fgsm-l2' };
  readonly deepfool: DeepFoolOptions & { readonly name: 'deepfool' };
  readonly 'cw-l2': MultiplicativeCarliniWagnerOptions & { readonly name: 'cw-l2' };
  readonly 'autoattack-paper': PaperAutoAttackOptions & { readonly name: 'autoattack-paper' };
}

interface Figures {
  /** H. */
  readonly height: number;
  /** DeepFool: n, η and iterations. */
  readonly deepFool: readonly [candidates: number, overshoot: number, steps: number];
  /** Carlini and Wagner: c, κ, Adam's step, and the window of early stopping. */
  readonly carliniWagner: readonly [c: number, kappa: number, learningRate: number, window: number];
}

/**
 * K is 2, 100 and 4, the classifiers are ResNet-50, VGG-11-BN and ResNeXt-50. At submission its code had 2, 0.02, 128 and
 * 4, 0.02, 128 for DeepFool on genders and cars.
 */
const FIGURES: Readonly<Record<PaperTask, Figures>> = {
  'celeba-hq-gender': { height: 256, deepFool: [2, 0.01, 1024], carliniWagner: [64, 0.01, 1e-3, 32] },
  'celeba-64-identities': { height: 64, deepFool: [8, 0.02, 128], carliniWagner: [16, 0.05, 5e-3, 16] },
  'stanford-cars': { height: 128, deepFool: [4, 0.02, 256], carliniWagner: [24, 0.02, 2e-3, 16] },
};

/** Names of the paper's tasks. */
export const PAPER_TASKS: readonly PaperTask[] = [
  'celeba-hq-gender',
  'celeba-64-identities',
  'stanford-cars',
];

/** The paper's attacks on a task, for `createAttack`; FGSM is the attack of its search, not of its evaluation. */
export function paperAttacks(task: PaperTask): PaperAttacks {
  const { height, deepFool, carliniWagner } = FIGURES[task];
  const [candidates, overshoot, steps] = deepFool;
  const [initialConstant, confidence, learningRate, earlyStopWindow] = carliniWagner;
  return {
    'fgsm-l2': { name: 'fgsm-l2', l2Bound: PAPER_FGSM_BOUNDS[task], direction: 'sign' },
    deepfool: { name: 'deepfool', candidates, overshoot, steps, form: 'reference' },
    'cw-l2': {
      name: 'cw-l2',
      search: 'multiplicative',
      restarts: 8,
      iterations: 1024,
      initialConstant,
      confidence,
      learningRate,
      earlyStopWindow,
      startNorm: height / 32,
      noiseNorm: height / 256,
    },
    'autoattack-paper': {
      name: 'autoattack-paper',
      ceBounds: [0.5, 1, 4],
      dlrBounds: [0.5, 2, 4],
      apgdIterations: 64,
      fabIterations: 128,
    },
  };
}
