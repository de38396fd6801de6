/** What every TensorFlow.js backend offers here, and the errors of one that does not start. */
import { BoSearchError } from '../../../errors.js';

/** Backends, quickest first where all of them have what they need. wasm and cpu come with the package. */
export const RUNTIME_BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

export type RuntimeBackend = (typeof RUNTIME_BACKENDS)[number];

/** What a backend is asked for. */
export interface LoadOptions {
  /** Refuse a device that only imitates hardware, such as SwiftShader. */
  readonly hardwareOnly: boolean;
}

/** What a started backend computes on. */
export interface DeviceFacts {
  /** For logs and journals: runtime, version and device in a line. */
  readonly description: string;
  /** The device alone, for example `GPU:0`. */
  readonly device: string;
  /** Version of what computes: tensorflow.js, or TensorFlow where that is a library of its own. */
  readonly version: string;
  /** Whether the device is a GPU imitated in software. */
  readonly software: boolean;
}

/** One backend, one file. Nothing is loaded before `load`. */
export interface Backend {
  /** The name TensorFlow.js knows it by. */
  readonly name: RuntimeBackend;
  /** What to install where it does not start. */
  readonly hint: string;
  /** What to do where its packages are there and it does not start; the same where it is left out. */
  readonly loadedHint?: string;
  /**
   * Loads the packages and makes sure that the backend is registered with our copy of tfjs-core.
   * @throws BoSearchError `E_BACKEND` with the reason.
   */
  load(options: LoadOptions): Promise<void>;
  /** Facts about the device, once the backend runs. */
  facts(): Promise<DeviceFacts>;
}

/** A package with the reason why it could not be had. */
export type Loaded = { readonly module: unknown } | { readonly reason: string };

/** Imports a package that may not be installed; its name is no literal, so that nothing resolves it at build time. */
export async function importOptional(name: string): Promise<Loaded> {
  try {
    return { module: await import(name) };
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const code = String((cause as { code?: unknown } | null)?.code);
    const absent = code.endsWith('MODULE_NOT_FOUND') && text.includes(`'${name}'`);
    return { reason: absent ? `${name} is not installed` : `${name} does not load: ${firstLine(text)}` };
  }
}

/** The error of a backend that cannot be had. */
export function notStarted(
  { name, hint }: Pick<Backend, 'name' | 'hint'>,
  reason: string,
  cause?: unknown,
): BoSearchError {
  return new BoSearchError('E_BACKEND', `openRuntime: backend ${name} did not start: ${reason}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What a thrown value says, in one line. */
export function reasonOf(thrown: unknown): string {
  return firstLine(thrown instanceof Error ? thrown.message : String(thrown));
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').trim();
}
