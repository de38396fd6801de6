/** Evaluates behind an evaluator: its images, and the logits and gradients of its defences, come from its process. */
import { BoSearchError } from '../../errors.js';
import {
  type AttackableSpec,
  type CommandEvaluator,
  type DeployedSpec,
  openCommandEvaluator,
} from '../../evaluators/index.js';
import { canonicalJson, contentHash } from '../../objective/images/content-hash.js';
import type { ImageSet } from '../../objective/images/image-set.js';
import { assertSchedulesFit, foreignSchedules, IF_NOT_MEANT } from '../baselines.js';
import { evaluatorOptions } from '../command-judge.js';
import { configPlace } from '../config/config-place.js';
import { searchSampleImages } from '../config/racing-plan.js';
import type { EvaluatorConfig, SearchConfig } from '../config/search-config.js';
import { assertAttacksFit } from './assert-evaluable.js';
import { attackAll, type Prepared } from './attack-all.js';
import { evaluationFacts } from './evaluation-facts.js';
import type { FinishedEvaluation, RunEvaluationOptions } from './evaluation-outcome.js';
import { type EvaluationPlan, evaluationPlan } from './evaluation-plan.js';
import type { Defences } from './open-defences.js';
import type { PlannedDefence } from './planned-defences.js';
import { idsOfRun, pixelHashes } from './searched-images.js';

/** Images of the search that are compared at once. */
const COMPARED = 64;

/**
 * See `runEvaluation`.
 * @throws BoSearchError `E_ATTACK` for an evaluator that cannot be attacked, `E_EVALUATOR` as its calls do.
 */
export async function evaluateByCommand(
  config: SearchConfig,
  section: EvaluatorConfig,
  options: RunEvaluationOptions,
): Promise<FinishedEvaluation> {
  const { configFile, onEvent, signal } = options;
  const evaluator = await openCommandEvaluator({
    ...evaluatorOptions(config, section, configFile, onEvent),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    return await evaluate(config, evaluator, options);
  } finally {
    await evaluator.close();
  }
}

async function evaluate(
  config: SearchConfig,
  evaluator: CommandEvaluator,
  options: RunEvaluationOptions,
): Promise<FinishedEvaluation> {
  const { description } = evaluator;
  const { model, latents, classes } = description;
  const { task = 'default', temperature = null } = config;
  const defences = commandDefences(config, evaluator, options);
  const prepared = await prepare(config, evaluator, options);
  const device = deviceOf(evaluator);
  const { name, version } = description.evaluator;
  const what = `${name} ${version}, ${device}`;
  options.onEvent?.({
    kind: 'opened',
    backend: what,
    model: model.name,
    task,
    latents: latents.length,
    classes: classes.length,
  });
  const facts = evaluationFacts(
    config,
    prepared.plan.evaluation,
    { name: model.name, hash: model.hash, classifier: model.hash, task, temperature },
    { pool: model.hash, images: prepared.images.hash, backend: device },
  );
  const hashOf = (defence: PlannedDefence) =>
    contentHash(model.hash, canonicalJson(deployedSpec(config, defence)));
  return attackAll(prepared, { facts, description: what, defences, hashOf }, options);
}

/** The device, without its number: any of a kind computes alike. */
function deviceOf({ description: { device } }: CommandEvaluator): string {
  return device === undefined ? 'evaluator' : `evaluator on ${device.replace(/:\d+$/, '')}`;
}

async function prepare(
  config: SearchConfig,
  evaluator: CommandEvaluator,
  options: RunEvaluationOptions,
): Promise<Prepared> {
  const { configFile, schedules, attacks, defences, run } = options;
  const { description } = evaluator;
  const [height, width, channels] = shapeOf(description.attackable);
  const latents = description.latents.length;
  assertSchedulesFit(schedules, { latents, attenuation: config.attenuation });
  const plan = evaluationPlan({
    config,
    configFile,
    schedules,
    latents,
    image: { height, width, channels },
    ...(attacks === undefined ? {} : { attacks }),
    ...(defences === undefined ? {} : { defences }),
  });
  const foreign = foreignSchedules(schedules, {
    model: description.model.name,
    ...(config.task === undefined ? {} : { task: config.task }),
  });
  if (foreign !== undefined) options.onEvent?.({ kind: 'warning', message: `${foreign}; ${IF_NOT_MEANT}` });
  assertAnswerable(plan, configFile, evaluator);
  assertAttacksFit(plan, height * width * channels, description.classes.length);
  const asked = { set: 'heldOut', images: plan.evaluation.images, seed: config.seed };
  const images = await evaluator.images(asked, requestOptions(options));
  const searched = await searchedImages(config, evaluator, images, options);
  const ids = new Set([...searched, ...(await idsOfRun(run))]);
  return { config, plan, images, searched: images.ids.filter((id) => ids.has(id)) };
}

function requestOptions({ signal }: RunEvaluationOptions) {
  return signal === undefined ? {} : { signal };
}

function shapeOf(attackable: AttackableSpec | undefined): AttackableSpec['shape'] {
  return attackable?.shape ?? [0, 0, 0];
}

/**
 * What an evaluator has no words for, or does not know.
 * @throws BoSearchError `E_CONFIG` with the place.
 */
function assertAnswerable(
  { evaluation, attacks }: EvaluationPlan,
  configFile: string | undefined,
  { description }: CommandEvaluator,
): void {
  const refused = (key: string, message: string, hint: string) =>
    new BoSearchError('E_CONFIG', `${configPlace(configFile, ['evaluation', key])}: ${message}`, { hint });
  const most = description.sets.find(({ name }) => name === 'heldOut')?.images ?? 0;
  if (evaluation.images > most) {
    const message = `expected at most ${most}, which the evaluator has in its set heldOut, got ${evaluation.images}`;
    throw refused('images', message, 'the evaluator says in its description which image sets it has');
  }
  if (evaluation.gradients === 'bpda-identity') {
    const message =
      'expected exact or black-box with an evaluator, which hands out no purified images, got bpda-identity';
    throw refused('gradients', message, 'let vjp of the evaluator give the gradient that is wanted');
  }
  const needy = attacks.find(({ attack }) => attack.needs === 'gradients');
  if (
    needy === undefined ||
    evaluation.gradients === 'black-box' ||
    description.attackable?.gradients !== false
  )
    return;
  const message = `expected attacks that need no gradients, since the evaluator gives none, got ${needy.label}`;
  throw refused('attacks', message, 'square-l2 and square-linf need logits alone; or answer vjp');
}

/** Ids of the evaluation's images that the search of the configuration is on, by id or by pixels. */
async function searchedImages(
  config: SearchConfig,
  evaluator: CommandEvaluator,
  images: ImageSet,
  options: RunEvaluationOptions,
): Promise<string[]> {
  const most = evaluator.description.sets.find(({ name }) => name === 'search')?.images ?? 0;
  const count = Math.min(most, searchSampleImages(config));
  const ids = new Set<string>();
  const pixels = new Set<string>();
  for (let from = 0; from < count; from += COMPARED) {
    const range = { from, to: Math.min(count, from + COMPARED) };
    const asked = { set: 'search', images: count, seed: config.seed, ...range };
    const some = await evaluator.images(asked, requestOptions(options));
    for (const id of some.ids) ids.add(id);
    for (const hash of pixelHashes(some)) pixels.add(hash);
  }
  const own = pixelHashes(images);
  return images.ids.filter((id, row) => ids.has(id) || pixels.has(own[row]));
}

/** @throws BoSearchError `E_ATTACK` for an evaluator that cannot be attacked. */
function commandDefences(
  config: SearchConfig,
  evaluator: CommandEvaluator,
  options: RunEvaluationOptions,
): Defences {
  const model = (spec: DeployedSpec) => evaluator.model(spec, requestOptions(options));
  const bare = { label: 'no defence', kind: 'bare', preprocessing: {}, purifications: 1 } as const;
  return {
    classifier: model(deployedSpec(config, bare)),
    open: async (defence) => model(deployedSpec(config, defence)),
    bpda: () => Promise.reject(new Error('Internal error: an evaluator has no purified images')),
    close: async () => undefined,
  };
}

/** A defence in the words of the protocol. */
function deployedSpec(
  { temperature, attenuation }: SearchConfig,
  { alphas, preprocessing: { blur, noise }, purifications }: PlannedDefence,
): DeployedSpec {
  return {
    alphas: alphas ?? null,
    purifications,
    defence: {
      temperature: temperature ?? null,
      attenuation,
      blur: blur === undefined ? null : { sigma: blur.sigma, kernelSize: blur.kernelSize },
      noise: noise === undefined || noise.l2Norm === 0 ? null : { l2Norm: noise.l2Norm },
    },
  };
}
