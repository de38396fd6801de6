/** The steps of mixing codes. */
import { join } from 'node:path';
import { versions } from 'node:process';
import { VERSION } from '../../index.js';
import type { ImageSet } from '../../objective/images/image-set.js';
import { type CodeMixer, openCodeMixer } from '../../objective/mixing/code-mixer.js';
import { type ImagePair, pairImages } from '../../objective/mixing/image-pairs.js';
import { type OpenedModel, openModel } from '../../objective/models/open-model.js';
import { openRuntime, type Runtime } from '../../objective/tensors/runtime.js';
import { formatJson } from '../../schedules/format-json.js';
import type { SchedulesFile } from '../../schedules/index.js';
import type { SearchConfig } from '../config/search-config.js';
import { isAborted } from '../job-events.js';
import { writeWhole } from '../write-whole.js';
import { followNumbers } from './follow-numbers.js';
import type { LearnedCodes } from './learned-codes.js';
import { assertForPicture, type MixAsked, mixAsked } from './mix-asked.js';
import type { FinishedMix, MixOutcome, RunMixOptions } from './mix-outcome.js';
import {
  MIX_FILE,
  MIX_PICTURE,
  type MixedLatent,
  type MixResults,
  RE_ENCODED_PICTURE,
} from './mix-results.js';
import { gridOf, gridPng } from './mixture-grid.js';

/** Residuals of a latent that carries nothing stay below a hundredth; of one that carries a nat, above a third. */
const LEAST_LIVE = 0.05;

const INTERVALS =
  '95 %. Pairs that share an image count as dependent, all others as independent (Aronow, Samii and Assenova 2015); shares have Wilson intervals with the effective number of pairs that follows, never more than independent pairs would have; means over random subsets count their draw, too, where more than one and not all were taken; differences are paired. Model and classifier are taken as they are: other trained ones may differ.';

/** See `runMix`. */
export async function runMixJob(config: SearchConfig, options: RunMixOptions): Promise<MixOutcome> {
  try {
    const asked = await mixAsked(config, options);
    const runtime = await openRuntime({ backend: config.backend ?? 'wasm' });
    const model = await openModel(asked.fitting.place, { runtime, task: asked.fitting.task.name });
    try {
      return await mixWith({ asked, runtime, model, options });
    } finally {
      model.dispose();
    }
  } catch (error) {
    if (!isAborted(error, options.signal)) throw error;
    return { kind: 'interrupted', out: options.out };
  }
}

/** What works, and on what. */
interface Job {
  readonly asked: MixAsked;
  readonly runtime: Runtime;
  readonly model: OpenedModel;
  readonly options: RunMixOptions;
}

async function mixWith(job: Job): Promise<FinishedMix> {
  const { runtime, model, asked, options } = job;
  const { mlvgm, classifier } = model;
  tellOfJob(job);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const mixer = await openCodeMixer({ runtime, mlvgm, classifier, images: asked.images, ...signal });
  try {
    return await mixAll(job, mixer);
  } finally {
    mixer.dispose();
  }
}

function tellOfJob({ asked, runtime, model, options: { onEvent, schedules } }: Job): void {
  onEvent?.({
    kind: 'opened',
    backend: runtime.description,
    model: model.name,
    task: model.task.name,
    latents: model.mlvgm.latents.length,
    classes: model.task.classes.length,
    ...(runtime.passedOver === undefined ? {} : { passedOver: runtime.passedOver }),
  });
  for (const message of warningsOf(asked.learned, schedules, model)) onEvent?.({ kind: 'warning', message });
}

async function mixAll(job: Job, mixer: CodeMixer): Promise<FinishedMix> {
  const { asked, options } = job;
  const { images, learned, config } = asked;
  const { onEvent, signal } = options;
  const right = await rightOnes(mixer, images, signal);
  assertForPicture(right.length, asked);
  const pairs = pairsOf(right, asked);
  const isClass = learned.codes.map(({ role }) => role === 'class');
  const latents = latentsOf(job, mixer);
  const numbers = await followNumbers({
    mixer,
    labels: images.labels,
    pairs,
    isClass,
    isLive: latents.map(({ live }) => live),
    subsets: asked.subsets,
    seed: config.seed,
    onProgress: (progress) => onEvent?.({ kind: 'mixing', ...progress }),
    ...(signal === undefined ? {} : { signal }),
  });
  const grid = gridOf(right, asked);
  const mixed = await gridPng(mixer, images, grid, { fromA: isClass, form: 'residuals' });
  const reEncoded = await gridPng(mixer, images, grid, { fromA: isClass, form: 're-encoded' });
  const results: MixResults = {
    ...headOf(job),
    latents,
    images: { split: 'heldOut', chosen: images.ids.length, right: right.length },
    pairs: { count: pairs.length, images: new Set(pairs.flatMap(({ a, b }) => [a, b])).size },
    intervals: INTERVALS,
    ...numbers,
    picture: { a: grid.a.map((i) => images.ids[i]), b: grid.b.map((i) => images.ids[i]) },
  };
  signal?.throwIfAborted();
  return write(options, results, { mixed, reEncoded });
}

/** Images whose own codes, decoded, are classified rightly: what follows A's class follows A. */
async function rightOnes(
  mixer: CodeMixer,
  images: ImageSet,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const alone = images.ids.map((_, i): ImagePair => ({ a: i, b: i }));
  const answers = await mixer.classify(alone, { fromA: [], form: 'residuals' }, signal);
  return [...images.ids.keys()].filter((i) => answers[i] === images.labels[i]);
}

function pairsOf(right: readonly number[], { images, pairs, config }: MixAsked): ImagePair[] {
  const labels = right.map((i) => images.labels[i]);
  return pairImages(labels, pairs, config.seed).map(({ a, b }) => ({ a: right[a], b: right[b] }));
}

type Head = Pick<
  MixResults,
  'format' | 'version' | 'versions' | 'backend' | 'seed' | 'model' | 'task' | 'classes' | 'schedule' | 'rule'
>;

function headOf({ asked: { learned, config, fitting }, runtime, model }: Job): Head {
  const { kind, alphas } = learned.schedule;
  return {
    format: 'bo-search/mix',
    version: 1,
    versions: { boSearch: VERSION, node: versions.node },
    backend: runtime.description,
    seed: config.seed,
    model: {
      name: model.name,
      hash: model.hash,
      classifier: model.classifier.hash,
      images: fitting.images.hash,
    },
    task: model.task.name,
    classes: model.task.classes,
    schedule: { kind, alphas, attenuation: learned.attenuation },
    rule: learned.rule,
  };
}

function latentsOf({ asked: { learned }, model }: Job, { residualSizes }: CodeMixer): MixedLatent[] {
  return model.mlvgm.latents.map(({ name }, i) => ({
    name,
    effectiveAlpha: learned.effectiveAlphas[i],
    ...learned.codes[i],
    ...learned.effects?.[i],
    residualSize: residualSizes[i],
    live: residualSizes[i] >= LEAST_LIVE,
  }));
}

function warningsOf(learned: LearnedCodes, { model: made }: SchedulesFile, model: OpenedModel): string[] {
  const task = learned.schedule.provenance?.['task'];
  const warnings = learned.warning === undefined ? [] : [learned.warning];
  if (made.hash !== undefined && made.hash !== model.hash)
    warnings.push(`the schedule was made for ${made.name} with other weights than this ${model.name} has`);
  if (typeof task === 'string' && task !== model.task.name)
    warnings.push(
      `the schedule was learned for the task ${task}; its codes are judged for ${model.task.name}`,
    );
  return warnings;
}

/** The results last, so that where they are, all is. */
async function write(
  { out, onEvent }: RunMixOptions,
  results: MixResults,
  pictures: { readonly mixed: Uint8Array; readonly reEncoded: Uint8Array },
): Promise<FinishedMix> {
  const contents = [
    [MIX_PICTURE, pictures.mixed],
    [RE_ENCODED_PICTURE, pictures.reEncoded],
    [MIX_FILE, `${formatJson(results)}\n`],
  ] as const;
  const files: string[] = [];
  for (const [name, content] of contents) {
    const file = join(out, name);
    await writeWhole(file, content);
    onEvent?.({ kind: 'written', file });
    files.push(file);
  }
  return { kind: 'finished', out, results, files };
}
