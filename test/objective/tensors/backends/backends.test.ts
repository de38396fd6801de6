import { describe, expect, it } from '@jest/globals';
import { importOptional, notStarted, reasonOf } from '../../../../src/objective/tensors/backends/backend.js';
import { adapterName, adapterOf, isSoftware } from '../../../../src/objective/tensors/backends/webgpu.js';

describe('importOptional', () => {
  it('says that a package is not installed', async () => {
    expect(await importOptional('no-such-package-at-all')).toEqual({
      reason: 'no-such-package-at-all is not installed',
    });
  });

  it('says in a line why an installed one does not load', async () => {
    expect(await importOptional('data:text/javascript,throw new Error("no driver\\nat line 3")')).toEqual({
      reason: expect.stringMatching(/does not load: .*no driver$/) as unknown,
    });
  });

  it('gives the module of one that does', async () => {
    expect(await importOptional('zod')).toHaveProperty('module.z');
  });
});

describe('notStarted', () => {
  it('names backend and reason, and hints at what to do', () => {
    const error = notStarted({ name: 'webgpu', hint: 'install a driver' }, 'no adapter');
    expect([error.code, error.message, error.hint]).toEqual([
      'E_BACKEND',
      'openRuntime: backend webgpu did not start: no adapter',
      'install a driver',
    ]);
  });
});

describe('reasonOf', () => {
  it('is the first line of what was thrown, whatever that is', () => {
    expect([new Error('one\ntwo'), 'text', undefined].map(reasonOf)).toEqual(['one', 'text', 'undefined']);
  });
});

const adapter = { vendor: '', architecture: '', device: '', description: '' };

describe('adapterName', () => {
  it.each([
    [
      { description: 'SwiftShader driver 5.0.0', vendor: 'google', architecture: 'swiftshader' },
      'SwiftShader driver 5.0.0 (google swiftshader)',
    ],
    [{ description: 'NVIDIA GeForce RTX 4090' }, 'NVIDIA GeForce RTX 4090'],
    [{ device: '0x2684', vendor: 'nvidia' }, '0x2684 (nvidia)'],
    [{ vendor: 'apple', architecture: 'metal-3' }, 'apple metal-3'],
    [{}, 'an adapter without a name'],
  ])('of %j is %s', (info, name) => {
    expect(adapterName({ ...adapter, ...info })).toBe(name);
  });
});

describe('adapterOf', () => {
  const hint =
    'webgpu is installed: what it needs is a GPU and its Vulkan (Linux: libvulkan1), Metal or Direct3D 12 driver; see docs/backends.md';

  it.each<[string, () => Promise<null>]>([
    ['no adapter: no GPU, or no driver for it (libvulkan on Linux)', () => Promise.resolve(null)],
    ['no adapter: lost', () => Promise.reject(new Error('lost'))],
  ])(
    'refuses with the driver in the hint, not the packages that are there: %s',
    async (reason, requestAdapter) => {
      await expect(adapterOf({ requestAdapter })).rejects.toMatchObject({
        code: 'E_BACKEND',
        message: `openRuntime: backend webgpu did not start: ${reason}`,
        hint,
      });
    },
  );
});

describe('isSoftware', () => {
  it.each([
    [{ isFallbackAdapter: true }, true],
    [{ architecture: 'swiftshader' }, true],
    [{ description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }, true],
    [{ description: 'Microsoft Basic Render Driver' }, true],
    [{ description: 'AMD Radeon RX 7900', isFallbackAdapter: false }, false],
    [{}, false],
  ])('of %j is %s', (info, software) => {
    expect(isSoftware({ ...adapter, ...info })).toBe(software);
  });
});
