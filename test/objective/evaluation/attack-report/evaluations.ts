/** Small evaluations by hand: what became of image i is one letter of a word. */
import type { AttackedImageDetail } from '../../../../src/objective/attacks/run/run-attack.js';
import type {
  AttackCell,
  EvaluatedAttack,
  EvaluatedDefence,
  EvaluationData,
} from '../../../../src/objective/evaluation/evaluation-data.js';

export const defence = (label: string, more: Partial<EvaluatedDefence> = {}): EvaluatedDefence => ({
  label,
  preprocessing: {},
  purifications: 1,
  hash: `sha256:${label}`,
  looksLikeSoftmax: false,
  draws: false,
  ...more,
});

/** An L2 attack of a bound. */
export const budget = (
  name: string,
  bound: number,
  settings: Readonly<Record<string, unknown>> = { steps: 40 },
  more: Partial<EvaluatedAttack> = {},
): EvaluatedAttack => ({
  label: `${name} ε=${bound}`,
  family: name,
  kind: 'fixed-budget',
  ball: { norm: 'l2', bound },
  settings: { name, l2Bound: bound, ...settings },
  expectation: { draws: 1, mode: 'mean-logits' },
  gradients: { kind: 'exact' },
  ...more,
});

export const minimumNorm = (name: string, more: Partial<EvaluatedAttack> = {}): EvaluatedAttack => ({
  label: name,
  family: name,
  kind: 'minimum-norm',
  settings: { name, steps: 50 },
  expectation: { draws: 1, mode: 'mean-logits' },
  gradients: { kind: 'exact' },
  ...more,
});

export const detail = (
  id: string,
  outcome: AttackedImageDetail['outcome'],
  norm: number,
  more: Partial<AttackedImageDetail> = {},
): AttackedImageDetail => {
  const fooled = outcome !== 'failure';
  return {
    id,
    outcome,
    norm,
    fooled: { float32: fooled, eightBit: fooled },
    shares: { float32: fooled ? 1 : 0, eightBit: fooled ? 1 : 0 },
    flags: { zeroGradient: false, nonFinite: false },
    tally: { queries: outcome === 'clean-error' ? 0 : 40, gradients: 40, zeroGradients: 0, nonFinite: 0 },
    ...more,
  };
};

const OUTCOMES = { e: 'clean-error', s: 'success', f: 'failure' } as const;

/** Images i0, i1, … from a word: e clean error, s success at the attack's bound, f failure. */
export const verdicts = (word: string, norm = 1): AttackedImageDetail[] =>
  [...word].map((letter, i) => {
    const outcome = OUTCOMES[letter as keyof typeof OUTCOMES];
    return detail(`i${i}`, outcome, outcome === 'clean-error' ? 0 : norm);
  });

export const cell = (
  label: string,
  attack: EvaluatedAttack,
  perImage: string | readonly AttackedImageDetail[],
  more: Partial<AttackCell> = {},
): AttackCell => ({
  defence: label,
  attack,
  verification: { draws: 1, share: 0.5 },
  perImage: typeof perImage === 'string' ? verdicts(perImage, attack.ball?.bound) : perImage,
  ...more,
});

/** A cell of a minimum-norm attack: 0 clean errors, Infinity failures. */
export const distanceCell = (
  label: string,
  attack: EvaluatedAttack,
  distances: readonly number[],
  more: Partial<AttackCell> = {},
): AttackCell =>
  cell(
    label,
    attack,
    distances.map((distance, i) =>
      distance === 0
        ? detail(`i${i}`, 'clean-error', 0)
        : distance === Infinity
          ? detail(`i${i}`, 'failure', 0)
          : detail(`i${i}`, 'success', distance),
    ),
    more,
  );

/** Images judged without an attack: e clean error, s fooled, f not. */
export const judged = (word: string) =>
  [...word].map((letter, i) => ({ id: `i${i}`, cleanError: letter === 'e', fooled: letter !== 'f' }));

/** An evaluation of its cells, with defences and images as they occur there. */
export const evaluation = (more: Partial<EvaluationData>): EvaluationData => {
  const cells = more.cells ?? [];
  const images = Math.max(0, ...cells.map(({ perImage }) => perImage.length));
  const labels = [...new Set(cells.map((one) => one.defence))];
  return {
    classes: ['a', 'b', 'c', 'd', 'e'],
    images: Array.from({ length: images }, (_, i) => `i${i}`),
    searched: [],
    defences: labels.map((label) => defence(label)),
    transfers: [],
    noise: [],
    convergence: [],
    ...more,
    cells,
  };
};
