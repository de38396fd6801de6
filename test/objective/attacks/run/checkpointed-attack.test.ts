import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pgdL2 } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import { loadAttackCheckpoint } from '../../../../src/objective/attacks/run/attack-checkpoint.js';
import { checkpointedAttack } from '../../../../src/objective/attacks/run/checkpointed-attack.js';
import { runAttack, type AttackRun } from '../../../../src/objective/attacks/run/run-attack.js';
import { expectRejection } from '../../expect-error.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { affineModel, keyedNoise, ownLabels, randomAffine, uniformImages } from '../models.js';

const noisy = () => affineModel(randomAffine(3, 8, 5), keyedNoise(0.2));
const set = uniformImages(5, 8, 1);

async function basic(more: Partial<AttackRun> = {}): Promise<AttackRun> {
  const labels = await ownLabels(noisy(), set.images, set.ids);
  const attack = pgdL2({ l2Bound: 0.3, steps: 3 });
  return { attack, model: noisy(), ...set, labels, seed: 2, batchSize: 3, ...more };
}

const options = async (facts = 'model') => ({ file: join(await temporaryFolder(), 'a.checkpoint'), facts });

/** A run whose process dies at the snapshot of that number. */
async function killedAt(number: number): Promise<AttackRun> {
  let left = number;
  return basic({
    onSnapshot: () => {
      if ((left -= 1) === 0) throw new Error('killed');
    },
  });
}

describe('checkpointedAttack(run, options)', () => {
  it('gives what runAttack gives, and leaves its file', async () => {
    const where = await options();
    expect(await checkpointedAttack(await basic(), where)).toEqual(await runAttack(await basic()));
    expect((await readFile(where.file)).length).toBeGreaterThan(0);
  });
  it('goes on to the same bytes after being killed at any snapshot, however often it writes', async () => {
    const expected = await runAttack(await basic());
    for (const everyRounds of [1, 2, 100]) {
      for (let number = 1; number <= 12; number += 1) {
        const where = { ...(await options()), everyRounds };
        await expect(checkpointedAttack(await killedAt(number), where)).rejects.toThrow('killed');
        expect(await checkpointedAttack(await basic(), where)).toEqual(expected);
      }
    }
  });
  it('asks the model nothing again once all was written down', async () => {
    const where = await options();
    await checkpointedAttack(await basic(), where);
    const model = noisy();
    await checkpointedAttack(await basic({ model }), where);
    expect(model.draws).toEqual([]);
  });
  it('writes at the end of every batch, every so many rounds, and when its caller finds it due', async () => {
    const written = async (more: { everyRounds?: number; isDue?: () => boolean }): Promise<number[]> => {
      const where = { ...(await options()), ...more };
      let last = '';
      let number = 0;
      const changes: number[] = [];
      const onSnapshot = async (): Promise<void> => {
        const now = await readFile(where.file, 'latin1').catch(() => '');
        if (now !== last) changes.push(number);
        last = now;
        number += 1;
      };
      await checkpointedAttack(await basic({ onSnapshot }), where);
      return changes;
    };
    // snapshots: 0 clean; 1–4 rounds, 5 end of batch; 6–9 rounds, 10 end of batch; 11 verified
    expect(await written({ everyRounds: 100 })).toEqual([0, 5, 10, 11]);
    expect(await written({ everyRounds: 3 })).toEqual([0, 3, 5, 8, 10, 11]);
    expect(await written({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let asked = 0;
    const isDue = () => (asked += 1) === 2;
    expect(await written({ everyRounds: 100, isDue })).toEqual([0, 2, 5, 10, 11]);
  });
  it.each<[string, Partial<AttackRun>]>([
    ['another setting', { attack: pgdL2({ l2Bound: 0.3, steps: 4 }) }],
    ['another seed', { seed: 3 }],
    ['another batch size', { batchSize: 2 }],
    ['other images', { images: uniformImages(5, 8, 2).images }],
    ['other labels', { labels: new Int32Array(5) }],
    ['other ids', { ids: ['a', 'b', 'c', 'd', 'e'] }],
    ['more draws', { verification: { draws: 2, share: 0.5 } }],
    ['a victim', { victim: noisy() }],
    ['other gradients', { model: { ...noisy(), gradients: { kind: 'bpda', surrogate: 'identity' } } }],
  ])('refuses to go on with %s, and overwrites nothing', async (_, more) => {
    const where = await options();
    await checkpointedAttack(await basic(), where);
    const before = await readFile(where.file);
    await expectRejection(checkpointedAttack(await basic(more), where), {
      code: 'E_CONFIG_CHANGED',
      message:
        /^a\.checkpoint: expected a checkpoint of this attack \(… .* …\), got one of another \(… .* …\)$/,
    });
    expect(await readFile(where.file)).toEqual(before);
  });
  it('refuses to go on with other facts of the caller', async () => {
    const where = await options('model A');
    await checkpointedAttack(await basic(), where);
    await expectRejection(checkpointedAttack(await basic(), { ...where, facts: 'model B' }), {
      code: 'E_CONFIG_CHANGED',
      message: /model A/,
    });
    await expectRejection(loadAttackCheckpoint(where.file, 'model A'), {
      code: 'E_CONFIG_CHANGED',
      message: /^a\.checkpoint/,
    });
  });
});
