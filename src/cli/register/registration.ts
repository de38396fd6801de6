/**
 * What every command is registered with. A registration is light: name, arguments, options, help and examples; the
 * action's module is loaded when the command runs.
 */
import type { Command } from 'commander';
import { EXIT_CODES_HELP, type ExitCode } from '../exit-codes.js';
import { COMMAND } from '../shell-words.js';
import { place } from './option-values.js';

/** Carries a command out, and words what it throws; with `json`, on standard output too. */
export type Answerer = (command: () => ExitCode | Promise<ExitCode>, json?: boolean) => Promise<void>;

/** Adds one command to the program. */
export type Registration = (program: Command, answer: Answerer) => void;

/** Headings of the list of commands. */
export const GROUPS = {
  search: 'Search:',
  askTell: 'Your own objective:',
  schedules: 'Schedules:',
  look: 'Look and check:',
} as const;

/** A command that points to its help when it is used wrongly. */
export function addCommand(program: Command, name: string, group: keyof typeof GROUPS): Command {
  return program
    .command(name)
    .helpGroup(GROUPS[group])
    .showHelpAfterError(`hint: ${COMMAND} ${name} --help says what is expected`);
}

/**
 * Adds `--out`, which the command needs. Commander looks for required options before unknown ones, and would call a
 * misspelt `--outt` a missing `--out`: so the requirement is ours, and is looked at when all else is known.
 */
export function requireOut(command: Command, description: string): Command {
  const flags = '-o, --out <folder>';
  return command.option(flags, `${description} (required)`, place).hook('preAction', () => {
    if (command.getOptionValue('out') !== undefined) return;
    command.error(`error: required option '${flags}' not specified`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  });
}

/** The end of a command's help: each example as words after the program's name, then the exit codes. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${COMMAND} ${line}`).join('\n')}\n${EXIT_CODES_HELP}`;
}
