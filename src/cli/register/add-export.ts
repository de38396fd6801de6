/** Registers `bo-search export`. */
import type { ExportFlags } from '../commands/export.js';
import { jsonOption, place, schedulesFormatOption } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addExport: Registration = (program, answer) => {
  addCommand(program, 'export', 'schedules')
    .argument('<source>', 'folder of a run, or a schedules file (JSON, YAML, CSV, .npy)')
    .option(
      '-o, --output <file>',
      'write there instead of standard output; only schedules are replaced',
      place,
    )
    .option('--only <kind>', 'only schedules of this kind, for example learned')
    .addOption(schedulesFormatOption())
    .addOption(jsonOption('say what was written as one JSON object; without --output, the schedules are it'))
    .summary('write the schedules of a run, or a file of them, in any form')
    .description(
      'Writes the schedules of a run in the format of schemas/schedules.schema.json, or in another form; of a run that ' +
        'is not finished, the best α so far. --format npy writes three files beside one another.',
    )
    .addHelpText(
      'after',
      examples(
        'export runs/first --output schedules.json',
        'export runs/first --only learned',
        'export runs/first --format yaml --output alphas.yaml',
        'export alphas.yaml --output schedules.json',
      ),
    )
    .action((source: string, flags: ExportFlags) =>
      answer(async () => (await import('../commands/export.js')).exportSchedules(source, flags), flags.json),
    );
};
