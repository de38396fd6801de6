/** What a stationary kernel is once the metric has turned two points into a distance. */

/** A correlation as a function of distance: 1 at distance 0, falling towards 0. The metric is not its business. */
export interface Profile {
  readonly name: string;
  /** k(r) for r ≥ 0; 1 at 0, 0 at Infinity. */
  correlation(r: number): number;
  /** dk/d(r²) at r, given k = correlation(r), so that no second exponential is taken; finite at 0, never positive. */
  slope(r: number, k: number): number;
}
