/** All cases, in order, for one backend. */
import { openModel } from '../../src/objective/models/open-model.js';
import { openRuntime } from '../../src/objective/tensors/runtime.js';
import type { Runtime, RuntimeBackend } from '../../src/objective/tensors/runtime.js';
import { BACKEND_TOLERANCES } from '../tolerances.js';
import { behaviourCases } from './behaviour-conformance.js';
import type { ConformanceCase, ConformanceSetting } from './conformance-case.js';
import { kernelCases } from './kernel-conformance.js';
import { layerCases } from './layer-conformance.js';
import { modelCases } from './model-conformance.js';

export interface ConformanceSuite {
  readonly runtime: Runtime;
  readonly setting: ConformanceSetting;
  readonly cases: readonly ConformanceCase[];
  dispose(): void;
}

/** Starts the backend, or throws as `openRuntime` does. */
export async function openSuite(backend: RuntimeBackend): Promise<ConformanceSuite> {
  const runtime = await openRuntime({ backend });
  const kernels = await kernelCases(backend);
  const model = await openModel('fashion-mnist', { runtime, task: 'coarse' });
  return {
    runtime,
    setting: { backend, tolerances: BACKEND_TOLERANCES[backend] },
    cases: [...behaviourCases(runtime, model), ...kernels, ...layerCases(), ...modelCases(model)],
    dispose: () => model.dispose(),
  };
}
