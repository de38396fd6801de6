/** Schedules files for laws about their forms. */
import fc from 'fast-check';
import {
  baselineSchedules,
  constantSchedule,
  reversedSchedule,
  type Schedule,
  type SchedulesFile,
  stepSchedule,
} from '../../src/schedules/index.js';

/** Never -0, which JSON writes as 0. */
export const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);

const attenuation = fc.double({ min: Number.MIN_VALUE, max: 1, noNaN: true });

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });

function schedule(n: number): fc.Arbitrary<Schedule> {
  const own = fc.oneof<fc.Arbitrary<Schedule>[]>(
    fc
      .array(share, { minLength: n, maxLength: n })
      .chain((alphas) =>
        fc.constantFrom('learned' as const, 'custom' as const).map((kind) => ({ kind, alphas })),
      ),
    fc
      .constantFrom('linear' as const, 'cosine' as const)
      .map((kind) => ({ kind, alphas: baselineSchedules[kind](n) })),
    fc.nat(n).map((from) => ({ kind: 'step' as const, from, alphas: stepSchedule(n, from) })),
    share.map((value) => ({ kind: 'constant' as const, value, alphas: constantSchedule(n, value) })),
    fc
      .constantFrom('linear' as const, 'cosine' as const)
      .map((of) => ({ kind: 'reversed' as const, of, alphas: reversedSchedule(of, n) })),
  );
  return fc
    .tuple(own, fc.option(name, { nil: undefined }), fc.option(attenuation, { nil: undefined }), fc.boolean())
    .map(([one, label, factor, effective]) => ({
      ...one,
      ...(label === undefined ? {} : { label }),
      ...(factor === undefined ? {} : { attenuation: factor }),
      ...(effective ? { effectiveAlphas: one.alphas.map((alpha) => (factor ?? 1) * alpha) } : {}),
    }));
}

/** Files of 1 to 8 latents and 1 to 5 schedules; names of any text, numbers of any size. */
export const anySchedules: fc.Arbitrary<SchedulesFile> = fc
  .uniqueArray(name, { minLength: 1, maxLength: 8 })
  .chain((latents) =>
    fc.record({
      format: fc.constant('bo-search/schedules' as const),
      version: fc.constant(1 as const),
      model: fc.record({ name, latents: fc.constant(latents) }),
      schedules: fc.array(schedule(latents.length), { minLength: 1, maxLength: 5 }),
    }),
  );
