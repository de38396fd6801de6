/** What was found, all of it right. */
export interface FileDescription {
  readonly kind:
    'config' | 'schedules' | 'journal' | 'run' | 'results' | 'model' | 'images' | 'attacked-images';
  /** In one line. */
  readonly text: string;
  readonly warnings: readonly string[];
}
