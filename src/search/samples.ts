/** Makes a sample: images of one split, clean and attacked, cut into blocks and made ready for scoring. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BoSearchError, internalError } from '../errors.js';
import { createAttack } from '../objective/attacks/attack-registry.js';
import {
  ATTACKED_MANIFEST,
  loadAttackedSet,
  type ObtainedSet,
  obtainAttackedSet,
} from '../objective/attacks/sets/attacked-set-files.js';
import type { NamedModel } from '../objective/attacks/sets/attacked-set.js';
import { type AdaptiveAttack, attackedForEach } from '../objective/evaluation/adaptive-images.js';
import { type AttackSummary, summariseAttack } from '../objective/evaluation/attack-summary.js';
import {
  type BlockOptions,
  createEvaluationBlocks,
  disposeBlocks,
  type PrepareImages,
} from '../objective/evaluation/evaluation-blocks.js';
import { type EvaluationBlock, preparedByModel } from '../objective/evaluation/prepared-images.js';
import { type SampleParts, sampleName } from '../objective/evaluation/sample-name.js';
import { chooseImages } from '../objective/images/choose-images.js';
import type { ImagePool } from '../objective/images/image-pool.js';
import { type ImageSet, imagesById } from '../objective/images/image-set.js';
import type { SearchConfig } from './config/search-config.js';
import { searchBlockImages, searchSampleImages } from './config/racing-plan.js';
import { attackPlan } from './config/attack-plan.js';
import type { SearchListener } from './events.js';
import type { JudgedSplit } from './judge.js';
import type { SearchJob } from './open-job.js';
import type { RefreshRound } from './refreshes.js';

/** Images on which schedules can be compared: each judged on the same images with the same noise. */
export interface Sample {
  /** Names images, attack, noise and draws; the same name, the same objective as a function of α. */
  readonly name: string;
  readonly noiseKey: string;
  readonly draws: number;
  readonly clean: ImageSet;
  /** What became of the images; absent where every α is attacked for itself. */
  readonly attack?: AttackSummary;
  readonly blocks: readonly EvaluationBlock[];
  /** The bare classifier on the same images. */
  readonly undefended: readonly EvaluationBlock[];
  dispose(): void;
}

export interface SampleOptions {
  readonly job: SearchJob;
  readonly config: SearchConfig;
  readonly pool: ImagePool;
  readonly split: JudgedSplit;
  /** Folder of the run; attacked images are kept in it. */
  readonly out: string;
  /** Of the search images: against whom they are made; every α = 0 where absent. */
  readonly refresh?: RefreshRound;
  readonly signal?: AbortSignal;
  readonly onEvent?: SearchListener;
}

/**
 * The sample of a split. Attacked images that an earlier session made are used again if every setting is the same.
 * @throws BoSearchError `E_IMAGES`, `E_ATTACK`, `E_NON_FINITE` or `E_STORAGE`; the signal's reason if it is aborted.
 */
export async function makeSample(options: SampleOptions): Promise<Sample> {
  const { job, config, split } = options;
  const { draws } = config[split];
  const count = split === 'search' ? searchSampleImages(config) : config.heldOut.images;
  const chosen = chooseImages(options.pool, { split, count, task: job.model.task, seed: config.seed });
  const blockSize = split === 'search' ? searchBlockImages(config) : undefined;
  const cut = blockSize === undefined ? {} : { blockSize };
  const { parts, ...made } = await (attackPlan(config).against === 'each'
    ? attackedWhenJudged(options, chosen, cut)
    : attackedOnce(options, chosen, cut));
  const noiseKey = `${split}/${config.seed}`;
  const name = sampleName({ ...parts, defence: job.defence.hash, noiseKey, draws });
  const dispose = () => disposeBlocks([...made.blocks, ...made.undefended]);
  return { name, noiseKey, draws, ...made, dispose };
}

interface MadeImages extends Pick<Sample, 'clean' | 'attack' | 'blocks' | 'undefended'> {
  /** What of the sample's name they decide. */
  readonly parts: Pick<SampleParts, 'clean' | 'attacked' | 'attackEach'>;
}

type Cut = Pick<BlockOptions, 'blockSize'>;

/** One set of attacked images for all α. */
async function attackedOnce(options: SampleOptions, chosen: ImageSet, cut: Cut): Promise<MadeImages> {
  const { job, split } = options;
  const obtained = await obtainAttacked(options, chosen);
  const { images: attacked, perImage, dropped } = obtained.set;
  const attack = summariseAttack([...perImage, ...dropped]);
  const reused = obtained.kind === 'reused';
  options.onEvent?.({ kind: 'attacked', split, reused, kept: attacked.ids.length, summary: attack });
  const clean =
    attacked.ids.length === chosen.ids.length ? chosen : imagesById(chosen, attacked.ids, chosen.name);
  const sets = { clean, attacked, ...cut };
  const blocks = await createEvaluationBlocks({ ...sets, prepare: job.prepare });
  const undefended = await createEvaluationBlocks({ ...sets, prepare: bare(job) });
  return { clean, attack, blocks, undefended, parts: { clean: clean.hash, attacked: attacked.hash } };
}

/** Clean images alone: every α is attacked when it is judged, and the bare classifier like any α. */
async function attackedWhenJudged(
  { job, config }: SampleOptions,
  clean: ImageSet,
  cut: Cut,
): Promise<MadeImages> {
  const adaptive = adaptiveAttack(config);
  const sets = { clean, ...cut };
  const blocks = await createEvaluationBlocks({
    ...sets,
    prepare: job.prepare,
    attackEach: (images) => attackedForEach(adaptive, images, job.withDefence),
  });
  const undefended = await createEvaluationBlocks({
    ...sets,
    prepare: bare(job),
    attackEach: (images) =>
      attackedForEach(adaptive, images, (_alphas, _draws, use) => use(job.classifier.model)),
  });
  const { attack, expectation, seed } = adaptive;
  const attackEach = { settings: attack.settings, expectation, seed };
  return { clean, blocks, undefended, parts: { clean: clean.hash, attackEach } };
}

/** How every α is attacked. */
function adaptiveAttack(config: SearchConfig): AdaptiveAttack {
  const { attack, expectation } = attackPlan(config);
  if (expectation === undefined) throw internalError('against each without draws');
  return { attack: createAttack(attack), expectation, seed: config.seed };
}

function bare({ classifier }: SearchJob): PrepareImages {
  return (pixels, ids) => preparedByModel(classifier.model, pixels, ids);
}

/** The attacked images of a choice, from the run's folder or made now. */
async function obtainAttacked(options: SampleOptions, images: ImageSet): Promise<ObtainedSet> {
  const { job, config, split, out, refresh } = options;
  const folder = join(out, 'attacked', refresh === undefined ? split : `${split}-${refresh.round}`);
  if (refresh?.incumbent !== undefined) {
    const { number, alphas } = refresh.incumbent;
    return job.withDefence(alphas, 1, (model) => {
      const named = { name: `defence, α of trial ${number}`, hash: job.hashOfDefence(alphas), model };
      return obtainFrom(options, images, named, folder);
    });
  }
  const { against } = attackPlan(config);
  return obtainFrom(options, images, against === 'defence' ? job.defence : job.classifier, folder);
}

function obtainFrom(
  { job, config, split, signal, onEvent }: SampleOptions,
  images: ImageSet,
  model: NamedModel,
  folder: string,
): Promise<ObtainedSet> {
  const { attack, keepOnlySuccessful } = attackPlan(config);
  return obtainAttackedSet(folder, {
    attack: createAttack(attack),
    model,
    images,
    seed: config.seed,
    keepOnlySuccessful,
    madeBy: { backend: job.runtime.description, versions: job.versions },
    onProgress: ({ done, total }) => onEvent?.({ kind: 'attacking', split, done, of: total }),
    ...(signal === undefined ? {} : { signal }),
  }).catch(async (error: unknown) => {
    throw (await damageIn(folder)) ?? error;
  });
}

/** What is wrong with the attacked images in a folder of the run; undefined where nothing is. */
async function damageIn(folder: string): Promise<BoSearchError | undefined> {
  if (!existsSync(join(folder, ATTACKED_MANIFEST))) return undefined;
  try {
    await loadAttackedSet(folder);
    return undefined;
  } catch (cause) {
    return new BoSearchError('E_STORAGE', `${folder}: ${(cause as Error).message}`, {
      hint: `remove ${folder}: its images are then attacked again, with the same result`,
      cause,
    });
  }
}
