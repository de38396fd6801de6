/** Registers `bo-search explain`. */
import type { ExplainFlags } from '../commands/explain.js';
import { jsonOption, wholeNumber } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

/** Rows of a table or list that are read, not scrolled. */
const TOP = 8;

export const addExplain: Registration = (program, answer) => {
  addCommand(program, 'explain', 'look')
    .argument('<path>', 'folder of a study or run, or its study.jsonl')
    .option('--trial <n>', 'explain this trial: where it came from, and what was known then', wholeNumber(0))
    .option('--top <k>', 'list at most so many parameters, and trials', wholeNumber(0), TOP)
    .addOption(jsonOption())
    .summary('say what the model of a study knows, and why a trial was tried')
    .description(
      'Says how the model is made and how well it predicts what it did not see, what each parameter does (with its ' +
        'uncertainty), and whether another evaluation is likely to pay. With --trial: where that trial came from, what was ' +
        'predicted of it, what was best then and how it came out; made again from the journal before it. Takes no lock, ' +
        'writes nothing.',
    )
    .addHelpText(
      'after',
      examples('explain runs/first', 'explain runs/first --trial 17', 'explain runs/first --json --top 24'),
    )
    .action((path: string, flags: ExplainFlags) =>
      answer(async () => (await import('../commands/explain.js')).explain(path, flags), flags.json),
    );
};
