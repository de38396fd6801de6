/** `bo-search completion`: a script with which a shell completes commands, options and their values. */
import process from 'node:process';
import type { Command } from 'commander';
import { bashCompletion } from '../completion/bash-completion.js';
import { completedCommands, optionsOf } from '../completion/completed-commands.js';
import { fishCompletion } from '../completion/fish-completion.js';
import { zshCompletion } from '../completion/zsh-completion.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { print } from '../terminal.js';

export type Shell = 'bash' | 'zsh' | 'fish';

/** Prints the script of a shell for a program as it is registered. */
export function completion(
  shell: Shell,
  program: Command,
  flags: { readonly json?: boolean } = {},
): ExitCode {
  const script = completionScript(shell, program);
  if (flags.json === true) print(JSON.stringify({ kind: 'completion', shell, script }));
  else process.stdout.write(script);
  return EXIT.done;
}

/** The script of a shell. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = completedCommands(program);
  const global = optionsOf(program);
  switch (shell) {
    case 'bash':
      return bashCompletion(
        commands,
        global.flatMap(({ names }) => names),
      );
    case 'zsh':
      return zshCompletion(commands, global);
    case 'fish':
      return fishCompletion(commands, global);
  }
}
