/** Registers `bo-search mix`. */
import type { MixFlags } from '../commands/mix.js';
import { backendOption, jsonOption, place, wholeNumber } from './option-values.js';
import { addCommand, examples, requireOut, type Registration } from './registration.js';

/** Images along a side of a picture that can still be looked at. */
const MOST_ALONG = 64;

export const addMix: Registration = (program, answer) => {
  requireOut(
    addCommand(program, 'mix', 'look')
      .argument('<source>', 'folder of a run, its study.jsonl, or a schedules file')
      .option('--config <file>', 'configuration that names model, task and images (required)', place),
    'folder for the results and pictures',
  )
    .option('--rows <n>', 'rows of the pictures, one an image A', wholeNumber(1, MOST_ALONG), 6)
    .option('--columns <n>', 'columns, one an image B', wholeNumber(1, MOST_ALONG), 6)
    .option('--pairs <n>', 'pairs of held-out images of different classes to count', wholeNumber(1), 800)
    .option('--subsets <n>', 'most random subsets of latents to compare with', wholeNumber(1), 20)
    .addOption(backendOption())
    .addOption(jsonOption('one JSON object on standard output at the end; progress stays on standard error'))
    .hook('preAction', (command) => {
      if (command.getOptionValue('config') !== undefined) return;
      command.error("error: required option '--config <file>' not specified", {
        code: 'commander.missingMandatoryOptionValue',
      });
    })
    .summary('mix class codes of one image with detail codes of another')
    .description(
      'Reads off a learned α which latents hold the class (kept, and costly to re-sample by the model of the study; of a ' +
        'bare schedules file, kept), and swaps them between held-out images. Counts over many pairs of different classes ' +
        'how often the classifier follows the image that gave the class codes, against random latents in equal number. ' +
        'Leaves mix.json, mix.png (B along the top, A down the left) and mix-re-encoded.png.',
    )
    .addHelpText(
      'after',
      examples(
        'mix runs/first --config search.yaml --out mix',
        'mix schedules.json --config search.yaml --out mix --rows 4 --columns 8 --pairs 2000 --json',
      ),
    )
    .action((source: string, flags: MixFlags) =>
      answer(async () => (await import('../commands/mix.js')).mix(source, flags), flags.json),
    );
};
