/** What public implementations find on the bundled classifiers, and what our attacks find on the same images. */
import { readFileSync } from 'node:fs';
import { type AttackOptions, createAttack } from '../../../src/objective/attacks/attack-registry.js';
import type { AttackRunResult } from '../../../src/objective/attacks/run/run-attack.js';
import { runAttack } from '../../../src/objective/attacks/run/run-attack.js';
import { chooseImages } from '../../../src/objective/images/choose-images.js';
import { loadImagePool } from '../../../src/objective/images/image-pool.js';
import type { ImageSet } from '../../../src/objective/images/image-set.js';
import { openModel } from '../../../src/objective/models/open-model.js';
import {
  bareClassifier,
  type DifferentiableClassifier,
} from '../../../src/objective/purification/bare-classifier.js';
import type { Runtime } from '../../../src/objective/tensors/runtime.js';

const FOLDER = new URL('../../fixtures/attacks/', import.meta.url);

/** An attack takes up to 8 s of a processor, which several may share. */
export const BUSY_MACHINE_MS = 180_000;

export type Task = 'coarse' | 'fine';

interface CommonRun {
  readonly task: Task;
  /** So many of the images, the first ones. */
  readonly images: number;
  /** Settings of our attack, a bound aside. */
  readonly ours: { readonly name: string };
  readonly reference: { readonly attack: string; readonly settings: object };
}

/** A minimum-norm attack: norms of the images, null where no error was found, 0 for clean errors. */
export interface NormsRun extends CommonRun {
  readonly norms: readonly (number | null)[];
}

/** A fixed-budget attack: by bound, for every seed of theirs, a character an image: 1 fooled, 0 not, x for clean errors. */
export interface BoundsRun extends CommonRun {
  readonly norm: 'l2' | 'linf';
  readonly bounds: readonly number[];
  readonly fooled: Readonly<Record<string, readonly string[]>>;
}

export interface FixtureImages {
  readonly choice: { readonly split: 'heldOut'; readonly count: number; readonly seed: number };
  readonly tasks: Readonly<
    Record<
      Task,
      {
        readonly classifier: string;
        readonly ids: readonly string[];
        readonly labels: readonly number[];
        readonly brightness: readonly number[];
        readonly logits: readonly number[];
      }
    >
  >;
}

export function readFixtureImages(): FixtureImages {
  return JSON.parse(readFileSync(new URL('images.json', FOLDER), 'utf8')) as FixtureImages;
}

/** The runs that take seconds with ours. */
export function readQuickRuns(): (NormsRun | BoundsRun)[] {
  const { runs } = JSON.parse(readFileSync(new URL('quick.json', FOLDER), 'utf8')) as {
    runs: (NormsRun | BoundsRun)[];
  };
  return runs;
}

/** A bundled classifier with the images of the fixtures. */
export interface BundledVictim {
  readonly images: ImageSet;
  readonly classifier: DifferentiableClassifier;
  /** `sha256:…` of its weights. */
  readonly hash: string;
  dispose(): void;
}

export async function openVictim(runtime: Runtime, task: Task): Promise<BundledVictim> {
  const model = await openModel('fashion-mnist', { runtime, task });
  const pool = await loadImagePool(model.imagesManifest);
  const images = chooseImages(pool, { ...readFixtureImages().choice, task: model.task });
  const classifier = bareClassifier({ runtime, classifier: model.classifier });
  return { images, classifier, hash: model.classifier.hash, dispose: () => model.dispose() };
}

/** Our attack on the first images of a victim; `bound` goes with fixed budgets. */
export async function runOurs(
  { images, classifier }: BundledVictim,
  run: NormsRun | BoundsRun,
  bound?: number,
): Promise<AttackRunResult> {
  const ball = bound === undefined ? {} : { [boundName(run)]: bound };
  return runAttack({
    attack: createAttack({ ...run.ours, ...ball } as AttackOptions),
    model: classifier,
    images: images.pixels.slice(0, run.images * classifier.pixels),
    labels: images.labels.slice(0, run.images),
    ids: images.ids.slice(0, run.images),
    seed: 1,
  });
}

function boundName(run: NormsRun | BoundsRun): 'l2Bound' | 'linfBound' {
  return 'norm' in run && run.norm === 'linf' ? 'linfBound' : 'l2Bound';
}

/** The same characters of our images as the fixtures have. */
export function fooledBits({ perImage }: AttackRunResult): string {
  const character = { 'clean-error': 'x', success: '1', failure: '0' } as const;
  return perImage.map(({ outcome }) => character[outcome]).join('');
}
