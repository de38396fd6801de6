/** Makes attackable models of planned defences: in this thread, or in worker threads that share the images. */
import { BoSearchError } from '../../errors.js';
import type { AttackableModel, Draw } from '../../objective/attacks/model/attackable-model.js';
import { bpdaModel } from '../../objective/attacks/model/bpda.js';
import { canonicalJson, contentHash } from '../../objective/images/content-hash.js';
import type { OpenedModel } from '../../objective/models/open-model.js';
import { openWorkerPool, type WorkerPool } from '../../objective/parallel/open-worker-pool.js';
import {
  bareClassifier,
  type DifferentiableClassifier,
} from '../../objective/purification/bare-classifier.js';
import { createDefence, type Defence } from '../../objective/purification/defence.js';
import {
  preprocessedClassifier,
  type PreprocessedClassifier,
} from '../../objective/purification/preprocessed-classifier.js';
import type { PreprocessingOptions } from '../../objective/purification/preprocessing.js';
import type { Runtime } from '../../objective/tensors/runtime.js';
import type { PlannedDefence } from './planned-defences.js';

export interface DefencesOptions {
  readonly runtime: Runtime;
  readonly model: OpenedModel;
  /** A bundled model's name or a folder, which workers open themselves. */
  readonly place: string;
  readonly temperature: number;
  readonly attenuation: number;
  /** Threads that share the images; 1 for this one. */
  readonly workers: number;
}

export interface Defences {
  /** The deployed defence; the same one for the same label. */
  open(defence: PlannedDefence): Promise<AttackableModel>;
  /** The same, whose purifier counts as the identity going back. */
  bpda(defence: PlannedDefence): Promise<AttackableModel>;
  /** The classifier alone. */
  readonly classifier: AttackableModel;
  close(): Promise<void>;
}

/**
 * Defences, each opened when it is first asked for.
 * @throws BoSearchError `E_CONFIG` for workers with another runtime than wasm; `open` as `createDefence`,
 * `preprocessedClassifier` and `openWorkerPool` do.
 */
export function openDefences(options: DefencesOptions): Defences {
  const { runtime, model, workers } = options;
  if (workers > 1 && runtime.name !== 'wasm') {
    throw new BoSearchError('E_CONFIG', `workers: expected 1 with backend ${runtime.name}, got ${workers}`, {
      hint: 'only wasm is shared among threads: leave workers out, or ask for backend wasm',
    });
  }
  const classifier = bareClassifier({ runtime, classifier: model.classifier });
  const opened = new Map<string, Promise<DifferentiableClassifier>>();
  const singles = new Map<string, Defence | PreprocessedClassifier>();
  const closing: (() => unknown)[] = [];
  const pools = new Map<string, Promise<WorkerPool>>();
  const here = (defence: PlannedDefence) => {
    const made = defenceHere(options, defence);
    closing.push(() => made.dispose());
    return made;
  };
  const make = async (defence: PlannedDefence): Promise<DifferentiableClassifier> => {
    if (defence.kind === 'bare') return classifier;
    if (defence.kind !== 'purified' || workers === 1) return here(defence);
    const pool = obtained(pools, canonicalJson(defence.preprocessing), () =>
      openPool(options, defence.preprocessing),
    );
    return (await pool).defence(defence.alphas ?? [], defence.purifications);
  };
  return {
    classifier,
    open: (defence) => obtained(opened, defence.label, () => make(defence)),
    bpda: async (defence) => {
      const { label, purifications } = defence;
      const single = obtained(singles, label, () => here({ ...defence, purifications: 1 }));
      const purify = (images: Float32Array, draw: Draw) => single.purify(images, draw);
      return bpdaModel({ purify, classifier, purifications, surrogate: 'identity' });
    },
    async close() {
      for (const end of closing) end();
      await Promise.all([...pools.values()].map(async (pool) => (await pool).close()));
    },
  };
}

function obtained<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** `sha256:…` of all that decides what a defence answers. */
export function defenceHash(
  { model, temperature, attenuation }: Pick<DefencesOptions, 'model' | 'temperature' | 'attenuation'>,
  { kind, alphas, preprocessing, purifications }: PlannedDefence,
): string {
  const settings =
    kind === 'purified'
      ? { kind, alphas, preprocessing, purifications, temperature, attenuation }
      : { kind, preprocessing, purifications };
  const models = kind === 'purified' ? [model.hash, model.classifier.hash] : [model.classifier.hash];
  return contentHash(...models, canonicalJson(settings));
}

function defenceHere({ runtime, model, temperature, attenuation }: DefencesOptions, defence: PlannedDefence) {
  const { classifier, mlvgm } = model;
  const { preprocessing, purifications, alphas = [] } = defence;
  const shared = { runtime, classifier, preprocessing, purifications };
  return defence.kind === 'purified'
    ? createDefence({ ...shared, mlvgm, temperature, attenuation, alphas })
    : preprocessedClassifier(shared);
}

function openPool(
  { model, place, temperature, attenuation, workers }: DefencesOptions,
  preprocessing: PreprocessingOptions,
): Promise<WorkerPool> {
  return openWorkerPool({
    workers,
    model: place,
    task: model.task.name,
    temperature,
    attenuation,
    preprocessing,
    memoryBytes: 0,
  });
}
