/** The ball of a fixed budget, and the norm it is measured in. */

export interface Ball {
  readonly norm: 'l2' | 'linf';
  /** ε, above 0. */
  readonly bound: number;
}
