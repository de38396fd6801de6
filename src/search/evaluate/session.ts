/** What all pieces of an evaluation share: plan, images, models, and where finished pieces are kept. */
import { performance } from 'node:perf_hooks';
import { VERSION } from '../../index.js';
import { ONE_DRAW, type Verification } from '../../objective/attacks/run/verification.js';
import { type ImageSet, selectImages } from '../../objective/images/image-set.js';
import type { SearchListener } from '../events.js';
import type { CellRequest, CellStore, StoredCell } from './cell-store.js';
import type { EvaluationPlan } from './evaluation-plan.js';
import type { Defences } from './open-defences.js';
import type { PlannedDefence } from './planned-defences.js';
import type { Timings } from './timings.js';

/** Images a pass of an attack or a judgement; no result depends on it. */
export const BATCH_SIZE = 50;

export interface EvaluationSession {
  readonly plan: EvaluationPlan;
  readonly seed: number;
  /** The tensor backend: other backends round otherwise. */
  readonly backend: string;
  readonly attenuation: number;
  readonly images: ImageSet;
  readonly defences: Defences;
  /** `sha256:…` of a defence. */
  readonly hashOf: (defence: PlannedDefence) => string;
  readonly store: CellStore;
  /** Seconds between two checkpoints within an attack. */
  readonly checkpointSeconds: number;
  readonly timings: Timings;
  readonly signal?: AbortSignal;
  readonly onEvent?: SearchListener;
}

/** The first so many images of the evaluation. */
export function firstImages({ images }: EvaluationSession, count: number): ImageSet {
  if (count >= images.ids.length) return images;
  return selectImages(
    images,
    Array.from({ length: count }, (_, i) => i),
    images.name,
  );
}

/** Whether two runs of a defence on one image can differ. */
export function canDraw(
  { attenuation }: Pick<EvaluationSession, 'attenuation'>,
  { kind, alphas = [], preprocessing }: PlannedDefence,
): boolean {
  const noisy = (preprocessing.noise?.l2Norm ?? 0) > 0;
  return noisy || (kind === 'purified' && alphas.some((alpha) => alpha * attenuation > 0));
}

/** How successes are verified: where nothing is drawn, one draw says all. */
export function verificationFor(session: EvaluationSession, defence: PlannedDefence): Verification {
  return canDraw(session, defence) ? session.plan.evaluation.verification : ONE_DRAW;
}

/** A piece, and what decides it. */
export interface Piece<T> extends StoredCell<T> {
  readonly request: CellRequest;
}

/** A piece from the store, or made; the time it takes, or took, is counted to its defence. */
export async function piece<T extends object>(
  session: EvaluationSession,
  { kind, of }: { readonly kind: string; readonly of: PlannedDefence },
  decidedBy: Readonly<Record<string, unknown>>,
  make: (request: CellRequest) => Promise<StoredCell<T>>,
): Promise<Piece<T>> {
  const { seed, backend } = session;
  const request = { kind, version: VERSION, backend, seed, ...decidedBy };
  session.timings.count(request, of.label);
  const stored = await session.store.obtain(request, async () => {
    session.signal?.throwIfAborted();
    const start = performance.now();
    try {
      return await make(request);
    } finally {
      await session.timings.add(request, (performance.now() - start) / 1000);
    }
  });
  return { ...stored, request };
}
