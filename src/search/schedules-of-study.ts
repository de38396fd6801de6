/** The schedules file of a study of ask and tell. */
import type { SchedulesFile } from '../schedules/index.js';

/** What a study of ask, or of a program, recommends; it knows neither model nor attenuation. */
export function schedulesOfStudy(
  alphas: readonly number[],
  {
    seed: studySeed,
    evaluations,
    version,
  }: { readonly seed: number; readonly evaluations: number; readonly version: string },
): SchedulesFile {
  const latents = alphas.map((_, i) => `z${i}`);
  const provenance = { studySeed, evaluations, version, source: 'recommended by a study of ask and tell' };
  return {
    format: 'bo-search/schedules',
    version: 1,
    model: { name: 'unknown', latents },
    schedules: [{ kind: 'learned', alphas, provenance }],
  };
}
