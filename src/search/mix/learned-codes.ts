/** The schedule whose codes are mixed, and the role of each latent under it. */
import { BoSearchError } from '../../errors.js';
import { readStudy, type StudyExplanation } from '../../index.js';
import {
  chooseCodes,
  CODE_RULE,
  type LatentCode,
  type ResamplingLoss,
} from '../../objective/mixing/choose-codes.js';
import { ALPHA_TOLERANCE, type Schedule, type SchedulesFile } from '../../schedules/index.js';
import type { MixedLatent, MixResults } from './mix-results.js';

/** A schedule and its codes. */
export interface LearnedCodes {
  readonly schedule: Schedule;
  readonly attenuation: number;
  readonly effectiveAlphas: readonly number[];
  /** One a latent (N). */
  readonly codes: readonly LatentCode[];
  /** What the study's model says of each latent (N); absent where α alone decides. */
  readonly effects?: readonly Required<Pick<MixedLatent, 'loss' | 'totalEffect'>>[];
  readonly rule: MixResults['rule'];
  /** Why a study that is there decides nothing, or what is odd about it. */
  readonly warning?: string;
}

/**
 * Chooses schedule and codes.
 * @param study - folder or journal of the study that learned it.
 * @param fallback - attenuation where the schedule says none.
 * @throws BoSearchError `E_SCHEDULES` if there is no learned schedule, or no latent of one of the two roles;
 * `E_JOURNAL`, `E_STORAGE` or `E_TRIAL_STATE` of the study.
 */
export function learnedCodes(file: SchedulesFile, study: string | undefined, fallback: number): LearnedCodes {
  const schedule = learnedIn(file);
  const attenuation = schedule.attenuation ?? fallback;
  const effectiveAlphas = schedule.alphas.map((alpha) => attenuation * alpha);
  const known = study === undefined ? {} : effectsOf(readStudy(study).explain({ worst: 0 }), schedule);
  const { effects, trial, warning } = known;
  const codes = chooseCodes(
    effectiveAlphas,
    effects?.map(({ loss }) => loss),
  );
  assertBothRoles(codes, effectiveAlphas, effects);
  return {
    schedule,
    attenuation,
    effectiveAlphas,
    codes,
    rule: { ...CODE_RULE, says: ruleWords(effects !== undefined), ...(trial === undefined ? {} : { trial }) },
    ...(effects === undefined ? {} : { effects }),
    ...(warning === undefined ? {} : { warning }),
  };
}

function learnedIn({ schedules }: SchedulesFile): Schedule {
  const learned =
    schedules.find(({ kind }) => kind === 'learned') ?? (schedules.length === 1 ? schedules[0] : undefined);
  if (learned !== undefined) return learned;
  const kinds = schedules.map(({ kind }) => kind).join(', ');
  throw new BoSearchError('E_SCHEDULES', `mix: expected a learned schedule or a single one, got ${kinds}`, {
    hint: 'give the folder of a run, or a file with the schedule alone',
  });
}

interface StudyEffects extends Pick<LearnedCodes, 'effects' | 'warning'> {
  readonly trial?: number;
}

/** What the model of a study says of each latent around its recommended point. */
function effectsOf(explained: StudyExplanation, { alphas }: Schedule): StudyEffects {
  const { explanation, recommended, direction, parameters, noModel } = explained;
  if (parameters.length !== alphas.length) {
    throw new BoSearchError(
      'E_SCHEDULES',
      `mix: expected a study of ${alphas.length} α, as the schedule has, got one of ${parameters.length} parameters`,
      { hint: 'the schedules file is not of the study beside it: give the file alone' },
    );
  }
  if (explanation === undefined) return { warning: `${noModel ?? 'no model'}: α alone decides` };
  const same = recommended.alphas.every((value, i) => Math.abs(value - alphas[i]) <= ALPHA_TOLERANCE);
  const sign = direction === 'maximize' ? -1 : 1;
  const effects = explanation.effects.parameters.map(({ total, toHigh }) => ({
    loss: lossOf(sign * toHigh.mean, toHigh.sd),
    totalEffect: { mean: total.mean, interval: total.interval },
  }));
  return {
    effects,
    trial: explanation.effects.around,
    ...(same
      ? {}
      : {
          warning: `the losses are around trial ${explanation.effects.around}, which the study recommends by now, and its α are not those of the schedule`,
        }),
  };
}

/** Without the minus of a zero. */
function lossOf(mean: number, sd: number): ResamplingLoss {
  return { mean: mean === 0 ? 0 : mean, sd };
}

function assertBothRoles(
  codes: readonly LatentCode[],
  effectiveAlphas: readonly number[],
  effects: LearnedCodes['effects'],
): void {
  const kept = effectiveAlphas.filter((alpha) => alpha <= CODE_RULE.mostAlpha).length;
  const classes = codes.filter(({ role }) => role === 'class').length;
  if (classes > 0 && classes < codes.length) return;
  const of = `${codes.length} latents, of which ${kept} have effective α ≤ ${CODE_RULE.mostAlpha}`;
  if (classes === 0) {
    const matter = effects === undefined || kept === 0 ? '' : ' and none of these surely matters';
    throw new BoSearchError(
      'E_SCHEDULES',
      `mix: expected a class code at least, got none in ${of}${matter}`,
      {
        hint: 'this α keeps no latent that matters: there is nothing to swap',
      },
    );
  }
  throw new BoSearchError('E_SCHEDULES', `mix: expected a detail code at least, got none in ${of}`, {
    hint: 'this α keeps every latent: there is nothing to swap',
  });
}

function ruleWords(withStudy: boolean): string {
  const { mostAlpha, leastLoss } = CODE_RULE;
  const kept = `effective α at most ${mostAlpha}`;
  if (!withStudy)
    return `class codes: ${kept}; whether a latent matters is not known, as there is no model of a study; all others are detail codes`;
  return `class codes: ${kept}, and re-sampling the latent alone, at the point the study recommends, surely (lower 95 % end) costs more than ${100 * leastLoss} % of what it costs for the latent of these where it costs most; all others are detail codes`;
}
