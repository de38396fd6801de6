import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Shell, completionScript } from '../../src/cli/commands/completion.js';
import { createProgram } from '../../src/cli/program.js';

const program = createProgram(() => Promise.resolve());
const script = (shell: Shell) => completionScript(shell, program);
const names = program.commands.map((command) => command.name());

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-completion-'));
  mkdirSync(join(folder, 'runs'));
  mkdirSync(join(folder, 'run of mine'));
  writeFileSync(join(folder, 'search.yaml'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a real Bash offers after some words; the last one is what is typed so far. */
function offered(...words: readonly string[]): string[] {
  const { stdout, stderr } = spawnSync(
    'bash',
    [
      '--norc',
      '-c',
      `eval "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bo_search; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      script('bash'),
      'bo-search',
      ...words,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion in a real bash', () => {
  it('offers all commands and options of the program', () => {
    expect(offered('').sort()).toEqual([...names, '-V', '--version', '-h', '--help'].sort());
    expect(offered('ex').sort()).toEqual(['expire', 'explain', 'export']);
  });

  it.each(program.commands.map((command) => [command.name(), command] as const))(
    'offers the options of %s',
    (name, command) => {
      const options = command.createHelp().visibleOptions(command);
      const expected = options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag);
      expect(offered(name, '-').sort()).toEqual(expected.sort());
    },
  );

  it.each<[readonly string[], readonly string[]]>([
    [
      ['ask', '--policy', ''],
      ['bayes', 'random', 'sobol'],
    ],
    [['ask', '--policy', 's'], ['sobol']],
    [
      ['schedule', ''],
      ['linear', 'cosine', 'step', 'constant', 'reversed', 'preset', 'custom'],
    ],
    [['schedule', 'preset', '--task', 'st'], ['stanford-cars']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [
      ['run', ''],
      ['run of mine', 'runs', 'search.yaml'],
    ],
    [['run', 's'], ['search.yaml']],
    [
      ['run', 'search.yaml', '--out', ''],
      ['run of mine', 'runs'],
    ],
    [
      ['run', '-o', 'runs', ''],
      ['run of mine', 'runs', 'search.yaml'],
    ],
    [['run', '--seed', ''], []],
    [['run', 'search.yaml', ''], []],
    [
      ['tell', 'run'],
      ['run of mine', 'runs'],
    ],
    [['tell', 'runs', ''], []],
    [['status', 'runs', '--j'], ['--json']],
    [['nothing', ''], []],
  ])('offers after %j what can stand there', (words, expected) => {
    expect(offered(...words).sort()).toEqual([...expected].sort());
  });
});

describe('completion scripts', () => {
  it.each<[Shell, readonly string[]]>([
    ['bash', ['-n']],
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ])('for %s is read by that shell where it is installed', (shell, flags) => {
    const file = join(folder, `script.${shell}`);
    writeFileSync(file, script(shell));
    const { error, status, stderr } = spawnSync(shell, [...flags, file], { encoding: 'utf8' });
    if (error !== undefined && shell !== 'bash') return;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each<Shell>(['bash', 'zsh', 'fish'])('for %s names every command and every long option', (shell) => {
    const text = script(shell);
    for (const command of program.commands) {
      expect(text).toContain(command.name());
      for (const { long } of command.options) {
        expect(text).toContain(shell === 'fish' ? `-l ${long?.slice(2)}` : long);
      }
    }
  });

  it.each<Shell>(['zsh', 'fish'])('for %s has all its quotes closed on each line', (shell) => {
    // '\'' (zsh) and \' (fish) are apostrophes in descriptions
    for (const line of script(shell).split('\n')) {
      if (line.startsWith('#')) continue;
      const quotes = line.replaceAll(shell === 'zsh' ? "'\\''" : "\\'", '').split("'").length - 1;
      expect([line, quotes % 2]).toEqual([line, 0]);
    }
  });
});
