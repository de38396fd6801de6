/** Registers `bo-search expire`. */
import type { ExpireFlags } from '../commands/expire.js';
import { jsonOption, waitOption, wholeNumber } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addExpire: Registration = (program, answer) => {
  const trialNumber = wholeNumber(0);
  addCommand(program, 'expire', 'askTell')
    .argument('<folder>', 'folder of the study')
    .argument(
      '[trials...]',
      'numbers of the trials; without them, all that ask handed out and nobody told',
      (text: string, before: readonly number[] | undefined) => [...(before ?? []), trialNumber(text)],
    )
    .addOption(waitOption())
    .addOption(jsonOption())
    .summary('end trials that nobody will tell')
    .description(
      'Ends trials of ask that nobody will tell, as failed with the reason "expired", and prints their numbers. Until ' +
        'then they stay pending, and other points keep away from them.',
    )
    .addHelpText('after', examples('expire runs/mine 3 5', 'expire runs/mine'))
    .action((folder: string, trials: readonly number[] | undefined, flags: ExpireFlags) =>
      answer(
        async () => (await import('../commands/expire.js')).expire(folder, trials ?? [], flags),
        flags.json,
      ),
    );
};
