/** From the options of `tell` to what a study is told: an outcome, or blocks of per-image results. */
import process from 'node:process';
import { BoSearchError } from '../errors.js';
import type { ImageOutcomes, Outcome, OutcomeBlock } from '../index.js';

export interface ToldFlags {
  readonly value?: number;
  readonly variance?: number;
  readonly successes?: number;
  readonly trials?: number;
  readonly failed?: string;
  /** JSON, or `-` for standard input. */
  readonly outcome?: string;
  readonly clean?: string;
  readonly robust?: string;
  readonly sample?: string;
}

/** What is told of a trial; whether it is right is the study's to say. */
export type Told =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'blocks'; readonly blocks: readonly OutcomeBlock[] };

/** Ways to tell, each with the options that belong to it; those in `needs` must all be there. */
const WAYS = {
  value: { options: ['value', 'variance'], needs: ['value'] },
  counts: { options: ['successes', 'trials'], needs: ['successes', 'trials'] },
  failed: { options: ['failed'], needs: ['failed'] },
  outcome: { options: ['outcome'], needs: ['outcome'] },
  blocks: { options: ['clean', 'robust', 'sample'], needs: ['sample'] },
} as const;

type Way = keyof typeof WAYS;

const EXPECTED =
  'exactly one of --value, --successes with --trials, --failed, --outcome, or --sample with --clean and --robust';

/**
 * What the options say.
 * @throws BoSearchError `E_ARGUMENT` unless they tell in exactly one way; `E_OUTCOME` if `--outcome` is no JSON.
 */
export async function toldOutcome(flags: ToldFlags): Promise<Told> {
  switch (wayOf(flags)) {
    case 'value': {
      const { value = NaN, variance } = flags;
      return outcome({ value, ...(variance === undefined ? {} : { variance }) });
    }
    case 'counts': {
      const { successes = NaN, trials = NaN } = flags;
      return outcome({ successes, trials });
    }
    case 'failed':
      return outcome({ failed: flags.failed ?? '' });
    case 'outcome':
      return fromJson(flags.outcome === '-' ? await standardInput() : (flags.outcome ?? ''));
    case 'blocks':
      return { kind: 'blocks', blocks: [blockOf(flags)] };
  }
}

function wayOf(flags: ToldFlags): Way {
  const ways = (Object.keys(WAYS) as Way[]).filter((way) => given(flags, WAYS[way].options).length > 0);
  const [way] = ways;
  if (way === undefined || ways.length > 1) {
    const all = ways.flatMap((each) => given(flags, WAYS[each].options));
    const got = all.length === 0 ? 'none' : all.map((name) => `--${name}`).join(', ');
    throw new BoSearchError('E_ARGUMENT', `tell: expected ${EXPECTED}, got ${got}`);
  }
  const { needs, options } = WAYS[way];
  const missing = needs.filter((name) => flags[name] === undefined);
  if (missing.length > 0) {
    const got = given(flags, options).map((name) => `--${name}`);
    throw new BoSearchError(
      'E_ARGUMENT',
      `tell: expected --${missing.join(' and --')} beside ${got.join(' and ')}, got none`,
    );
  }
  return way;
}

function given(flags: ToldFlags, names: readonly (keyof ToldFlags)[]): (keyof ToldFlags)[] {
  return names.filter((name) => flags[name] !== undefined);
}

function blockOf({ clean, robust, sample = '' }: ToldFlags): OutcomeBlock {
  const outcomes: ImageOutcomes = {
    ...(clean === undefined ? {} : { clean }),
    ...(robust === undefined ? {} : { robust }),
  };
  return { sample, block: 0, outcomes };
}

function fromJson(text: string): Told {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new BoSearchError('E_OUTCOME', `tell --outcome: expected JSON, got ${(error as Error).message}`, {
      hint: 'JSON has no NaN: write {"failed":"value is NaN"} for it, or use --value NaN',
    });
  }
  if (Array.isArray(json)) {
    if (json.length === 0) throw new BoSearchError('E_OUTCOME', 'tell --outcome: expected blocks, got none');
    return { kind: 'blocks', blocks: json as readonly OutcomeBlock[] };
  }
  return outcome(json as Outcome);
}

function outcome(told: Outcome): Told {
  return { kind: 'outcome', outcome: told };
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
