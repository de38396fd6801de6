import { spawnSync } from 'node:child_process';
import { describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import {
  DIFFERENTIABLE_KERNELS,
  registeredGradients,
  removeGradients,
} from '../../../src/objective/tensors/gradients/register.js';
import { AUTO_ORDER, assertRuns, openRuntime, startBackend } from '../../../src/objective/tensors/runtime.js';
import { rejected, thrown } from '../thrown.js';

describe('openRuntime', () => {
  it('starts nothing before it is called', () => {
    expect(tf.engine().backendName).toBeUndefined();
  });

  it('starts wasm by default, from the package alone, and says so', async () => {
    const runtime = await openRuntime();
    expect(runtime.name).toBe('wasm');
    expect(runtime.description).toMatch(/^tensorflow\.js 4\.22\.0, wasm \((no )?SIMD\)$/);
    expect(tf.getBackend()).toBe('wasm');
  });

  it('starts the plain cpu backend when asked to, and goes back', async () => {
    expect(await openRuntime({ backend: 'cpu' })).toEqual({
      name: 'cpu',
      description: 'tensorflow.js 4.22.0, cpu',
    });
    expect(tf.getBackend()).toBe('cpu');
    await openRuntime({ backend: 'wasm' });
    expect(tf.getBackend()).toBe('wasm');
  });

  it('uses one tfjs-core', async () => {
    await openRuntime();
    expect(tf.findBackend('wasm')).toBeDefined();
  });

  it('refuses a backend it does not have', async () => {
    expect(await rejected(openRuntime({ backend: 'webgl' as never }))).toEqual([
      'E_BACKEND',
      'openRuntime: backend must be auto, tensorflow, webgpu, wasm or cpu, got webgl',
    ]);
  });

  it('fails when the backend does not start, where TensorFlow.js would go on with another', async () => {
    await openRuntime();
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    tf.registerBackend('webgpu', () => Promise.reject(new Error('no device')));
    expect(await rejected(startBackend({ name: 'webgpu', hint: '' }))).toEqual([
      'E_BACKEND',
      'openRuntime: backend webgpu did not start: TensorFlow.js refused it',
    ]);
    tf.removeBackend('webgpu');
    await openRuntime();
  });

  it('hints at what is left to do once the packages are there', async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    tf.registerBackend('webgpu', () => Promise.reject(new Error('no device')));
    const backend = { name: 'webgpu', hint: 'install it', loadedHint: 'look at the driver' } as const;
    await expect(startBackend(backend)).rejects.toMatchObject({ hint: 'look at the driver' });
    tf.removeBackend('webgpu');
    await openRuntime();
  });

  it('fails when the backend throws at once', async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    tf.registerBackend('webgpu', () => {
      throw new Error('no device');
    });
    expect((await rejected(startBackend({ name: 'webgpu', hint: '' })))[0]).toBe('E_BACKEND');
    tf.removeBackend('webgpu');
    await openRuntime();
  });

  it('fails when the backend registered with another copy of tfjs-core', async () => {
    expect(await rejected(startBackend({ name: 'webgpu', hint: '' }))).toEqual([
      'E_BACKEND',
      'openRuntime: backend webgpu registered with another tfjs-core',
    ]);
  });
});

describe("openRuntime({ backend: 'auto' })", () => {
  it('takes the first that starts, and says why those before it did not', async () => {
    const { name, passedOver = [] } = await openRuntime({ backend: 'auto' });
    expect(AUTO_ORDER.slice(0, passedOver.length + 1)).toEqual([
      ...passedOver.map(({ backend }) => backend),
      name,
    ]);
    for (const { reason } of passedOver) expect(reason).not.toMatch(/openRuntime|did not start/);
    await openRuntime();
  });

  it('names nothing passed over where a backend was asked for', async () => {
    expect(await openRuntime()).not.toHaveProperty('passedOver');
  });
});

describe('registerGradients', () => {
  it('puts our gradients in place of others, and takes away none', async () => {
    const stock = { kernelName: 'Relu', gradFunc: () => ({}) };
    const foreign = { kernelName: 'Cumsum', gradFunc: () => ({}) };
    for (const config of [stock, foreign]) tf.registerGradient(config);
    await openRuntime();
    expect(tf.getGradient('Relu')).not.toBe(stock);
    expect(tf.getGradient('Cumsum')).toBe(foreign);
    expect(registeredGradients()).toContain('Cumsum');
    removeGradients(['Cumsum']);
    expect(registeredGradients().sort()).toEqual([...DIFFERENTIABLE_KERNELS].sort());
  });
});

describe('assertRuns', () => {
  it('names the backend that runs instead', async () => {
    const wasm = await openRuntime();
    assertRuns(wasm, 'defence');
    await openRuntime({ backend: 'cpu' });
    expect(thrown(() => assertRuns(wasm, 'defence'))).toEqual([
      'E_BACKEND',
      'defence: expected backend wasm, got cpu',
    ]);
    await openRuntime();
  });
});

describe("the packages under Node's own module loader", () => {
  it('load as ES modules, share one tfjs-core, and compute on wasm', () => {
    const program = `
      import * as tf from '@tensorflow/tfjs-core';
      await import('@tensorflow/tfjs-backend-wasm');
      if (!(await tf.setBackend('wasm'))) throw new Error('did not start');
      const sum = await tf.add(tf.tensor1d([1, 2]), 1).data();
      console.log(tf.getBackend(), [...sum].join());
    `;
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(result.stdout.trim()).toBe('wasm 2,3');
    expect(result.stderr).toBe('');
  });
});
