/** Registers `bo-search completion`. */
import { Argument } from 'commander';
import type { Shell } from '../commands/completion.js';
import { type JsonFlag, jsonOption } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

const INSTALL = `
To have it in every new shell, where bo-search is installed globally or on PATH:
  bash  bo-search completion bash > ~/.local/share/bash-completion/completions/bo-search
  zsh   bo-search completion zsh > "\${fpath[1]}/_bo-search"
  fish  bo-search completion fish > ~/.config/fish/completions/bo-search.fish`;

export const addCompletion: Registration = (program, answer) => {
  addCommand(program, 'completion', 'look')
    .addArgument(new Argument('<shell>', 'for which shell').choices(['bash', 'zsh', 'fish']))
    .addOption(jsonOption())
    .summary('print a script that completes commands in a shell')
    .description('Prints a script with which a shell completes commands, options, their choices, and files.')
    .addHelpText('after', INSTALL)
    .addHelpText('after', examples('completion bash', 'completion fish > bo-search.fish'))
    .action((shell: Shell, flags: JsonFlag) =>
      answer(
        async () => (await import('../commands/completion.js')).completion(shell, program, flags),
        flags.json,
      ),
    );
};
