import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompiledSources, compileSources } from '../../compiled-sources.js';
import { commandOf } from './puppets.js';

/** Opens an evaluator, says its process id, and ends as it is told: by exit, or not at all. */
const PARENT = `
import { openCommandEvaluator } from './evaluators/command/index.js';
const [command, end] = JSON.parse(process.argv[2]);
await openCommandEvaluator({
  command,
  onEvent: (event) => event.kind === 'started' && console.log(event.pid),
});
console.log('open');
if (end === 'exit') process.exit(0);
if (end === 'throw') throw new Error('a bug elsewhere');
`;

let sources: CompiledSources;
beforeAll(() => {
  sources = compileSources('evaluators', ['objective', 'evaluators']);
  writeFileSync(join(sources.folder, 'parent.mjs'), PARENT);
});
afterAll(() => sources.remove());

/** Whether a process lives; one that ended and was not waited for does not. */
function lives(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

async function ended(pid: number): Promise<void> {
  while (lives(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('an evaluator whose caller ends without closing it', () => {
  onLinux.each([
    ['exits', 'exit', true],
    ['throws', 'throw', true],
    ['is killed', 'kill', false],
  ])('ends, too, where the caller %s', async (_, end, stay) => {
    const task = JSON.stringify([commandOf(stay ? { stay } : {}), end]);
    const parent = spawn(process.execPath, [join(sources.folder, 'parent.mjs'), task], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    parent.stdout.on('data', (text) => {
      said += String(text);
      if (end === 'kill' && said.includes('open')) parent.kill('SIGKILL');
    });
    await once(parent, 'close');
    const pid = Number(/^\d+/.exec(said)?.[0]);
    expect(pid).toBeGreaterThan(1);
    await ended(pid);
  });
});
