import { describe, expect, it } from '@jest/globals';
import { createAttack } from '../../../src/objective/attacks/attack-registry.js';
import { PAPER_TASKS, paperAttacks } from '../../../src/objective/attacks/paper-attacks.js';

describe('paperAttacks(task)', () => {
  it.each([
    // bound, n, η, iterations, c, κ, learning rate, window, start, noise
    ['celeba-hq-gender', 4, 2, 0.01, 1024, 64, 0.01, 1e-3, 32, 8, 1],
    ['celeba-64-identities', 2, 8, 0.02, 128, 16, 0.05, 5e-3, 16, 2, 0.25],
    ['stanford-cars', 4, 4, 0.02, 256, 24, 0.02, 2e-3, 16, 4, 0.5],
  ] as const)(
    'has the figures of tables 2 and 3 for %s',
    (task, bound, n, overshoot, steps, c, kappa, rate, window, start, noise) => {
      const attacks = paperAttacks(task);
      expect(createAttack(attacks['fgsm-l2']).settings).toEqual({
        name: 'fgsm-l2',
        l2Bound: bound,
        direction: 'sign',
      });
      expect(createAttack(attacks.deepfool).settings).toMatchObject({
        candidates: n,
        overshoot,
        steps,
        form: 'reference',
        addedStep: 1e-4,
      });
      expect(createAttack(attacks['cw-l2']).settings).toEqual({
        name: 'cw-l2',
        search: 'multiplicative',
        restarts: 8,
        iterations: 1024,
        initialConstant: c,
        confidence: kappa,
        learningRate: rate,
        earlyStopWindow: window,
        startNorm: start,
        noiseNorm: noise,
      });
    },
  );
  it('runs the same AutoAttack on all three', () => {
    expect(PAPER_TASKS).toHaveLength(3);
    for (const task of PAPER_TASKS) {
      expect(createAttack(paperAttacks(task)['autoattack-paper']).settings).toEqual({
        name: 'autoattack-paper',
        ceBounds: [0.5, 1, 4],
        dlrBounds: [0.5, 2, 4],
        apgdIterations: 64,
        fabIterations: 128,
        screeningDraws: 1,
      });
    }
  });
});
