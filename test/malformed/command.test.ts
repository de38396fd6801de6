import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildCli, type BuiltCli } from '../cli/built-cli.js';

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
});
afterAll(() => cli.dispose());

const HOSTILE: Readonly<Record<string, string | Uint8Array>> = {
  empty: '',
  nul: Buffer.alloc(64),
  utf16: Buffer.from('\uFEFFmodel: x', 'utf16le'),
  deep: '['.repeat(100_000),
  prototype: '{"__proto__": {"a": 1}}',
  infinite: '{"format": "bo-search/schedules", "version": 1e999}',
  terminal: '\u001b[31mred: 1\n',
};

/** The file each command is given, and the command. */
const COMMANDS: readonly (readonly [file: string, words: (file: string) => readonly string[]])[] = [
  ['search.yaml', (file) => ['validate', file]],
  ['search.yaml', (file) => ['run', file, '--out', 'out']],
  ['schedules.json', (file) => ['validate', file]],
  ['schedules.json', (file) => ['export', file, '--output', 'out']],
  ['study.jsonl', (file) => ['validate', file]],
];

it('answers every hostile file with one message and a hint, exit code 2 or 3, and writes nothing', async () => {
  const cases = COMMANDS.flatMap(([file, words]) =>
    Object.entries(HOSTILE).map(([name, content], i) => {
      const path = join(`${words('')[0]}-${name}-${i}`, file);
      mkdirSync(join(cli.folder, dirname(path)), { recursive: true });
      writeFileSync(join(cli.folder, path), content);
      return words(path);
    }),
  );
  expect(cases.length).toBeGreaterThanOrEqual(30);
  const before = readdirSync(cli.folder, { recursive: true }).length;
  for (let at = 0; at < cases.length; at += 4) {
    const some = cases.slice(at, at + 4);
    const answers = await Promise.all(some.map((words) => cli.run(words)));
    for (const [i, { code, stdout, stderr }] of answers.entries()) {
      const which = some[i].join(' ');
      expect([which, code]).toEqual([which, code === 3 ? 3 : 2]);
      expect([which, stdout]).toEqual([which, '']);
      expect([which, stderr]).toEqual([
        which,
        expect.stringMatching(/^bo-search: [^\0\u001b]+\nhint: [^\n]+\n$/),
      ]);
      expect(stderr).not.toMatch(/Internal error|\n {4}at /);
      expect(stderr.match(/^bo-search: /gm)).toHaveLength(1);
    }
  }
  expect(existsSync(join(cli.folder, 'out'))).toBe(false);
  expect(readdirSync(cli.folder, { recursive: true })).toHaveLength(before);
}, 180_000);
