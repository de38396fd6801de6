/** Registers `bo-search baselines`. */
import type { BaselinesFlags } from '../commands/baselines.js';
import { backendOption, jsonOption, place, wholeNumber } from './option-values.js';
import { addCommand, examples, requireOut, type Registration } from './registration.js';

export const addBaselines: Registration = (program, answer) => {
  requireOut(
    addCommand(program, 'baselines', 'search').argument('<config>', 'configuration, for example search.yaml'),
    'folder for the results; interrupted scoring in it goes on',
  )
    .option('--images <n>', 'another number of held-out images than the configuration has', wholeNumber(1))
    .option('--schedules <file>', 'schedules to score beside them: a file, or the folder of a run', place)
    .addOption(backendOption())
    .option('--workers <n>', 'threads that share the images', wholeNumber(1))
    .addOption(jsonOption('one JSON object on standard output at the end; progress stays on standard error'))
    .summary('score linear, cosine, steps and constants without a search')
    .description(
      'Scores on the held-out images what needs no search: linear, cosine, the best step (chosen on the search images), ' +
        "constants, the reversed ones, and the paper's presets that have as many latents. Leaves baselines.json and " +
        'baseline-schedules.json in the folder; a search there with the same configuration takes its scores over.',
    )
    .addHelpText(
      'after',
      examples(
        'baselines search.yaml --out runs/first',
        'baselines search.yaml --out runs/quick --images 200 --backend webgpu',
        'baselines search.yaml --out runs/compare --schedules runs/first/schedules.json --json > scores.json',
      ),
    )
    .action((config: string, flags: BaselinesFlags) =>
      answer(async () => (await import('../commands/baselines.js')).baselines(config, flags), flags.json),
    );
};
