/** What a conformance case is: a claim about a backend as numbers with bounds, free of any test runner. */
import type { BackendTolerances } from '../tolerances.js';

/** One number and what it may be at most. */
export interface Deviation {
  readonly what: string;
  readonly got: number;
  readonly bound: number;
}

/** What a case knows of the backend under test, which runs. */
export interface ConformanceSetting {
  readonly backend: string;
  readonly tolerances: BackendTolerances;
}

export interface ConformanceCase {
  readonly title: string;
  /** Deviations, each to be at most its bound; NaN is beyond any. */
  readonly run: (setting: ConformanceSetting) => Promise<readonly Deviation[]>;
}

/** 0 where something holds and Infinity where it does not. */
export function holds(what: string, truth: boolean): Deviation {
  return { what, got: truth ? 0 : Infinity, bound: 0 };
}

export function isWithin({ got, bound }: Deviation): boolean {
  return got <= bound;
}
