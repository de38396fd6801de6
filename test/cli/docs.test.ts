import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { EXIT, EXIT_CODES_HELP, exitCodeOf } from '../../src/cli/exit-codes.js';
import { createProgram } from '../../src/cli/program.js';
import { BoSearchError, type ErrorCode } from '../../src/errors.js';
import { commandReference, REFERENCE_HEADING } from './command-reference.js';

const PAGE = fileURLToPath(new URL('../../docs/cli.md', import.meta.url));
const SOURCES = fileURLToPath(new URL('../../src/errors.ts', import.meta.url));
const program = createProgram(() => Promise.resolve());
const page = () => readFileSync(PAGE, 'utf8');

/** The rows of the table of exit codes. */
function exitRows(): {
  readonly code: number;
  readonly meaning: string;
  readonly errors: readonly string[];
}[] {
  return [...page().matchAll(/^\| (\d+) \| (.+?) \|(.*)\|$/gm)].map(([, code, meaning, errors]) => ({
    code: Number(code),
    meaning,
    errors: errors.match(/E_[A-Z_]+/g) ?? [],
  }));
}

describe('docs/cli.md', () => {
  it('lists exactly the registered commands, arguments and options (UPDATE_DOCS=1 writes them again)', () => {
    const expected = commandReference(program);
    const [before] = page().split(REFERENCE_HEADING);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, `${before}${REFERENCE_HEADING}\n${expected}`);
    expect(page().split(REFERENCE_HEADING)[1]).toBe(`\n${expected}`);
  });

  it('has a row for each exit code, as every --help has', () => {
    expect(exitRows().map(({ code }) => code)).toEqual(Object.values(EXIT));
    for (const code of Object.values(EXIT)) expect(EXIT_CODES_HELP).toMatch(new RegExp(`\n  ${code} +\\S`));
  });

  it('puts every error code in the row of its exit code', () => {
    const codes = [...readFileSync(SOURCES, 'utf8').matchAll(/^ {2}\| '(E_\w+)'/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(15);
    const listed = exitRows().flatMap(({ code, errors }) => errors.map((error) => [error, code] as const));
    const expected = codes.map(
      (code) => [code, exitCodeOf(new BoSearchError(code as ErrorCode, ''))] as const,
    );
    expect(new Map(listed)).toEqual(
      new Map<string, number>([...expected, ['E_INTERNAL', EXIT.internal], ['E_USAGE', EXIT.usage]]),
    );
    expect(listed).toHaveLength(expected.length + 2);
  });

  it('shows the script that ask --help shows, which a test runs', () => {
    const shown = /<!-- script: begin -->\n```sh\n([^]+?)```/.exec(page())?.[1] ?? '';
    let help = '';
    const ask = program.commands.find((command) => command.name() === 'ask');
    ask?.configureOutput({ writeOut: (text) => (help += text) });
    ask?.outputHelp();
    expect(shown).toContain('for i in');
    expect(help).toContain(shown.replaceAll(/^(?=.)/gm, '  '));
  });
});

describe('every command', () => {
  it.each(program.commands.map((command) => [command.name(), command] as const))(
    '%s has a summary, a description, a --json flag and examples of its own',
    (name, command) => {
      expect(command.summary()).not.toBe('');
      expect(command.description()).not.toBe('');
      expect(command.options.map(({ long }) => long)).toContain('--json');
      const [, section] = commandReference(program).split(`### ${name}\n`);
      const [script] = section.split('\n```\n');
      expect(script.split(`npx bo-search ${name}`).length - 1).toBeGreaterThanOrEqual(2);
    },
  );
});
