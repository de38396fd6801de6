/** Registers `bo-search schedule`. */
import { Argument } from 'commander';
import { MAX_LATENTS } from '../../schedules/index.js';
import type { ScheduleFlags, ScheduleKind } from '../commands/schedule.js';
import {
  choice,
  jsonOption,
  numberBetween,
  numberList,
  place,
  positiveShare,
  schedulesFormatOption,
  wholeNumber,
  words,
} from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

const KINDS = ['linear', 'cosine', 'step', 'constant', 'reversed', 'preset', 'custom'];
const BASELINES = ['linear', 'cosine'];
const TASKS = ['celeba-hq-gender', 'celeba-64-identities', 'stanford-cars'];

export const addSchedule: Registration = (program, answer) => {
  addCommand(program, 'schedule', 'schedules')
    .addArgument(new Argument('<kind>', 'how the α come about').choices(KINDS))
    .option(
      '--latents <n>',
      `number of latents, 1 to ${MAX_LATENTS} (all kinds but preset)`,
      wholeNumber(1, MAX_LATENTS),
    )
    .option('--from <latent>', 'step: first latent that is re-sampled, counted from 0', wholeNumber(0))
    .option('--value <alpha>', 'constant: the α of every latent', numberBetween(0, 1))
    .addOption(choice('--of <kind>', 'reversed: 1 − α of this schedule (default: linear)', BASELINES))
    .addOption(choice('--task <name>', 'preset: the task of the paper it was learned for', TASKS))
    .option(
      '--alphas <list>',
      'custom: the α themselves, for example 0.1,0.2,1 or "0.1 0.2 1"',
      numberList(0, 1),
    )
    .option(
      '--attenuation <a>',
      'factor between α and what a model mixes with, above 0 and at most 1',
      positiveShare,
    )
    .option('--model-name <name>', 'model it is for (default: unknown, or the model of the task)', words)
    .addOption(schedulesFormatOption())
    .option(
      '-o, --output <file>',
      'write there instead of standard output; only schedules are replaced',
      place,
    )
    .addOption(jsonOption('say what was written as one JSON object; without --output, the schedules are it'))
    .summary('make a schedule by formula, from the paper, or from numbers')
    .description(
      'Makes a schedules file with one schedule: α_i = (i + 1)/N (linear), ½(1 − cos(π(i + 1)/N)) (cosine), 0 before a ' +
        'latent and 1 from it on (step), one value (constant), 1 − another schedule (reversed), what the paper learned ' +
        '(preset), or given numbers (custom).',
    )
    .addHelpText(
      'after',
      examples(
        'schedule cosine --latents 18',
        'schedule step --latents 12 --from 4 --attenuation 0.7 --output step.json',
        'schedule preset --task stanford-cars --format yaml',
        'schedule custom --alphas 0.1,0.2,1 --model-name mine --format npy --output mine.npy',
      ),
    )
    .action((kind: ScheduleKind, flags: ScheduleFlags) =>
      answer(async () => (await import('../commands/schedule.js')).schedule(kind, flags), flags.json),
    );
};
