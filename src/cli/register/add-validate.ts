/** Registers `bo-search validate`. */
import { type JsonFlag, jsonOption } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addValidate: Registration = (program, answer) => {
  addCommand(program, 'validate', 'look')
    .argument(
      '<path>',
      'search.yaml, schedules (JSON, YAML, CSV, .npy), results.json, baselines.json, study.jsonl, or folder of a model, images, attacked images or a run',
    )
    .addOption(jsonOption())
    .summary('say what a file is and whether it is right')
    .description(
      'Says what a file is, by its content, and whether it is right; if not, where and why: exit code 2, or 3 for a damaged journal.',
    )
    .addHelpText(
      'after',
      examples(
        'validate search.yaml',
        'validate runs/first/schedules.json',
        'validate runs/first/results.json',
        'validate alphas.csv',
      ),
    )
    .action((path: string, flags: JsonFlag) =>
      answer(async () => (await import('../commands/validate.js')).validate(path, flags), flags.json),
    );
};
