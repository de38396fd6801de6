/** Judges α by a command that speaks JSON lines: images, attack, model and device are its own. */
import { dirname, resolve } from 'node:path';
import {
  type CommandEvaluator,
  type CommandEvaluatorOptions,
  type EvaluateOptions,
  type EvaluatorEvent,
  type EvaluatorSample,
  openCommandEvaluator,
  type SampleSpec,
  sharedObjective,
} from '../evaluators/index.js';
import { BoSearchError } from '../errors.js';
import { summariseCounts } from '../objective/evaluation/attack-summary.js';
import type { ImageOutcomes, Json } from '../trial/index.js';
import { attackSpec } from './config/attack-plan.js';
import { askedWords, racingPlan, searchBlockImages, searchSampleImages } from './config/racing-plan.js';
import { configPlace } from './config/config-place.js';
import { type EvaluatorConfig, type SearchConfig, weightsOf } from './config/search-config.js';
import type { SearchListener } from './events.js';
import type { Judge, JudgedSample, JudgedSplit, OpenJudgeOptions, SampleJudgeOptions } from './judge.js';

/** Variable that tells the processes of an evaluator apart, for one that takes a device by it; the first has none. */
const PROCESS_VARIABLE = 'BO_SEARCH_PROCESS';

/** How often a score outside of the study's trials is asked for, where the evaluator's process fails over it. */
const ATTEMPTS = 3;

/**
 * Starts the evaluator and hears what it is.
 * @throws BoSearchError `E_EVALUATOR` if it does not start or does not speak the protocol; `E_CONFIG`.
 */
export async function openCommandJudge(
  config: SearchConfig,
  section: EvaluatorConfig,
  { configFile, signal, onEvent }: OpenJudgeOptions,
): Promise<Judge> {
  const start = (index: number) => {
    const given = evaluatorOptions(config, section, configFile, onEvent);
    const numbered =
      index === 0 ? given : { ...given, env: { ...given.env, [PROCESS_VARIABLE]: String(index) } };
    return openCommandEvaluator({ ...numbered, ...(signal === undefined ? {} : { signal }) });
  };
  const evaluator = await start(0);
  const others = await openOthers(evaluator, start, (config.search.concurrency ?? 1) - 1);
  const all = [evaluator, ...others];
  const { description } = evaluator;
  const { model, classes, device } = description;
  const latents = description.latents.map(({ name }) => name);
  const { name, version } = description.evaluator;
  return {
    description: `${name} ${version}${device === undefined ? '' : `, ${device}`}`,
    model: { name: model.name, latents, classes },
    facts: {
      model: { name: model.name, hash: model.hash, classes, latents },
      defence: {
        preprocessing: config.preprocessing as unknown as Json,
        temperature: config.temperature ?? null,
      },
    },
    assertEnoughImages: async () => assertEnoughImages(config, configFile, evaluator),
    sample: (split, options) => judgedSample(config, all, split, options),
    close: () => closeAll(all),
  };
}

/**
 * The processes beside the first, for trials under way at once.
 * @throws BoSearchError `E_EVALUATOR` if one does not start, or has another model; all are closed then.
 */
async function openOthers(
  first: CommandEvaluator,
  start: (index: number) => Promise<CommandEvaluator>,
  count: number,
): Promise<CommandEvaluator[]> {
  const others: CommandEvaluator[] = [];
  try {
    while (others.length < count) {
      others.push(await start(others.length + 1));
      const [expected, got] = [first, ...others.slice(-1)].map(({ description }) => description.model.hash);
      if (expected === got) continue;
      throw new BoSearchError(
        'E_EVALUATOR',
        `evaluator process ${others.length}: expected the model ${expected} of the first, got ${got}`,
        { hint: 'with search.concurrency the same command is started several times, and must be the same' },
      );
    }
    return others;
  } catch (error) {
    await closeAll([first, ...others]);
    throw error;
  }
}

async function closeAll(evaluators: readonly CommandEvaluator[]): Promise<void> {
  await Promise.all(evaluators.map((evaluator) => evaluator.close()));
}

/** How the evaluator is started: folders count from where the configuration is. */
export function evaluatorOptions(
  { task }: SearchConfig,
  { command, env, cwd = '.', ...limits }: EvaluatorConfig,
  configFile: string | undefined,
  onEvent: SearchListener | undefined,
): CommandEvaluatorOptions {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  const texts = Object.entries(env ?? {}).map(([key, value]) => [key, String(value)]);
  return {
    ...(Object.fromEntries(given) as Partial<CommandEvaluatorOptions>),
    command: typeof command === 'string' ? [command] : command,
    cwd: resolve(configFile === undefined ? '.' : dirname(configFile), cwd),
    env: Object.fromEntries(texts) as Record<string, string>,
    ...(task === undefined ? {} : { task }),
    ...(onEvent === undefined ? {} : { onEvent: warningsOf(onEvent) }),
  };
}

/** What of an evaluator's life is worth a warning: a process that failed, and the wait before the next. */
function warningsOf(onEvent: SearchListener): (event: EvaluatorEvent) => void {
  return (event) => {
    if (event.kind === 'fault') onEvent({ kind: 'warning', message: event.message });
    if (event.kind === 'restarting') {
      const { attempt, inSeconds } = event;
      onEvent({ kind: 'warning', message: `the evaluator is started again in ${inSeconds} s (${attempt})` });
    }
  };
}

function assertEnoughImages(
  config: SearchConfig,
  configFile: string | undefined,
  { description }: CommandEvaluator,
): void {
  for (const split of ['search', 'heldOut'] as const) {
    const most = description.sets.find(({ name }) => name === split)?.images;
    const where = configPlace(configFile, [split, 'images']);
    const hint = 'the evaluator says in its description which image sets it has';
    if (most === undefined) {
      const names = description.sets.map(({ name }) => name).join(', ');
      const message = `${where}: expected an evaluator with images named ${split}, got one with ${names || 'none'}`;
      throw new BoSearchError('E_CONFIG', message, { hint });
    }
    const images = imagesAsked(config, split);
    if (images <= most) continue;
    const message = `${where}: expected at most ${most}, which the evaluator has for it, got ${askedWords(config, images, split)}`;
    throw new BoSearchError('E_CONFIG', message, { hint });
  }
}

async function judgedSample(
  config: SearchConfig,
  [evaluator, ...others]: readonly CommandEvaluator[],
  split: JudgedSplit,
  { signal, onEvent }: SampleJudgeOptions,
): Promise<JudgedSample> {
  const blockSize = split === 'search' ? searchBlockImages(config) : undefined;
  const fresh = split === 'search' ? (racingPlan(config)?.fresh ?? 0) : 0;
  const spec = sampleSpec(config, split);
  const ending = signal === undefined ? {} : { signal };
  let attacking = true; // later progress is of evaluations, which the trials' own events tell
  const opening = { ...ending, ...(blockSize === undefined ? {} : { blockSize }) };
  const sample = await evaluator.openSample(spec, {
    ...opening,
    onProgress: ({ done, of }) => {
      if (attacking) onEvent?.({ kind: 'attacking', split, done, of });
    },
  });
  attacking = false;
  assertAllImages(sample, spec, fresh > 0);
  const shared: EvaluatorSample[] = [];
  if (split === 'search') {
    for (const other of others) shared.push(await sameSample(sample, other.openSample(spec, opening)));
  }
  const attack = sample.attack === undefined ? undefined : summariseCounts(sample.attack);
  const kept = sample.images;
  if (attack !== undefined) onEvent?.({ kind: 'attacked', split, reused: false, kept, summary: attack });
  return {
    name: sample.name,
    images: sample.images - fresh,
    draws: spec.draws,
    ...(sample.labels === undefined ? {} : { labels: sample.labels.slice(0, sample.images - fresh) }),
    ...(attack === undefined ? {} : { attack }),
    undefended: evaluator.description.can?.includes('no-defence') === true,
    objective:
      shared.length === 0
        ? sample.objective
        : sharedObjective([sample, ...shared].map(({ objective }) => objective)),
    score: (alphas, signal) =>
      patiently(sample, alphas, {
        images: sample.images - fresh,
        ...(signal === undefined ? {} : { signal }),
      }),
    dispose: () => undefined,
  };
}

/** The sample of another process, which must be that of the first. */
async function sameSample(
  first: EvaluatorSample,
  making: Promise<EvaluatorSample>,
): Promise<EvaluatorSample> {
  const made = await making;
  if (made.name === first.name) return made;
  throw new BoSearchError(
    'E_EVALUATOR',
    `evaluator: expected every process to make ${first.name}, got ${made.name} from another`,
    {
      hint: 'let all processes make the same images (an evaluator in Python keeps attacked ones with cache=)',
    },
  );
}

/** Blocks of a race are cut by position: where images are left out, they are others. */
function assertAllImages({ name, images }: EvaluatorSample, spec: SampleSpec, raced: boolean): void {
  if (!raced || images === spec.images) return;
  throw new BoSearchError(
    'E_EVALUATOR',
    `evaluator: expected all ${spec.images} images of ${name}, which racing cuts into blocks, got ${images}`,
    { hint: 'let it keep images on which the attack failed, or leave out search.racing' },
  );
}

/** Images of a split's sample; those of a race include fresh ones. */
function imagesAsked(config: SearchConfig, split: JudgedSplit): number {
  return split === 'search' ? searchSampleImages(config) : config.heldOut.images;
}

/** On the search images only what has weight; held out, both accuracies are told. */
export function sampleSpec(config: SearchConfig, split: JudgedSplit): SampleSpec {
  const { draws } = config[split];
  const images = imagesAsked(config, split);
  const { clean, robust } = split === 'search' ? weightsOf(config) : { clean: 1, robust: 1 };
  const { blur, noise } = config.preprocessing;
  return {
    set: split,
    images,
    seed: config.seed,
    noiseKey: `${split}/${config.seed}`,
    draws,
    parts: [...(clean > 0 ? (['clean'] as const) : []), ...(robust > 0 ? (['robust'] as const) : [])],
    defence: {
      temperature: config.temperature ?? null,
      attenuation: config.attenuation,
      blur: blur ?? null,
      noise: noise ?? null,
    },
    attack: robust > 0 ? attackSpec(config) : null,
  };
}

/** A trial that fails is told to the study; a score that fails would end the job, so it is asked for again. */
async function patiently(
  sample: EvaluatorSample,
  alphas: readonly number[] | null,
  options: EvaluateOptions,
): Promise<ImageOutcomes | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sample.evaluate(alphas, options);
    } catch (error) {
      const again = error instanceof BoSearchError && error.code === 'E_EVALUATOR' && attempt < ATTEMPTS;
      if (!again || options.signal?.aborted === true) throw error;
    }
  }
}
