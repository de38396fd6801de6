/** The completion script for fish, from 3.0 on. */
import type { Completed, CompletedCommand, CompletedOption } from './completed-commands.js';

/**
 * The script.
 * @param global - options that stand before a command.
 */
export function fishCompletion(
  commands: readonly CompletedCommand[],
  global: readonly CompletedOption[],
): string {
  const lines = [
    '# fish completion for bo-search',
    'complete -c bo-search -f',
    ...global.map((option) => optionLine(option, '__fish_use_subcommand')),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(command: CompletedCommand): string[] {
  const seen = `__fish_seen_subcommand_from ${command.name}`;
  return [
    `complete -c bo-search -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
    ...command.options.map((option) => optionLine(option, seen)),
    ...command.arguments
      .filter(({ value }) => value.kind !== 'other')
      .map(({ value }) => `complete -c bo-search -n ${quoted(seen)} ${action(value)}`),
  ];
}

function optionLine({ names, description, value }: CompletedOption, condition: string): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const given = value === undefined ? [] : [value.kind === 'other' ? '-x' : `-r ${action(value)}`];
  return ['complete -c bo-search -n', quoted(condition), ...flags, ...given, '-d', quoted(description)].join(
    ' ',
  );
}

function action(value: Completed): string {
  switch (value.kind) {
    case 'words':
      return `-a ${quoted(value.words.join(' '))}`;
    case 'folder':
      return "-a '(__fish_complete_directories)'";
    case 'file':
    case 'other':
      return '-F';
  }
}

/** In single quotes fish knows \\ and \' alone. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
