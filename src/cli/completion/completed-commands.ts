/** What shells need to know of the commands, read off the registered ones, so that it cannot go stale. */
import type { Argument, Command, Option } from 'commander';

/** What can stand at a place: one of some words, a file, a folder, or something nobody can guess. */
export type Completed =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'folder' | 'other' };

export interface CompletedOption {
  /** As typed, `-o` before `--out`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Absent for options without a value. */
  readonly value?: Completed;
}

export interface CompletedArgument {
  readonly name: string;
  readonly variadic: boolean;
  readonly value: Completed;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly CompletedArgument[];
}

/** Names of values that are paths. */
const FILES = ['file', 'path', 'config', 'source'];
const FOLDERS = ['folder'];

/** The commands of a program. */
export function completedCommands(program: Command): CompletedCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: optionsOf(command),
    arguments: command.registeredArguments.map(argumentOf),
  }));
}

/** The options of a program or command, `--help` included. */
export function optionsOf(command: Command): CompletedOption[] {
  return command.createHelp().visibleOptions(command).map(optionOf);
}

function optionOf(option: Option): CompletedOption {
  const { short, long, description } = option;
  const names = [short, long].filter((name) => name !== undefined && name !== null);
  const placeholder = /[<[]([^>\]]+)/.exec(option.flags)?.[1];
  if (placeholder === undefined) return { names, description };
  return { names, description, value: completed(placeholder, option.argChoices) };
}

function argumentOf(argument: Argument): CompletedArgument {
  const name = argument.name();
  return { name, variadic: argument.variadic, value: completed(name, argument.argChoices) };
}

function completed(name: string, choices: readonly string[] | undefined): Completed {
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (FOLDERS.includes(name)) return { kind: 'folder' };
  return { kind: FILES.includes(name) ? 'file' : 'other' };
}
