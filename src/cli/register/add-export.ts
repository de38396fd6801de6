/** Registers `bo-search export`. */
import type { ExportFlags } from '../commands/export.js';
import { jsonOption, place } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addExport: Registration = (program, answer) => {
  addCommand(program, 'export', 'schedules')
    .argument('<source>', 'folder of a run, or a schedules file')
    .option(
      '-o, --output <file>',
      'write there instead of standard output; only schedules are replaced',
      place,
    )
    .option('--only <kind>', 'only schedules of this kind, for example learned')
    .addOption(jsonOption('say what was written as one JSON object; without --output, the schedules are it'))
    .summary('write the schedules of a run as JSON')
    .description(
      'Writes the schedules of a run in the format of schemas/schedules.schema.json; of a run that is not finished, ' +
        'the best α so far.',
    )
    .addHelpText(
      'after',
      examples('export runs/first --output schedules.json', 'export runs/first --only learned'),
    )
    .action((source: string, flags: ExportFlags) =>
      answer(async () => (await import('../commands/export.js')).exportSchedules(source, flags), flags.json),
    );
};
