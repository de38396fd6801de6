/** Registers `bo-search run`. */
import type { RunFlags } from '../commands/run.js';
import { backendOption, jsonOption, wholeNumber } from './option-values.js';
import { addCommand, examples, requireOut, type Registration } from './registration.js';

export const addRun: Registration = (program, answer) => {
  requireOut(
    addCommand(program, 'run', 'search').argument('<config>', 'configuration, for example search.yaml'),
    'folder of the run; an interrupted run in it goes on',
  )
    .option('--seed <n>', 'another seed than the configuration has', wholeNumber(0))
    .option(
      '--evaluations <n>',
      'another number of evaluations, for example to go on with a finished run',
      wholeNumber(1),
    )
    .addOption(backendOption())
    .option('--workers <n>', 'threads that share the images', wholeNumber(1))
    .option('--reference', "the paper's search: its five points, plain EI, attacked images only")
    .option('--racing', 'judge few images at first and stop what loses: a fifth of the purifications')
    .option('--no-racing', 'judge every α on all images, whatever the configuration says')
    .option(
      '--concurrency <n>',
      'α under way at once, each in an evaluator process of its own',
      wholeNumber(1),
    )
    .addOption(jsonOption('one JSON object on standard output at the end; progress stays on standard error'))
    .summary('search α for a model, or go on with a search')
    .description(
      'Searches α for a model and compares what it learned with simple schedules on held-out images. ' +
        'Leaves study.jsonl, schedules.json, results.json and alphas.svg in the folder; what is there already is not done again.',
    )
    .addHelpText(
      'after',
      examples(
        'run search.yaml --out runs/first',
        'run search.yaml --out runs/first --evaluations 150    # 50 more',
        'run search.yaml --out runs/gpu --backend webgpu',
        'run search.yaml --out runs/race --racing',
        'run search.yaml --out runs/seed-2 --seed 2 --json > result.json',
      ),
    )
    .action((config: string, flags: RunFlags) =>
      answer(async () => (await import('../commands/run.js')).run(config, flags), flags.json),
    );
};
