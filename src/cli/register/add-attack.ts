/** Registers `bo-search attack`. */
import type { AttackFlags } from '../commands/attack.js';
import { backendOption, choice, jsonOption, wholeNumber } from './option-values.js';
import { addCommand, examples, requireOut, type Registration } from './registration.js';

export const addAttack: Registration = (program, answer) => {
  requireOut(
    addCommand(program, 'attack', 'search')
      .argument('<config>', 'configuration, for example search.yaml')
      .addOption(
        choice('--split <name>', 'whose images: those a search judges α on, or the held-out ones', [
          'search',
          'heldOut',
        ]).default('search'),
      ),
    'folder of the run; images attacked there before are found again',
  )
    .addOption(backendOption())
    .option('--workers <n>', 'threads that share the images', wholeNumber(1))
    .addOption(jsonOption('one JSON object on standard output at the end; progress stays on standard error'))
    .summary('attack the images of a configuration, without a search')
    .description(
      'Attacks the images of one split as the configuration says and keeps them in attacked/<split> of the folder, ' +
        'where a search or baselines with the same configuration find them.',
    )
    .addHelpText(
      'after',
      examples(
        'attack search.yaml --out runs/first',
        'attack search.yaml --split heldOut --out runs/first --json',
      ),
    )
    .action((config: string, flags: AttackFlags) =>
      answer(async () => (await import('../commands/attack.js')).attack(config, flags), flags.json),
    );
};
