/** What a reader of an evaluation should know before believing it. */

/** What is wrong; each has a paragraph in docs/evaluation.md. */
export type WarningCode =
  | 'success-falls-with-bound'
  | 'success-falls-with-steps'
  | 'single-step-beats-iterative'
  | 'noise-beats-white-box'
  | 'black-box-beats-white-box'
  | 'transfer-beats-white-box'
  | 'unbounded-attack-fails'
  | 'zero-gradients'
  | 'non-finite'
  | 'expectation-not-converged'
  | 'unverified'
  | 'norms-by-luck'
  | 'softmax-outputs'
  | 'too-few-classes'
  | 'searched-images'
  | 'black-box-only';

export interface EvaluationWarning {
  readonly code: WarningCode;
  /** `warning`: beyond chance, or a fault of the set-up. `note`: seen, but chance may have done it. */
  readonly severity: 'warning' | 'note';
  /** One or two sentences with the numbers. */
  readonly text: string;
  /** The numbers behind it, by name; null where there is none. */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** Labels of the defence and the attack it is about. */
  readonly defence?: string;
  readonly attack?: string;
}

/** A share as people read it: `12.5 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
