import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compileSources } from '../../compiled-sources.js';
import type { CompiledSources } from '../../compiled-sources.js';

let sources: CompiledSources;
beforeAll(() => {
  sources = compileSources('probe', ['objective']);
});
afterAll(() => sources.remove());

/** What `probeBackends` answers in a process of plain Node. */
function probe(options: object): unknown {
  const module = pathToFileURL(join(sources.folder, 'objective/tensors/probe-backends.js')).href;
  const program = `
    const { probeBackends } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(await probeBackends(${JSON.stringify(options)})));
  `;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return JSON.parse(result.stdout);
}

describe('probeBackends', () => {
  it('says what starts, on which device and version, and why the others do not', () => {
    expect(probe({ backends: ['wasm', 'cpu', 'webgl'] })).toEqual([
      {
        backend: 'wasm',
        starts: true,
        description: expect.stringMatching(/^tensorflow\.js 4\.22\.0, wasm \((no )?SIMD\)$/) as unknown,
        device: expect.stringMatching(/^CPU, one thread, (no )?SIMD$/) as unknown,
        version: '4.22.0',
        software: false,
      },
      {
        backend: 'cpu',
        starts: true,
        description: 'tensorflow.js 4.22.0, cpu',
        device: 'CPU, plain JavaScript',
        version: '4.22.0',
        software: false,
      },
      {
        backend: 'webgl',
        starts: false,
        reason: 'openRuntime: backend must be auto, tensorflow, webgpu, wasm or cpu, got webgl',
      },
    ]);
  });

  it('gives up on a backend that does not answer in time', () => {
    expect(probe({ backends: ['wasm'], timeoutMs: 20 })).toEqual([
      { backend: 'wasm', starts: false, reason: 'no answer within 0.02 s' },
    ]);
  });
});
