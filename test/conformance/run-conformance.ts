/** Runs all cases outside any test runner and prints them; scripts/conformance.mjs starts it with BO_SEARCH_BACKEND. */
import process from 'node:process';
import * as tf from '@tensorflow/tfjs-core';
import { RUNTIME_BACKENDS } from '../../src/objective/tensors/runtime.js';
import type { RuntimeBackend } from '../../src/objective/tensors/runtime.js';
import type { Deviation } from './conformance-case.js';
import { isWithin } from './conformance-case.js';
import { openSuite } from './conformance-suite.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const backend = process.env['BO_SEARCH_BACKEND'] as RuntimeBackend;
if (!RUNTIME_BACKENDS.includes(backend)) throw new Error(`BO_SEARCH_BACKEND: unknown backend ${backend}`);
const suite = await openSuite(backend);
// TensorFlow.js hands small tensors to plain cpu kernels; here the GPU is to be tested.
if (backend === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
say(`backend: ${suite.runtime.description}; Node ${process.versions.node}`);

let failed = 0;
const worst = new Map<string, Deviation>();
for (const { title, run } of suite.cases) {
  const started = performance.now();
  const deviations = await run(suite.setting).catch((error: unknown) => [
    { what: error instanceof Error ? (error.stack ?? error.message) : String(error), got: NaN, bound: 0 },
  ]);
  const beyond = deviations.filter((deviation) => !isWithin(deviation));
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  say(`${beyond.length === 0 ? 'holds' : 'FAILS'} ${seconds.padStart(6)} s  ${title}`);
  for (const { what, got, bound } of beyond) say(`      ${what}: got ${got}, at most ${bound}`);
  if (beyond.length > 0) failed += 1;
  for (const deviation of deviations) {
    if (deviation.bound === 0) continue;
    const key = `${kindOf(title)}, ${/gradient/.test(deviation.what) ? 'gradient' : 'forward'}`;
    if (!(deviation.got <= (worst.get(key)?.got ?? -1))) worst.set(key, deviation);
  }
}
suite.dispose();
say('largest deviations:');
for (const [kind, { got, bound }] of worst)
  say(`  ${kind}: ${got.toExponential(1)} (at most ${bound.toExponential(0)})`);
say(`${suite.cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function kindOf(title: string): string {
  if (title.startsWith('bundled model')) return 'bundled model against PyTorch';
  if (title.startsWith('two images')) return 'two images in a batch';
  return /^(convolution|dense layer|blur)/.test(title) ? 'layers' : 'kernels';
}
