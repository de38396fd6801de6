import { describe, expect, it } from '@jest/globals';
import { sharedObjective } from '../../src/evaluators/index.js';
import type { BlockObjective, OutcomeBlock } from '../../src/trial/index.js';

const trial = (number: number) => ({ number, params: {}, alphas: [number] });
const signal = new AbortController().signal;

/** Judges one block a trial when it is let go, and says which trials it has. */
function held(name: string, taken: string[]): { objective: BlockObjective; letGo: () => void } {
  let letGo = () => undefined as void;
  const objective: BlockObjective = {
    async *evaluate({ number }) {
      taken.push(`${name}${number}`);
      await new Promise<void>((resolve) => (letGo = resolve));
      yield { sample: 's', block: 0, outcomes: { clean: '1' } };
    },
  };
  return { objective, letGo: () => letGo() };
}

async function blocksOf(objective: BlockObjective, number: number, stop = signal): Promise<OutcomeBlock[]> {
  const blocks: OutcomeBlock[] = [];
  for await (const block of objective.evaluate(trial(number), { signal: stop })) blocks.push(block);
  return blocks;
}

const ticks = () => new Promise((done) => setImmediate(done));

describe('sharedObjective(objectives)', () => {
  it('gives each trial to a free one, and lets further ones wait their turn', async () => {
    const taken: string[] = [];
    const [a, b] = [held('a', taken), held('b', taken)];
    const shared = sharedObjective([a.objective, b.objective]);
    const judged = [0, 1, 2].map((number) => blocksOf(shared, number));
    await ticks();
    expect(taken).toEqual(['a0', 'b1']);
    b.letGo();
    await judged[1];
    await ticks();
    expect(taken).toEqual(['a0', 'b1', 'b2']);
    a.letGo();
    b.letGo();
    expect((await Promise.all(judged)).map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it('takes one back that throws, and whose blocks nobody wants any more', async () => {
    const broken: BlockObjective = {
      async *evaluate() {
        await ticks();
        throw new Error('broken');
      },
    };
    const shared = sharedObjective([broken]);
    for (const number of [0, 1]) await expect(blocksOf(shared, number)).rejects.toThrow('broken');
    const two: BlockObjective = {
      async *evaluate() {
        for (const block of [0, 1])
          yield await Promise.resolve({ sample: 's', block, outcomes: { clean: '1' } });
      },
    };
    const again = sharedObjective([two]);
    for await (const { block } of again.evaluate(trial(0), { signal })) if (block === 0) break;
    expect(await blocksOf(again, 1)).toHaveLength(2);
  });

  it('does not begin a trial whose signal came while it waited', async () => {
    const taken: string[] = [];
    const a = held('a', taken);
    const shared = sharedObjective([a.objective]);
    const stop = new AbortController();
    const [first, second] = [blocksOf(shared, 0), blocksOf(shared, 1, stop.signal)];
    await ticks();
    stop.abort(new Error('Ctrl-C'));
    a.letGo();
    await expect(second).rejects.toThrow('Ctrl-C');
    expect(await first).toHaveLength(1);
    expect(taken).toEqual(['a0']);
  });

  it('needs one', () => {
    expect(() => sharedObjective([])).toThrow('sharedObjective: expected at least one objective, got none');
  });
});
