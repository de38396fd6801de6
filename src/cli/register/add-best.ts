/** Registers `bo-search best`. */
import type { BestFlags } from '../commands/best.js';
import { jsonOption, pointFormatOption } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addBest: Registration = (program, answer) => {
  addCommand(program, 'best', 'askTell')
    .argument('<folder>', 'folder of a study or run, or its study.jsonl')
    .addOption(pointFormatOption())
    .addOption(jsonOption())
    .summary('print the point a study recommends')
    .description(
      'Prints number and values of the trial with the best posterior mean, which need not be the luckiest one; its ' +
        'mean with a 95 % interval, and the best observed, stand on standard error (or in the JSON). Takes no lock.',
    )
    .addHelpText(
      'after',
      examples('best runs/mine', 'best runs/mine --format shell', 'best runs/mine --json'),
    )
    .action((folder: string, flags: BestFlags) =>
      answer(async () => (await import('../commands/best.js')).best(folder, flags), flags.json),
    );
};
