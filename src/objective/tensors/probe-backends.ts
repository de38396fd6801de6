/**
 * Tells which backends start on this machine, each tried in a process of its own: an engine that met a broken backend
 * is not to be trusted again, and a native library may take its process along.
 */
import { execFile } from 'node:child_process';
import { execPath } from 'node:process';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import { reasonOf, RUNTIME_BACKENDS, type RuntimeBackend } from './backends/backend.js';
import { createConvLayer } from './layers.js';
import { deviceFacts, openRuntime } from './runtime.js';
import { logitsAndGradient } from './vjp.js';

/** What one backend does here. */
export type BackendReport = BackendStarts | BackendDoesNotStart;

/** It starts, and computed a small convolution and its gradient rightly. */
export interface BackendStarts {
  readonly backend: RuntimeBackend;
  readonly starts: true;
  /** For example `tensorflow.js 4.22.0, wasm (SIMD)`. */
  readonly description: string;
  readonly device: string;
  readonly version: string;
  /** A GPU imitated in software: `auto` passes it over. */
  readonly software: boolean;
}

export interface BackendDoesNotStart {
  readonly backend: RuntimeBackend;
  readonly starts: false;
  readonly reason: string;
  /** What to install or do. */
  readonly hint?: string;
}

export interface ProbeOptions {
  /** Backends to try; default all, in the order of `auto`, then cpu. */
  readonly backends?: readonly RuntimeBackend[];
  /** Time for one backend in milliseconds; default 30,000. */
  readonly timeoutMs?: number;
}

/** Tries backends, one after another. Never rejects: what goes wrong is a backend's reason. */
export async function probeBackends(options: ProbeOptions = {}): Promise<readonly BackendReport[]> {
  const { backends = RUNTIME_BACKENDS, timeoutMs = 30_000 } = options;
  const reports: BackendReport[] = [];
  for (const backend of backends) reports.push(await probeApart(backend, timeoutMs));
  return reports;
}

/**
 * Starts a backend in this process and lets it compute: what the other process runs.
 * @internal
 */
export async function probeHere(backend: RuntimeBackend): Promise<BackendReport> {
  try {
    const runtime = await openRuntime({ backend });
    // TensorFlow.js hands tensors as small as these to plain cpu kernels.
    if (backend === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
    const wrong = await firstWrongNumber();
    if (wrong !== undefined) return { backend, starts: false, reason: `it computes wrongly: ${wrong}` };
    return { backend, starts: true, ...(await deviceFacts(runtime)) };
  } catch (error) {
    const hint = error instanceof BoSearchError ? error.hint : undefined;
    const reason = reasonOf(error).replace(`openRuntime: backend ${backend} did not start: `, '');
    return { backend, starts: false, reason, ...(hint === undefined ? {} : { hint }) };
  }
}

function probeApart(backend: RuntimeBackend, timeoutMs: number): Promise<BackendReport> {
  const failed = (reason: string): BackendReport => ({ backend, starts: false, reason });
  const program = [
    `const { probeHere } = await import(${JSON.stringify(import.meta.url)});`,
    `const report = JSON.stringify(await probeHere(${JSON.stringify(backend)}));`,
    String.raw`process.stdout.write('\n' + report + '\n', () => process.exit(0));`,
  ].join('\n');
  return new Promise((resolve) => {
    const args = ['--input-type=module', '--eval', program];
    const limits = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 } as const;
    execFile(execPath, args, limits, (error, stdout, stderr) => {
      const last = stdout.trim().split('\n').at(-1) ?? '';
      const report = error === null ? reportFrom(last) : undefined;
      if (report !== undefined) resolve(report);
      else if (error?.killed === true) resolve(failed(`no answer within ${timeoutMs / 1000} s`));
      else resolve(failed(`its process ended early: ${lastLine(stderr) || reasonOf(error)}`));
    });
  });
}

function reportFrom(line: string): BackendReport | undefined {
  try {
    return JSON.parse(line) as BackendReport;
  } catch {
    return undefined;
  }
}

/** A 2x2 convolution with known numbers, and its gradient. */
async function firstWrongNumber(): Promise<string | undefined> {
  const layer = createConvLayer(tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]), tf.tensor1d([0.5]));
  const x: Tensor4D = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const { logits, gradient } = await logitsAndGradient(
    (images) => tf.reshape(layer.apply(images), [1, 1]),
    x,
    () => Float32Array.of(2),
  );
  tf.dispose(x);
  layer.dispose();
  const [got, expected] = [[...logits, ...gradient].join(), '30.5,2,4,6,8'];
  return got === expected ? undefined : `expected ${expected}, got ${got}`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
