/** What the checks of an evaluator work on, and what they answer. */
import type { ImageOutcomes } from '../../trial/index.js';
import type { AttackableModel } from '../../objective/attacks/model/attackable-model.js';
import type { ImageSet } from '../../objective/images/image-set.js';
import type { EvaluatorSample, ImagesAsked } from '../command/command-evaluator.js';
import { commandImages } from '../command/command-images.js';
import { commandModel } from '../command/command-model.js';
import type { DescriptionReply, SampleSpec } from '../command/messages.js';
import type { DeployedSpec } from '../command/model-messages.js';
import { type Exclusively, openCommandSample } from '../command/open-command-sample.js';
import type { RequestOptions, Session } from '../command/session.js';

/** What one check found. */
export interface EvaluatorFinding {
  readonly status: 'passed' | 'failed' | 'skipped';
  /** What was seen, with the numbers. */
  readonly detail: string;
  /** What to look at where it failed. */
  readonly hint?: string;
  /** The numbers of the detail, by name. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** An evaluator that has started. */
export interface EvaluatorToCheck {
  readonly description: DescriptionReply;
  /** The sample to judge on, of no more images than the set has. */
  readonly spec: SampleSpec;
  /** Makes a sample ready, anew each time. */
  readonly open: (spec: SampleSpec) => Promise<EvaluatorSample>;
  /** Judges all images of a sample under as many α as are given, however many latents there are. */
  readonly ask: (sample: EvaluatorSample, alphas: readonly number[]) => Promise<'refused' | 'answered'>;
  /** Images and defences for attacks; throw where it cannot be attacked. */
  readonly images: (asked: ImagesAsked) => Promise<ImageSet>;
  readonly model: (spec: DeployedSpec) => AttackableModel;
}

export function evaluatorToCheck(
  session: Session,
  asked: SampleSpec,
  request: RequestOptions,
): EvaluatorToCheck {
  const { description } = session;
  const atOnce: Exclusively = (_, task) => task(request);
  const most = description.sets.find(({ name }) => name === asked.set)?.images ?? asked.images;
  return {
    description,
    spec: { ...asked, images: Math.min(asked.images, most) },
    open: (spec) => openCommandSample(session, atOnce, spec, {}),
    images: (images) => commandImages(session, atOnce, images, {}),
    model: (spec) => commandModel(session, atOnce, spec, {}),
    ask: async ({ spec, name, images }, alphas) => {
      const player = await session.player(request);
      const block = { index: 0, from: 0, to: images };
      const body = { kind: 'evaluate', sample: spec, name, alphas, block, seed: spec.seed } as const;
      const answer = await session.ask(player, body, request);
      if (answer.kind === 'aborted') throw request.signal.reason;
      if (answer.kind === 'fault') throw new Error(answer.fault.message);
      return answer.kind;
    },
  };
}

/** Outcomes as one text, for comparing. */
export function bitsOf({ clean = '', robust = '' }: ImageOutcomes): string {
  return `${clean} ${robust}`;
}

/** Number of places at which two texts differ. */
export function differing(a: string, b: string): number {
  return [...a].filter((bit, i) => bit !== b[i]).length + Math.abs(a.length - b.length);
}

export function passed(detail: string, figures?: EvaluatorFinding['figures']): EvaluatorFinding {
  return { status: 'passed', detail, ...(figures === undefined ? {} : { figures }) };
}

export function failed(detail: string, hint: string): EvaluatorFinding {
  return { status: 'failed', detail, hint };
}
