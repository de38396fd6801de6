/** Registers `bo-search replay`. */
import type { ReplayFlags } from '../commands/replay.js';
import { jsonOption, wholeNumber } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addReplay: Registration = (program, answer) => {
  addCommand(program, 'replay', 'look')
    .argument('<path>', 'folder of a study or run, or its study.jsonl')
    .option(
      '--from <trial>',
      'first trial to make again; those before it are taken as they are',
      wholeNumber(0),
      0,
    )
    .addOption(jsonOption())
    .summary('prove a journal: make every suggestion again and compare')
    .description(
      'Makes every suggestion and decision of a journal again, from the records before it, and compares points, ' +
        'origins, fits and decisions bit for bit. Exit code 3 at the first difference. Takes no lock, writes nothing. ' +
        'A journal replays on the Node version and release of bo-search that wrote it.',
    )
    .addHelpText('after', examples('replay runs/first', 'replay runs/first/study.jsonl --from 90 --json'))
    .action((path: string, flags: ReplayFlags) =>
      answer(async () => (await import('../commands/replay.js')).replay(path, flags), flags.json),
    );
};
