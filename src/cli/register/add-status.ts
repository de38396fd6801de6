/** Registers `bo-search status`. */
import { type JsonFlag, jsonOption } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addStatus: Registration = (program, answer) => {
  addCommand(program, 'status', 'look')
    .argument('<folder>', 'folder of a run, or its study.jsonl')
    .addOption(jsonOption())
    .summary('say how far a run is, without disturbing it')
    .description(
      'Says how far a run is: evaluations, best so far, what runs. Takes no lock: a run may be at work.',
    )
    .addHelpText('after', examples('status runs/first'))
    .action((folder: string, flags: JsonFlag) =>
      answer(async () => (await import('../commands/status.js')).status(folder, flags), flags.json),
    );
};
