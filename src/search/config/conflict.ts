/** A key that cannot stand beside the others, or that is missing. */
export interface Conflict {
  readonly path: readonly string[];
  /** `expected …`, without what was found. */
  readonly message: string;
}
