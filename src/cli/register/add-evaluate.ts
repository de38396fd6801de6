/** Registers `bo-search evaluate`. */
import type { EvaluateFlags } from '../commands/evaluate.js';
import { backendOption, jsonOption, nameList, place, wholeNumber } from './option-values.js';
import { addCommand, examples, requireOut, type Registration } from './registration.js';

export const addEvaluate: Registration = (program, answer) => {
  requireOut(
    addCommand(program, 'evaluate', 'search')
      .argument('<source>', 'schedules to attack: a file, or the folder of a run')
      .option(
        '-c, --config <file>',
        'configuration with model, task, seed and the section evaluation',
        place,
        'search.yaml',
      ),
    'folder for the results, of its own; an interrupted evaluation in it goes on',
  )
    .option('--images <n>', 'another number of held-out images than the configuration has', wholeNumber(1))
    .option(
      '--attacks <names>',
      'only these attacks, with commas between them: pgd-l2, deepfool, …, or labels of the configuration',
      nameList,
    )
    .option(
      '--defences <names>',
      'only these, with commas: schedules of the source by name, file (all of them), linear, "constant 0.5", none, noise, blur',
      nameList,
    )
    .addOption(backendOption())
    .option('--workers <n>', 'threads that share the images', wholeNumber(1))
    .addOption(jsonOption('one JSON object on standard output at the end; progress stays on standard error'))
    .summary('attack schedules adaptively, and check the attacks')
    .description(
      'Attacks schedules and, beside them, no defence, noise only and blur only, on held-out images: through all of the ' +
        'defence, with every success judged again on the stored image under fresh noise, and checks that show where ' +
        'the attacks were too weak. Without a section evaluation: PGD at three bounds and DeepFool. Leaves results.json, tables and ' +
        'curves in the folder; what is there already is not attacked again.',
    )
    .addHelpText(
      'after',
      examples(
        'evaluate runs/first --config search.yaml --out runs/evaluation',
        'evaluate runs/first --out runs/quick --images 20 --attacks pgd-l2 --defences learned,none',
        'evaluate schedules.json --out runs/other --defences "file,constant 0" --json > evaluation.json',
      ),
    )
    .action((source: string, flags: EvaluateFlags) =>
      answer(async () => (await import('../commands/evaluate.js')).evaluate(source, flags), flags.json),
    );
};
