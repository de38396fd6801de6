/**
 * Starts a TensorFlow.js backend on demand and says which one runs.
 *
 * TensorFlow.js keeps one engine a process, and a backend that fails to start is replaced by a slower one without a
 * word; here the answer of `setBackend` is checked. Importing this module starts nothing.
 */
import * as tf from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import { registerGradients } from './gradients/register.js';

/** Backends that come with the package. */
export const RUNTIME_BACKENDS = ['wasm', 'cpu'] as const;

export type RuntimeBackend = (typeof RUNTIME_BACKENDS)[number];

export interface RuntimeOptions {
  /** `wasm` (default): SIMD kernels, one thread. `cpu`: plain JavaScript, about 24 times slower; a reference. */
  readonly backend?: RuntimeBackend;
}

/** A started backend. */
export interface Runtime {
  /** The backend that runs. */
  readonly name: RuntimeBackend;
  /** For logs and journals, for example `tensorflow.js 4.22.0, wasm (SIMD)`. */
  readonly description: string;
}

/**
 * Starts a backend, or finds it started, makes it the one that runs, and registers our gradients.
 * @returns the backend that really runs, never a silent substitute.
 * @throws BoSearchError `E_BACKEND` if the name is unknown, the package cannot be loaded, or the backend did not start.
 */
export async function openRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const name = options.backend ?? 'wasm';
  if (!RUNTIME_BACKENDS.includes(name)) {
    throw new BoSearchError('E_BACKEND', `openRuntime: backend must be wasm or cpu, got ${String(name)}`);
  }
  await loadBackend(name);
  await startBackend(name);
  registerGradients();
  return { name, description: await describeBackend(name) };
}

/**
 * Checks that the runtime's backend is still the one that runs.
 * @throws BoSearchError `E_BACKEND` if somebody switched TensorFlow.js to another backend meanwhile.
 */
export function assertRuns(runtime: Runtime, where: string): void {
  const running = tf.engine().backendName;
  if (running === runtime.name) return;
  throw new BoSearchError('E_BACKEND', `${where}: expected backend ${runtime.name}, got ${String(running)}`, {
    hint: `call openRuntime({ backend: '${runtime.name}' }) again before computing`,
  });
}

/**
 * Makes a registered backend the one that runs.
 * @throws BoSearchError `E_BACKEND` if it did not start or another one runs afterwards.
 * @internal
 */
export async function startBackend(name: string): Promise<void> {
  let started = false;
  let cause: unknown;
  try {
    started = await tf.setBackend(name);
  } catch (error) {
    cause = error;
  }
  if (started && tf.getBackend() === name) return;
  throw new BoSearchError('E_BACKEND', `openRuntime: asked for backend ${name}, it did not start`, {
    hint: `reinstall @tensorflow/tfjs-backend-${name} 4.22.0, or ask for the other backend (cpu is about 24 times slower)`,
    cause,
  });
}

async function loadBackend(name: RuntimeBackend): Promise<void> {
  try {
    if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
    else await import('@tensorflow/tfjs-backend-cpu');
  } catch (cause) {
    throw new BoSearchError(
      'E_BACKEND',
      `openRuntime: @tensorflow/tfjs-backend-${name} could not be loaded`,
      {
        hint: 'run npm install',
        cause,
      },
    );
  }
  if (tf.findBackendFactory(name) !== null) return;
  throw new BoSearchError('E_BACKEND', `openRuntime: backend ${name} registered with another tfjs-core`, {
    hint: 'npm ls @tensorflow/tfjs-core must show one copy, 4.22.0',
  });
}

async function describeBackend(name: RuntimeBackend): Promise<string> {
  const base = `tensorflow.js ${tf.version_core}, ${name}`;
  if (name === 'cpu') return base;
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  return `${base} (${simd ? 'SIMD' : 'no SIMD'})`;
}
