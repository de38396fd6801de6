/**
 * Starts a TensorFlow.js backend on demand and says which one runs.
 *
 * TensorFlow.js keeps one engine a process, and a backend that fails to start is replaced by a slower one without a
 * word; here the answer of `setBackend` is checked. Importing this module starts nothing.
 */
import * as tf from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { Backend, DeviceFacts, RuntimeBackend } from './backends/backend.js';
import { notStarted, reasonOf, RUNTIME_BACKENDS } from './backends/backend.js';
import { CPU } from './backends/cpu.js';
import { TENSORFLOW } from './backends/tensorflow.js';
import { WASM } from './backends/wasm.js';
import { WEBGPU } from './backends/webgpu.js';
import { registerGradients } from './gradients/register.js';

export { RUNTIME_BACKENDS, type RuntimeBackend } from './backends/backend.js';

/** What can be asked for: a backend by name, or the first of `AUTO_ORDER` that starts. */
export const BACKEND_CHOICES = ['auto', ...RUNTIME_BACKENDS] as const;

export type BackendChoice = (typeof BACKEND_CHOICES)[number];

/** What `auto` tries, in this order. */
export const AUTO_ORDER = ['tensorflow', 'webgpu', 'wasm'] as const satisfies readonly RuntimeBackend[];

const BACKENDS: Readonly<Record<RuntimeBackend, Backend>> = {
  tensorflow: TENSORFLOW,
  webgpu: WEBGPU,
  wasm: WASM,
  cpu: CPU,
};

export interface RuntimeOptions {
  /**
   * `wasm` (default): SIMD kernels, one thread. `cpu`: plain JavaScript, about 24 times slower; a reference.
   * `webgpu` and `tensorflow` need packages of their own (docs/backends.md). `auto`: the first of tensorflow, webgpu
   * (on a real GPU) and wasm that starts.
   */
  readonly backend?: BackendChoice;
}

/** A backend that `auto` did not take. */
export interface PassedOver {
  readonly backend: RuntimeBackend;
  readonly reason: string;
}

/** A started backend. */
export interface Runtime {
  /** The backend that runs. */
  readonly name: RuntimeBackend;
  /** For logs and journals, for example `tensorflow.js 4.22.0, wasm (SIMD)`. */
  readonly description: string;
  /** Where `auto` chose: the backends before this one in its order, and why each was not taken. */
  readonly passedOver?: readonly PassedOver[];
}

/**
 * Starts a backend, or finds it started, makes it the one that runs, and registers our gradients.
 * @returns the backend that really runs, never a silent substitute.
 * @throws BoSearchError `E_BACKEND` if the name is unknown, a package is missing or cannot be loaded, there is no
 * device, or the backend did not start; the message has the reason, the hint what to install.
 */
export async function openRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const choice = options.backend ?? 'wasm';
  if (!BACKEND_CHOICES.includes(choice)) {
    const choices = `${BACKEND_CHOICES.slice(0, -1).join(', ')} or ${BACKEND_CHOICES.at(-1)}`;
    throw new BoSearchError('E_BACKEND', `openRuntime: backend must be ${choices}, got ${String(choice)}`);
  }
  return choice === 'auto' ? openFirst() : openNamed(BACKENDS[choice], false);
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
 * What a running backend computes on.
 * @internal
 */
export function deviceFacts(runtime: Runtime): Promise<DeviceFacts> {
  assertRuns(runtime, 'deviceFacts');
  return BACKENDS[runtime.name].facts();
}

/**
 * Makes a loaded backend the one that runs.
 * @throws BoSearchError `E_BACKEND` if it is not registered with our tfjs-core, did not start, or another one runs
 * afterwards.
 * @internal
 */
export async function startBackend({
  name,
  hint,
  loadedHint = hint,
}: Pick<Backend, 'name' | 'hint' | 'loadedHint'>): Promise<void> {
  if (tf.findBackendFactory(name) === null) {
    throw new BoSearchError('E_BACKEND', `openRuntime: backend ${name} registered with another tfjs-core`, {
      hint: 'npm ls @tensorflow/tfjs-core must show one copy, 4.22.0',
    });
  }
  let started = false;
  let cause: unknown;
  try {
    started = await tf.setBackend(name);
  } catch (error) {
    cause = error;
  }
  if (started && tf.getBackend() === name) return;
  throw notStarted(
    { name, hint: loadedHint },
    cause === undefined ? 'TensorFlow.js refused it' : reasonOf(cause),
    cause,
  );
}

async function openFirst(): Promise<Runtime> {
  const passedOver: PassedOver[] = [];
  for (const name of AUTO_ORDER) {
    try {
      return { ...(await openNamed(BACKENDS[name], true)), passedOver };
    } catch (error) {
      if (!(error instanceof BoSearchError)) throw error;
      passedOver.push({ backend: name, reason: reasonAlone(name, error.message) });
    }
  }
  const reasons = passedOver.map(({ backend, reason }) => `${backend}: ${reason}`);
  throw new BoSearchError('E_BACKEND', `openRuntime: no backend started: ${reasons.join('; ')}`, {
    hint: WASM.hint,
  });
}

async function openNamed(backend: Backend, hardwareOnly: boolean): Promise<Runtime> {
  await backend.load({ hardwareOnly });
  await startBackend(backend);
  registerGradients();
  const { description } = await backend.facts();
  return { name: backend.name, description };
}

/** What is left of a message when it has been said whose it is. */
function reasonAlone(name: RuntimeBackend, message: string): string {
  return message.replace(/^openRuntime: /, '').replace(`backend ${name} did not start: `, '');
}
