import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildCli, type BuiltCli } from './built-cli.js';
import { bundledBytes, copyModel, editManifest, overflowing, sha256 } from './model-folder.js';

const PUPPET = fileURLToPath(new URL('../evaluators/checks/puppet.mjs', import.meta.url));

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
});
afterAll(() => cli.dispose());

const put = (name: string, value: unknown) => writeFileSync(join(cli.folder, name), JSON.stringify(value));
const evaluated = (fault: string) => ({
  evaluator: { command: [process.execPath, PUPPET, fault] },
  attack: { l2Bound: 1 },
});

interface Report {
  readonly kind: string;
  readonly passed: boolean;
  readonly machine: { readonly node: string; readonly packages: Record<string, string | null> };
  readonly backends: readonly {
    readonly backend: string;
    readonly starts: boolean;
    readonly reason?: string;
  }[];
  readonly subject?: { readonly kind: string; readonly name: string };
  readonly checks?: readonly { readonly name: string; readonly status: string; readonly hint?: string }[];
}

describe('bo-search doctor', () => {
  it('says what this machine is and which backends start, and checks the evaluator of a configuration', async () => {
    put('right.json', evaluated('none'));
    const { code, stdout, stderr } = await cli.run(['doctor', 'right.json']);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(
      /^bo-search \S+, Node\.js \d+\.\d+\.\d+, \S+ \S+ \S+, \d+ processors, \d+\.\d GB of memory$/,
    );
    expect(lines[1]).toMatch(/^packages: @tensorflow\/tfjs-core 4\.22\.0, /);
    expect(stdout).toMatch(/\n {2}starts {3}wasm {18}\s*tensorflow\.js 4\.22\.0, wasm/);
    expect(stdout).toMatch(/\n {2}(no|starts) +webgpu /);
    expect(stdout).toMatch(
      /\n {2}--backend auto takes \w+\n\nEvaluator \S+ \S+puppet\.mjs none\n {2}ok {7}start +puppet 3 on strings:0: toy, /,
    );
    expect(stdout).toMatch(/\n7 checks passed, 5 skipped\n$/);
    expect(stderr).toMatch(/^backend tensorflow +0\/4$/m);
    expect(stderr).toMatch(/^backends +4\/4$/m);
    expect(stderr).toMatch(/^checks +12\/12$/m);
  });

  it('looks at the one backend that is asked for, and at none that is not', async () => {
    const { code, stdout, stderr } = await cli.run(['doctor', '--backend', 'wasm']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n\nBackends\n {2}starts +wasm +tensorflow\.js [^\n]+\n$/);
    expect(stderr).toBe('backend wasm  0/1\nbackends  1/1\n');
  });

  it.each(['webgpu', 'tensorflow', 'auto'])(
    'ends with exit code 3 where %s is asked for and does not start',
    async (backend) => {
      const { code, stdout } = await cli.run(['doctor', '--backend', backend, '--json']);
      const { passed, backends } = JSON.parse(stdout) as Report;
      expect(backends).toHaveLength(backend === 'auto' ? 4 : 1);
      expect(passed).toBe(backends.some(({ starts }) => starts));
      expect(code).toBe(passed ? 0 : 3);
    },
  );

  it('names a wrong task before anything is started', async () => {
    put('rough.json', { model: 'fashion-mnist', task: 'rough', attack: { l2Bound: 1 } });
    for (const args of [
      ['doctor', 'fashion-mnist', '--task', 'rough'],
      ['doctor', 'rough.json'],
    ]) {
      const { code, stdout, stderr } = await cli.run(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^bo-search: .*task: expected one of coarse, fine, got "rough"\nhint: .+\n$/);
    }
  });

  it('speaks of the backend, not of a function of the library, where it does not start', async () => {
    const { code, stderr } = await cli.run(['doctor', 'fashion-mnist', '--backend', 'tensorflow']);
    if (code === 0) return;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^bo-search: backend tensorflow did not start: .+$/m);
  });

  it('checks a bundled model whole, with the numbers, in one JSON object', async () => {
    const { code, stdout } = await cli.run(['doctor', 'fashion-mnist', '--task', 'fine', '--json']);
    const report = JSON.parse(stdout) as Report;
    expect(report.checks?.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      kind: 'doctor',
      passed: true,
      machine: { node: process.versions.node, packages: { '@tensorflow/tfjs-core': '4.22.0' } },
      subject: { kind: 'model', name: 'fashion-hvae', task: 'fine' },
    });
    expect(report.checks).toContainEqual(
      expect.objectContaining({
        name: 'speed',
        figures: {
          purifiedPerSecond: expect.any(Number) as unknown as number,
          gradientsPerSecond: expect.any(Number) as unknown as number,
        },
      }),
    );
  });

  it('ends with exit code 3 where weights overflow, and says so in every check that met them', async () => {
    const folder = join(cli.folder, 'broken');
    copyModel(folder);
    const weights = overflowing(bundledBytes('hvae.safetensors'));
    writeFileSync(join(folder, 'broken.safetensors'), weights);
    editManifest(folder, (manifest) => {
      Object.assign(manifest.weights, { file: 'broken.safetensors', sha256: sha256(weights) });
    });
    const { code, stdout } = await cli.run(['doctor', './broken']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/\n {2}FAILED {3}output range +fashion-hvae: .*expected finite numbers/);
    expect(stdout).toMatch(/\n\d+ of 12 checks failed.*: .*output range.*\n$/);
  });

  it('ends with exit code 3 for an evaluator that is wrong, with a hint', async () => {
    put('wrong.json', evaluated('any-length'));
    const { code, stdout } = await cli.run(['doctor', 'wrong.json']);
    expect(code).toBe(3);
    expect(stdout).toContain(
      '\n  FAILED   wrong number of α     expected 4 α for 3 latents to be refused, got outcomes\n' +
        '                                 hint: answer { "kind": "error", "message": … } for what cannot be right\n',
    );
    expect(stdout).toMatch(/\n1 of 12 checks failed, 5 skipped: wrong number of α\n$/);
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'a model that is not there',
      ['doctor', './none'],
      /^bo-search: doctor: expected a bundled model, the folder of a model \(with model\.json\) or a search\.yaml, got "\.\/none"\n$/,
    ],
    ['a configuration that is not there', ['doctor', 'none.yaml'], /^bo-search: none\.yaml: /],
    [
      'a task that is none',
      ['doctor', 'fashion-mnist', '--task', 'rough'],
      /^bo-search: .*task: expected one of coarse, fine, got "rough"\n/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await cli.run(args);
    expect(code).toBe(2);
    expect(stderr.split('\n').find((line) => line.startsWith('bo-search: ')) + '\n').toMatch(message);
  });
});
