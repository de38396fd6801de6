import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildCli, type BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
});
afterAll(() => cli.dispose());

describe('--json', () => {
  it('puts a mistake in the options on standard output as well', async () => {
    const { code, stdout, stderr } = await cli.run(['status', 'runs/a', '--jsn', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'error',
      code: 'E_USAGE',
      message: "unknown option '--jsn' (Did you mean --json?)",
    });
    expect(stderr).toBe(
      "bo-search: unknown option '--jsn'\n(Did you mean --json?)\nhint: npx bo-search status --help says what is expected\n",
    );
  });

  it('answers init with what was written, and a file in the way with an error', async () => {
    const written = await cli.run(['init', 'a', '--json']);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(written.stdout)).toEqual({
      kind: 'written',
      files: ['a/search.yaml'],
      next: 'npx bo-search run a/search.yaml --out a/runs/first',
    });
    const { code, stdout } = await cli.run(['init', 'a', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'error', code: 'E_STORAGE' });
  });

  it('answers an export into a file with what was written', async () => {
    const model = { name: 'm', latents: ['a'] };
    const file = {
      format: 'bo-search/schedules',
      version: 1,
      model,
      schedules: [{ kind: 'linear', alphas: [1] }],
    };
    writeFileSync(join(cli.folder, 'in.json'), JSON.stringify(file));
    expect(await cli.run(['export', 'in.json', '-o', 'out.json', '--json'])).toEqual({
      code: 0,
      stdout: '{"kind":"written","files":["out.json"]}\n',
      stderr: 'wrote out.json\n',
    });
  });
});
