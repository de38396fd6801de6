import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  attackCheckpointToBytes,
  loadAttackCheckpoint,
  removeAttackCheckpoint,
  saveAttackCheckpoint,
} from '../../../../src/objective/attacks/run/attack-checkpoint.js';
import type { AttackSnapshot } from '../../../../src/objective/attacks/run/attack-snapshot.js';
import { expectRejection } from '../../expect-error.js';
import { temporaryFolder } from '../../temporary-folder.js';

const snapshot = (): AttackSnapshot => ({
  clean: Float64Array.of(0, 0.25, 1),
  attacked: 1,
  machine: { loss: Float64Array.of(-Infinity, NaN), round: 3, best: null },
  proposals: [[Float32Array.of(0.5, 1)], [], []],
  verification: { next: 1, images: [{ shares: { float32: 0.5, eightBit: 1 }, nonFinite: false }] },
  tallies: [{ queries: 4, gradients: 3, zeroGradients: 0, nonFinite: 1 }],
});

const file = async (): Promise<string> => join(await temporaryFolder(), 'pgd.checkpoint');

describe('a checkpoint file', () => {
  it('gives the snapshot back', async () => {
    const path = await file();
    await saveAttackCheckpoint(path, snapshot(), 'facts');
    expect(await loadAttackCheckpoint(path, 'facts')).toEqual(snapshot());
  });
  it('replaces the one before', async () => {
    const path = await file();
    await saveAttackCheckpoint(path, snapshot(), 'facts');
    await saveAttackCheckpoint(path, { ...snapshot(), attacked: 2 }, 'facts');
    expect((await loadAttackCheckpoint(path, 'facts'))?.attacked).toBe(2);
  });
  it('may be absent, and taken away twice', async () => {
    const path = await file();
    expect(await loadAttackCheckpoint(path, 'facts')).toBeUndefined();
    await saveAttackCheckpoint(path, snapshot(), 'facts');
    await removeAttackCheckpoint(path);
    await removeAttackCheckpoint(path);
    expect(await loadAttackCheckpoint(path, 'facts')).toBeUndefined();
  });
  it('holds the same bytes for the same snapshot', () => {
    expect(attackCheckpointToBytes(snapshot(), 'f')).toEqual(attackCheckpointToBytes(snapshot(), 'f'));
  });
});

describe('loadAttackCheckpoint(file, facts): wrong files', () => {
  const refused = async (
    bytes: Uint8Array | string,
    expected: { code: string; message: string | RegExp },
  ) => {
    const path = await file();
    await writeFile(path, bytes);
    await expectRejection(loadAttackCheckpoint(path, 'facts'), expected);
    expect(await readFile(path)).toEqual(Buffer.from(bytes));
  };

  it('refuses one of other facts, showing where they differ, and leaves it there', async () => {
    const message =
      'pgd.checkpoint: expected a checkpoint of this attack (… "facts" …), got one of another (… "fact" …)';
    await refused(attackCheckpointToBytes(snapshot(), 'fact'), { code: 'E_CONFIG_CHANGED', message });
  });
  it('refuses one with any byte of the body changed', async () => {
    const bytes = attackCheckpointToBytes(snapshot(), 'facts');
    for (const from of [1, 60, 200]) {
      const wrong = Uint8Array.from(bytes);
      wrong[wrong.length - from] ^= 1;
      const message = /^pgd\.checkpoint: expected \d+ bytes with SHA-256 [0-9a-f]{64}, got others$/;
      await refused(wrong, { code: 'E_STORAGE', message });
    }
  });
  it('refuses one that ends too early', async () => {
    const bytes = attackCheckpointToBytes(snapshot(), 'facts');
    const message = /^pgd\.checkpoint: expected (\d+) bytes with SHA-256 [0-9a-f]{64}, got (?!\1)\d+$/;
    await refused(bytes.subarray(0, bytes.length - 1), { code: 'E_STORAGE', message });
  });
  it.each(['', '\n', 'a picture\n', '{"format":"other"}\n', '[]\n'])('refuses %p', async (text) => {
    const message =
      'pgd.checkpoint: expected a first line of JSON with format "bo-search/attack-checkpoint", got something else';
    await refused(text, { code: 'E_STORAGE', message });
  });
  it('refuses one of a later version', async () => {
    const text = Buffer.from(attackCheckpointToBytes(snapshot(), 'facts')).toString('latin1');
    await refused(text.replace('"version":1', '"version":2'), {
      code: 'E_STORAGE',
      message: 'pgd.checkpoint: expected version 1, got 2',
    });
  });
  it('refuses what is no file', async () => {
    const folder = await temporaryFolder();
    await expectRejection(loadAttackCheckpoint(folder, 'facts'), {
      code: 'E_STORAGE',
      message: /^bo-search-.*: expected a readable file at .*, got EISDIR/,
    });
  });
});
