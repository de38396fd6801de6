/** The completion script for Bash, from 3.2 on; needs nothing but Bash. */
import type { Completed, CompletedCommand } from './completed-commands.js';

/**
 * The script.
 * @param global - options that stand before a command.
 */
export function bashCompletion(commands: readonly CompletedCommand[], global: readonly string[]): string {
  return `# Bash completion for bo-search
_bo_search_words() { local IFS=$' \\t\\n'; COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_bo_search_files() { local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); }
_bo_search_folders() { local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); }
_bo_search() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" place=0 takes=0 i
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _bo_search_words "${[...commands.map(({ name }) => name), ...global].join(' ')}"
    return
  fi
  case "$command:\${COMP_WORDS[COMP_CWORD-1]}" in
${optionValues(commands)}
  esac
  case "$command:$cur" in
${commands.map(optionNames).join('\n')}
  esac
  for ((i = 2; i < COMP_CWORD; i++)); do
    if [ "$takes" -eq 1 ]; then takes=0; continue; fi
    case "$command:\${COMP_WORDS[i]}" in
      ${valued(commands).join('|')}) takes=1 ;;
      *:-?*) ;;
      *) place=$((place + 1)) ;;
    esac
  done
  case "$command:$place" in
${commands.flatMap(places).join('\n')}
  esac
}
complete -F _bo_search bo-search
`;
}

function optionValues(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ name, options }) =>
      options.flatMap(({ names, value }) =>
        value === undefined ? [] : [`    ${patterns(name, names)}) ${action(value)}; return ;;`],
      ),
    )
    .join('\n');
}

function optionNames({ name, options }: CompletedCommand): string {
  const names = options.flatMap((option) => option.names);
  return `    ${name}:-*) _bo_search_words "${names.join(' ')}"; return ;;`;
}

function valued(commands: readonly CompletedCommand[]): string[] {
  return commands.flatMap(({ name, options }) =>
    options.flatMap(({ names, value }) => (value === undefined ? [] : [patterns(name, names)])),
  );
}

function places(command: CompletedCommand): string[] {
  return command.arguments.map(
    ({ value, variadic }, i) => `    ${command.name}:${variadic ? '*' : i}) ${action(value)} ;;`,
  );
}

function patterns(command: string, names: readonly string[]): string {
  return names.map((name) => `${command}:${name}`).join('|');
}

function action(value: Completed): string {
  switch (value.kind) {
    case 'words':
      return `_bo_search_words "${value.words.join(' ')}"`;
    case 'file':
      return '_bo_search_files';
    case 'folder':
      return '_bo_search_folders';
    case 'other':
      return ':';
  }
}
