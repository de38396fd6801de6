/** Registers `bo-search tell`. */
import type { TellFlags } from '../commands/tell.js';
import { jsonOption, numberBetween, printedNumber, waitOption, wholeNumber, words } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addTell: Registration = (program, answer) => {
  addCommand(program, 'tell', 'askTell')
    .argument('<folder>', 'folder of the study')
    .argument('<trial>', 'number of the trial, as ask printed it', wholeNumber(0))
    .option('--value <x>', 'its value; nan and inf end the trial as failed', printedNumber)
    .option('--variance <v>', 'variance of the noise in --value', numberBetween(0, Infinity))
    .option('--successes <k>', 'so many of --trials independent yes/no draws were a yes', wholeNumber(0))
    .option('--trials <m>', 'number of draws', wholeNumber(1))
    .option('--failed <reason>', 'it has no value, and why', words)
    .option(
      '--outcome <json>',
      'an outcome, or a list of blocks, as the library takes them; - for standard input',
    )
    .option('--clean <bits>', 'results on the clean images, one character an image: 1 right, 0 wrong')
    .option('--robust <bits>', 'results on the attacked images')
    .option('--sample <name>', 'names the images and noise of --clean and --robust', words)
    .addOption(waitOption())
    .addOption(jsonOption())
    .summary('say what came of a trial')
    .description(
      'Ends a trial with its outcome, told in exactly one way. A trial ends once. Results on ' +
        'one --sample (the same images and noise) are compared as they stand; --successes of --trials are draws of their own.',
    )
    .addHelpText(
      'after',
      examples(
        'tell runs/mine 3 --value 0.842 --variance 1e-4',
        'tell runs/mine 4 --successes 431 --trials 512',
        "tell runs/mine 5 --failed 'out of memory'",
        'tell runs/mine 6 --clean 0111 --robust 0101 --sample images-a',
        'tell runs/mine 7 --outcome - < outcome.json',
      ),
    )
    .action((folder: string, trial: number, flags: TellFlags) =>
      answer(async () => (await import('../commands/tell.js')).tell(folder, trial, flags), flags.json),
    );
};
