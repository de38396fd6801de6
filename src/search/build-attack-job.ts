/** The steps of attacking the images of a split. */
import { join } from 'node:path';
import { BoSearchError } from '../errors.js';
import type { AttackOutcome, BuildAttackOptions, FinishedAttack } from './attack-outcome.js';
import { attackPlan } from './config/attack-plan.js';
import { configPlace } from './config/config-place.js';
import type { SearchConfig } from './config/search-config.js';
import type { AttackedEvent, SearchEvent } from './events.js';
import { assertNothingForeign, inOwnFolder } from './in-own-folder.js';
import { isAborted, openedEvent } from './job-events.js';
import type { Judge } from './judge.js';
import { openJudge } from './open-judge.js';
import { searchFacts } from './search-facts.js';

/** See `buildAttack`. */
export async function buildAttackJob(
  config: SearchConfig,
  options: BuildAttackOptions,
): Promise<AttackOutcome> {
  const { out, signal, onEvent } = options;
  if (attackPlan(config).against === 'each') {
    throw new BoSearchError(
      'E_CONFIG',
      `${configPlace(options.configFile, ['attack', 'against'])}: expected classifier or defence to make attacked images, got "each"`,
      { hint: 'with each there are none to make: every α is attacked when it is judged' },
    );
  }
  try {
    const judge = await openJudge(config, options);
    try {
      onEvent?.(openedEvent(config, judge));
      const facts = searchFacts(config, judge);
      assertNothingForeign(out, facts);
      await judge.assertEnoughImages();
      signal?.throwIfAborted();
      const attack = () => attackWith(config, judge, options);
      // an evaluator keeps its images itself
      return await (config.evaluator === undefined ? inOwnFolder(out, facts, attack) : attack());
    } finally {
      await judge.close();
    }
  } catch (error) {
    if (!isAborted(error, signal)) throw error;
    return { kind: 'interrupted', out };
  }
}

async function attackWith(
  { evaluator }: SearchConfig,
  judge: Judge,
  options: BuildAttackOptions,
): Promise<FinishedAttack> {
  const { out, split = 'search', onEvent } = options;
  const attacked: AttackedEvent[] = [];
  const listen = (event: SearchEvent): void => {
    if (event.kind === 'attacked') attacked.push(event);
    onEvent?.(event);
  };
  const sample = await judge.sample(split, { ...options, onEvent: listen });
  sample.dispose();
  const { name, images, attack } = sample;
  return {
    kind: 'finished',
    out,
    split,
    sample: name,
    kept: images,
    ...(attack === undefined ? {} : { summary: attack }),
    ...(evaluator === undefined ? { folder: join(out, 'attacked', split) } : {}),
    reused: attacked.some(({ reused }) => reused),
  };
}
