/** What a pool and its worker threads say to each other. Arrays of numbers are handed over, not copied. */
import type { PurificationDraws } from '../evaluation/prepared-images.js';
import type { Draw } from '../attacks/model/attackable-model.js';
import type { PreprocessingOptions } from '../purification/preprocessing.js';
import type { WireError } from './wire-error.js';

/** What a worker opens before it answers. */
export interface WorkerSettings {
  /** A bundled model's name, or a folder. */
  readonly model: string;
  readonly task: string;
  readonly backend: 'wasm' | 'cpu';
  /** Absent: the model's own. */
  readonly temperature?: number;
  readonly attenuation?: number;
  readonly preprocessing?: PreprocessingOptions;
  readonly chunkSize?: number;
  /** Bytes that all prepared images of this worker may keep together. */
  readonly memoryBytes: number;
}

/** Which classifier is asked: the bare one, or a defence. */
export type Target =
  | { readonly kind: 'classifier' }
  | { readonly kind: 'defence'; readonly alphas: readonly number[]; readonly purifications: number };

/** ∂loss/∂logits: fixed, or asked for at a meeting (see cotangent-meeting.ts). */
export type WireCotangent =
  | { readonly kind: 'fixed'; readonly values: Float32Array }
  | { readonly kind: 'meeting'; readonly buffer: SharedArrayBuffer };

/** One piece of work on a share of images. */
export type Work =
  | {
      readonly kind: 'prepare';
      readonly handle: number;
      readonly ids: readonly string[];
      readonly pixels: Float32Array;
    }
  | {
      readonly kind: 'score';
      readonly handle: number;
      readonly alphas: readonly number[];
      readonly draws: PurificationDraws;
    }
  | { readonly kind: 'release'; readonly handle: number }
  | { readonly kind: 'logits'; readonly target: Target; readonly images: Float32Array; readonly draw: Draw }
  | {
      readonly kind: 'vjp';
      readonly target: Target;
      readonly images: Float32Array;
      readonly draw: Draw;
      readonly cotangent: WireCotangent;
    }
  | { readonly kind: 'memory' };

export interface Request {
  readonly call: number;
  readonly work: Work;
}

/** What the pool must know of the model that its workers opened. */
export interface OpenedFacts {
  /** Of the tensor runtime. */
  readonly runtime: string;
  readonly classifier: string;
  readonly classes: number;
  readonly pixels: number;
  readonly latents: number;
}

/** Tensors that a worker holds. */
export interface WorkerMemory {
  readonly tensors: number;
  readonly bytes: number;
}

/** Answers by kind of work: numbers an image, or nothing. */
export interface Answer {
  readonly logits?: Float32Array;
  readonly gradient?: Float32Array;
  readonly memory?: WorkerMemory;
}

export type Reply =
  | { readonly kind: 'opened'; readonly facts: OpenedFacts }
  | { readonly kind: 'not-opened'; readonly error: WireError }
  | { readonly kind: 'done'; readonly call: number; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly call: number; readonly error: WireError }
  /** The pool called the meeting off; it knows why. */
  | { readonly kind: 'called-off'; readonly call: number }
  /** Logits are there; the worker waits for the cotangent in its shared buffer. */
  | { readonly kind: 'meeting'; readonly call: number; readonly logits: Float32Array };
