/**
 * WebGPU through Dawn, the npm package `webgpu`: any GPU with a Vulkan, Metal or Direct3D 12 driver.
 *
 * TensorFlow.js' backend registers itself only where `navigator.gpu` is there when it loads, and dereferences the
 * adapter without a look: so the adapter is asked for first. Tensors can be read by `data()` alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import { internalError } from '../../../errors.js';
import type { Backend, LoadOptions } from './backend.js';
import { importOptional, notStarted, reasonOf } from './backend.js';
import { keepNanOnWebgpu } from './webgpu-nan.js';

/** The part of GPUAdapterInfo that is used. */
interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Missing in older versions of Dawn. */
  readonly isFallbackAdapter?: boolean | undefined;
}

interface Gpu {
  requestAdapter(options: object): Promise<{ readonly info: AdapterInfo } | null>;
}

interface Dawn {
  readonly create: (options: string[]) => Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

/** Adapters that imitate a GPU on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|microsoft basic render/i;

/** What the process-wide device is, once there is one. */
let adapterInfo: AdapterInfo | undefined;

/** What is left to do once the packages load. */
const DRIVER_HINT =
  'webgpu is installed: what it needs is a GPU and its Vulkan (Linux: libvulkan1), Metal or Direct3D 12 driver; see docs/backends.md';

const LOADED = { name: 'webgpu', hint: DRIVER_HINT } as const;

export const WEBGPU: Backend = {
  name: 'webgpu',
  hint: 'npm install webgpu @tensorflow/tfjs-backend-webgpu@4.22.0, with a Vulkan, Metal or Direct3D 12 driver',
  loadedHint: DRIVER_HINT,
  async load(options) {
    if (adapterInfo === undefined) await provideGpu(options);
    else assertHardware(adapterInfo, options);
    const loaded = await importOptional('@tensorflow/tfjs-backend-webgpu');
    if ('reason' in loaded) throw notStarted(WEBGPU, loaded.reason);
    keepNanOnWebgpu();
  },
  facts() {
    const version = tf.version_core;
    if (adapterInfo === undefined) throw internalError('webgpu: facts asked for before load');
    const device = adapterName(adapterInfo);
    const description = `tensorflow.js ${version}, webgpu (${device})`;
    return Promise.resolve({ description, device, version, software: isSoftware(adapterInfo) });
  },
};

/** The adapter in words, for example `SwiftShader driver 5.0.0 (google swiftshader)`. */
export function adapterName({ vendor, architecture, device, description }: AdapterInfo): string {
  const kind = [vendor, architecture].filter((part) => part !== '').join(' ');
  const name = description === '' ? device : description;
  if (name === '') return kind === '' ? 'an adapter without a name' : kind;
  return kind === '' ? name : `${name} (${kind})`;
}

/** Whether an adapter computes on the processor: it says so, or it has the name of one that does. */
export function isSoftware(info: AdapterInfo): boolean {
  return info.isFallbackAdapter === true || SOFTWARE.test(Object.values(info).join(' '));
}

async function provideGpu(options: LoadOptions): Promise<void> {
  const loaded = await importOptional('webgpu');
  if ('reason' in loaded) throw notStarted(WEBGPU, loaded.reason);
  const { create, globals } = loaded.module as Dawn;
  const gpu = create([]);
  const info = await adapterOf(gpu);
  assertHardware(info, options);
  Object.assign(globalThis, globals);
  showGpu(gpu);
  adapterInfo = info;
}

/**
 * What Dawn's adapter is.
 * @throws BoSearchError `E_BACKEND` where there is none; the hint speaks of the driver, as the packages are there.
 */
export async function adapterOf(gpu: Gpu): Promise<AdapterInfo> {
  let adapter: { readonly info: AdapterInfo } | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (cause) {
    throw notStarted(LOADED, `no adapter: ${reasonOf(cause)}`, cause);
  }
  if (adapter === null)
    throw notStarted(LOADED, 'no adapter: no GPU, or no driver for it (libvulkan on Linux)');
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  // The fields are getters of a native object: taken out, so that they can be listed and kept.
  return { vendor, architecture, device, description, isFallbackAdapter };
}

function assertHardware(info: AdapterInfo, { hardwareOnly }: LoadOptions): void {
  if (!hardwareOnly || !isSoftware(info)) return;
  throw notStarted(
    LOADED,
    `${adapterName(info)} only imitates a GPU; it runs where webgpu is asked for by name`,
  );
}

/** Node 20 has no `navigator`; later ones have one that takes properties. */
function showGpu(gpu: Gpu): void {
  const holder = globalThis as { navigator?: object };
  if (holder.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
  }
  Object.defineProperty(holder.navigator, 'gpu', { value: gpu, configurable: true, writable: true });
}
