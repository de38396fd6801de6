/** The completion script for Zsh. */
import type {
  Completed,
  CompletedArgument,
  CompletedCommand,
  CompletedOption,
} from './completed-commands.js';

/**
 * The script; it can be sourced, or saved as `_bo-search` in a folder of `fpath`.
 * @param global - options that stand before a command.
 */
export function zshCompletion(
  commands: readonly CompletedCommand[],
  global: readonly CompletedOption[],
): string {
  return `#compdef bo-search
# Zsh completion for bo-search
_bo_search() {
  local curcontext="$curcontext" state line
  local -a commands
  typeset -A opt_args
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  _arguments -C ${[...global.map(option), quoted('1:command:->command'), quoted('*::argument:->argument')].join(' ')}
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${commands.map(branch).join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _bo_search ]; then _bo_search "$@"; else compdef _bo_search bo-search; fi
`;
}

function branch(command: CompletedCommand): string {
  const specs = [...command.options.map(option), ...command.arguments.map(positional)];
  return `        ${command.name}) _arguments ${specs.join(' ')} ;;`;
}

function option({ names, description, value }: CompletedOption): string {
  const text = `[${description.replaceAll(/[[\]\\:]/g, '\\$&')}]${value === undefined ? '' : `:value:${action(value)}`}`;
  if (names.length === 1) return quoted(`${names[0]}${text}`);
  return `${quoted(`(${names.join(' ')})`)}{${names.join(',')}}${quoted(text)}`;
}

function positional({ name, variadic, value }: CompletedArgument, i: number): string {
  return quoted(`${variadic ? '*' : i + 1}:${name}:${action(value)}`);
}

function action(value: Completed): string {
  switch (value.kind) {
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'other':
      return ' ';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
