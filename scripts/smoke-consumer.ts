/** A strict consumer of every entry point whose types stand alone; compiled with skipLibCheck off, never run. */
import * as acquisition from 'bo-search/acquisition';
import * as gp from 'bo-search/gp';
import * as schedules from 'bo-search/schedules';
import { alphaSpace, createStudy } from 'bo-search';

export async function main(): Promise<readonly number[]> {
  const study = await createStudy({ space: alphaSpace(18), seed: 1 });
  for (let i = 0; i < 100; i++) {
    const trial = await study.ask();
    await study.tell(trial, { successes: Math.round(512 * (trial.alphas[0] ?? 0)), trials: 512 });
  }
  const best = study.recommend();
  return best === undefined ? [] : best.alphas;
}

export const surface: readonly object[] = [gp, acquisition, schedules];
