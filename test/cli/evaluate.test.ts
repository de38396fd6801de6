import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { schedulesToJson, type SchedulesFile } from '../../src/schedules/index.js';
import type { EvaluationResults } from '../../src/search/index.js';
import { buildCli, type BuiltCli, type CliResult } from './built-cli.js';

const CONFIG = `model: fashion-mnist
task: coarse
attack: { l2Bound: 2 }
search: { images: 8 }
evaluation:
  images: 4
  purifications: 2
  attacks:
    - { name: pgd-l2, steps: 6, l2Bound: [1, 2], randomStart: true }
    - { name: deepfool, steps: 3, images: 2 }
  defences: [learned, constant 0, none]
  verification: { draws: 2 }
  checks: { noiseTries: 1, convergence: { draws: [1, 2], images: 1 } }
`;

const LATENTS = ['1x1', '4x4', '8x8'].flatMap((scale) => [0, 1, 2, 3].map((i) => `${scale}.${i}`));

const SCHEDULES: SchedulesFile = {
  format: 'bo-search/schedules',
  version: 1,
  model: { name: 'fashion-hvae', latents: LATENTS },
  schedules: [{ kind: 'learned', alphas: LATENTS.map((_, i) => i / 12) }],
};

const ARGS = ['evaluate', 'schedules.json', '--out'];
const FILES = ['results.json', 'evaluation.svg', 'evaluation-images.csv', 'evaluation.csv'];

let cli: BuiltCli;
let first: CliResult;
beforeAll(async () => {
  cli = buildCli();
  put('search.yaml', CONFIG);
  put('schedules.json', schedulesToJson(SCHEDULES));
  first = await cli.run([...ARGS, 'runs/base', '--json']);
}, 180_000);
afterAll(() => cli.dispose());

const put = (name: string, text: string) => writeFileSync(join(cli.folder, name), text);
const read = (name: string) => readFileSync(join(cli.folder, name), 'utf8');
const results = (out: string) => JSON.parse(read(`${out}/results.json`)) as EvaluationResults;
const found = (out: string) => FILES.map((name) => read(`${out}/${name}`));

describe('bo-search evaluate', () => {
  it('ends with one JSON object on standard output, and progress on standard error', () => {
    expect(first).toMatchObject({ code: 0 });
    const answer = JSON.parse(first.stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({
      kind: 'finished',
      out: 'runs/base',
      files: FILES.map((name) => join('runs/base', name)),
      results: results('runs/base'),
    });
    expect(Object.keys(answer['secondsByDefence'] as object)).toEqual([
      ...['learned', 'α = 0', 'no defence'],
    ]);
    const lines = first.stderr.split('\n');
    expect(lines[0]).toMatch(
      /^model fashion-hvae, task coarse: 12 latents, 4 classes; tensorflow\.js .* wasm/,
    );
    expect(lines).toContain('attacks  9/9');
    expect(lines.slice(-2)).toEqual(['wrote runs/base/results.json', '']);
  });

  it('leaves cells for every attack on every defence, checks beside them, and a manifest without a clock', () => {
    const { manifest, cells, transfers, noise, convergence, searched, images, defences } =
      results('runs/base');
    expect(cells.map(({ defence, attack }) => `${defence}, ${attack.label}`)).toEqual(
      ['learned', 'α = 0', 'no defence'].flatMap((defence) =>
        ['pgd-l2 ε=1', 'pgd-l2 ε=2', 'deepfool'].map((attack) => `${defence}, ${attack}`),
      ),
    );
    expect(cells.map(({ images: { outcomes } }) => outcomes.length)).toEqual(
      Array.from({ length: 3 }, () => [4, 4, 2]).flat(),
    );
    expect(images).toHaveLength(4);
    expect(searched).toEqual([]);
    expect(
      defences.map(({ draws, looksLikeSoftmax, purifications }) => [draws, looksLikeSoftmax, purifications]),
    ).toEqual([
      [true, false, 2],
      [false, false, 2],
      [false, false, 1],
    ]);
    expect(cells.map(({ verification }) => verification.draws)).toEqual([2, 2, 2, 1, 1, 1, 1, 1, 1]);
    const judged = transfers.filter(({ judge }) => judge === 'defence');
    // two sources, two targets each, three attacks
    expect(judged).toHaveLength(12);
    expect(new Set(judged.map(({ from }) => from))).toEqual(new Set(['α = 0', 'no defence']));
    expect(transfers.filter(({ judge }) => judge === 'purifier-off')).toHaveLength(6);
    expect(noise.map(({ defence, ball }) => [defence, ball.bound])).toHaveLength(6);
    expect(convergence.map(({ defence, attack, draws }) => [defence, attack, draws])).toEqual([
      ['learned', 'pgd-l2 ε=2', [1, 2]],
    ]);
    expect(manifest).toMatchObject({
      versions: { boSearch: expect.any(String) as unknown as string, node: process.versions.node },
      precision: 'float32',
      schedules: expect.stringMatching(/^sha256:/) as unknown as string,
      facts: { seed: 1, task: 'coarse', backend: 'wasm', gradients: 'exact', purifications: 2 },
    });
    expect(read('runs/base/results.json')).not.toMatch(/seconds/);
    expect(
      readdirSync(join(cli.folder, 'runs/base/cells')).filter((name) => name.endsWith('.checkpoint')),
    ).toEqual([]);
  });

  it('stores images within the bound, and the bound alone makes a success', () => {
    const { cells } = results('runs/base');
    for (const { attack, images } of cells) {
      if (attack.ball === undefined) continue;
      const { bound } = attack.ball;
      expect(images.norms.every((norm) => norm <= bound * (1 + 1e-6))).toBe(true);
    }
    const bare = cells.find(
      ({ defence, attack }) => defence === 'no defence' && attack.label === 'pgd-l2 ε=2',
    );
    expect(bare?.images.outcomes).toMatch(/s/);
  });

  it('shows a table, and does nothing twice', async () => {
    const before = found('runs/base');
    const { code, stdout } = await cli.run([...ARGS, 'runs/base']);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[1]).toBe(
      'On 4 held-out images, share right in percent with 95 % intervals, K = 2; a success fools at least 50 % of 2 fresh draws:',
    );
    expect(lines[2]).toMatch(
      /^ +clean +pgd-l2 ε=1 +pgd-l2 ε=2 +deepfool ε=1 \(2\) +deepfool ε=2 \(2\) +deepfool median \(2\)/,
    );
    expect(lines.slice(3, 6).map((line) => line.split(/ {2,}/)[0])).toEqual([
      ...['learned', 'α = 0', 'no defence'],
    ]);
    expect(lines.at(-2)).toMatch(/^done in .*: runs\/base\/results\.json, runs\/base\/evaluation\.svg, /);
    expect(found('runs/base')).toEqual(before);
  });

  it('survives SIGKILL in the middle of attacks, Ctrl-C and a rival, and ends with the same bytes', async () => {
    const args = [...ARGS, 'runs/hard'];
    for (const [at, milliseconds] of [
      [/^attacks +1\/9/m, 150],
      [/^attacks +4\/9/m, 40],
      [/^transfers +\d/m, 20],
    ] as const) {
      let due = false;
      const killed = await cli.run(args, {
        onStderr: (child, text) => {
          if (due || !at.test(text)) return;
          due = true;
          setTimeout(() => child.kill('SIGKILL'), milliseconds);
        },
      });
      expect(killed.code).toBeNull();
    }
    let rival: Promise<CliResult> | undefined;
    const interrupted = await cli.run(args, {
      onStderr: (child, text) => {
        if (rival !== undefined || !/^random noise +\d/m.test(text)) return;
        child.kill('SIGSTOP');
        rival = cli.run(args);
        void rival.then(() => {
          child.kill('SIGINT');
          child.kill('SIGCONT');
        });
      },
    });
    expect(await rival).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /study\.lock: expected no other writer, got process \d+/,
      ) as unknown as string,
    });
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(
      /\ninterrupted; what is attacked is kept, an attack under way too\ngo on with: npx bo-search evaluate schedules\.json --config search\.yaml --out runs\/hard\n$/,
    );
    expect(existsSync(join(cli.folder, 'runs/hard/results.json'))).toBe(false);
    expect(await cli.run(args)).toMatchObject({ code: 0 });
    expect(found('runs/hard')).toEqual(found('runs/base'));
  }, 300_000);

  it('goes on in a folder with another attack, with workers, and makes nothing again that is there', async () => {
    const cells = () => readdirSync(join(cli.folder, 'runs/base/cells'));
    const before = cells();
    const { code } = await cli.run([...ARGS, 'runs/base', '--attacks', 'pgd-l2,fgsm-l2', '--workers', '2']);
    expect(code).toBe(0);
    const names = cells();
    expect(before.filter((name) => !names.includes(name))).toEqual([]);
    // three bounds on three defences, with images
    const more = names.filter((name) => !before.includes(name) && name.startsWith('attack-'));
    expect(more).toHaveLength(18);
    const alone = [...ARGS, 'runs/alone', '--attacks', 'fgsm-l2'];
    await cli.run(alone);
    const fgsm = (out: string) => results(out).cells.filter(({ attack }) => attack.family === 'fgsm-l2');
    expect(fgsm('runs/base')).toEqual(fgsm('runs/alone'));
    expect(await cli.run([...ARGS, 'runs/base'])).toMatchObject({ code: 0 });
    expect(found('runs/base')).toEqual(found('runs/hard'));
  }, 180_000);
});
