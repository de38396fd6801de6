/** What a caller sees of a command that judges trials. */
import type { AttackableModel } from '../../objective/attacks/model/attackable-model.js';
import type { ImageSet } from '../../objective/images/image-set.js';
import type { BlockObjective, ImageOutcomes } from '../../trial/index.js';
import type { EvaluatorProgress } from './events.js';
import type { DescriptionReply, SampledReply, SampleSpec } from './messages.js';
import type { DeployedSpec } from './model-messages.js';

/** What a single request may be given. */
export interface EvaluatorRequestOptions {
  /** Gives the request up: the evaluator is asked to cancel it, or killed. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluatorProgress) => void;
}

export interface OpenSampleOptions extends EvaluatorRequestOptions {
  /** Images a request; default all. */
  readonly blockSize?: number;
}

export interface EvaluateOptions extends EvaluatorRequestOptions {
  /** Images a request; default as the sample was opened with. */
  readonly block?: number;
  /** The first so many images; default all. */
  readonly images?: number;
}

/** Images of a set, chosen as for a sample. */
export interface ImagesAsked {
  readonly set: string;
  /** At least 1. */
  readonly images: number;
  /** An integer of at least 0. */
  readonly seed: number;
  /** Only images [from, to) of them; default all. */
  readonly from?: number;
  readonly to?: number;
}

export interface CommandEvaluator {
  /** As the first process gave it; later ones must give the same. */
  readonly description: DescriptionReply;
  /**
   * Makes a sample ready. Where the evaluator cannot `sample`, it is the first images of the set of that name.
   * @throws BoSearchError `E_CONFIG` for a set there is not or more images than it has, `E_EVALUATOR` for any fault; the
   * signal's reason if it is aborted.
   */
  openSample(spec: SampleSpec, options?: OpenSampleOptions): Promise<EvaluatorSample>;
  /**
   * Images with their pixels: those a sample of that set, number and seed has before any attack.
   * @throws BoSearchError `E_ATTACK` for an evaluator that cannot be attacked, `E_CONFIG` for a set there is not or more
   * images than it has, `E_IMAGES` for pixels outside [0, 1] or an id twice, and as the calls of `model`.
   */
  images(asked: ImagesAsked, options?: EvaluatorRequestOptions): Promise<ImageSet>;
  /**
   * A defence as attacks see it. Its calls follow their arguments alone: where the process breaks down over one, the next
   * process is asked again. They throw BoSearchError `E_EVALUATOR` for an error it answers, EvaluatorGoneError after too
   * many restarts, ShapeError for lengths that do not fit, and the signal's reason if it is aborted.
   * @throws BoSearchError `E_ATTACK` for an evaluator that cannot be attacked, `E_ALPHAS` for α of another number.
   */
  model(spec: DeployedSpec, options?: EvaluatorRequestOptions): AttackableModel;
  /** Gives the open request up and ends the process; killed after the grace. Until then it keeps the caller alive. */
  close(): Promise<void>;
}

/** Images on which α can be compared. */
export interface EvaluatorSample {
  readonly spec: SampleSpec;
  /** `sample-` and 12 hexadecimal digits, of model, specification and what the evaluator made of it. */
  readonly name: string;
  /** Number of images m. */
  readonly images: number;
  /** True classes (m), where the evaluator says them. */
  readonly labels?: Int32Array;
  readonly ids?: readonly string[];
  /** Counts of the attack, where the evaluator says them. */
  readonly attack?: NonNullable<SampledReply['attack']>;
  /**
   * Judges trials a block at a time; blocks the trial already has are left out. `evaluate` throws BoSearchError
   * `E_EVALUATOR` for any fault, after which the next request starts another process, EvaluatorGoneError where there is
   * no use in that, and the signal's reason if it is aborted.
   */
  readonly objective: BlockObjective;
  /**
   * Outcomes of all images.
   * @param alphas - one a latent in [0, 1]; null is the classifier alone, undefined where it cannot do without.
   * @throws as `objective`.
   */
  evaluate(alphas: null, options?: EvaluateOptions): Promise<ImageOutcomes | undefined>;
  evaluate(alphas: readonly number[], options?: EvaluateOptions): Promise<ImageOutcomes>;
  evaluate(alphas: readonly number[] | null, options?: EvaluateOptions): Promise<ImageOutcomes | undefined>;
}
