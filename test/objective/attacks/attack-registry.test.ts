import { describe, expect, it } from '@jest/globals';
import {
  ATTACK_NAMES,
  createAttack,
  type AttackName,
  type AttackOptions,
} from '../../../src/objective/attacks/attack-registry.js';
import {
  defaultAttackPlan,
  PAPER_FGSM_BOUNDS,
  paperAttackPlan,
} from '../../../src/objective/attacks/attack-presets.js';
import type { Attack } from '../../../src/objective/attacks/contract/attack.js';
import { expectError } from '../expect-error.js';

const SHAPE = { height: 28, width: 28, channels: 1 };

/** The least that every attack wants to know, and its kind; one line an attack. */
const LEAST: Record<AttackName, readonly [AttackOptions, Attack['kind']]> = {
  'fgsm-l2': [{ name: 'fgsm-l2', l2Bound: 2 }, 'fixed-budget'],
  'pgd-l2': [{ name: 'pgd-l2', l2Bound: 2 }, 'fixed-budget'],
  'pgd-linf': [{ name: 'pgd-linf', linfBound: 0.1 }, 'fixed-budget'],
  'apgd-l2': [{ name: 'apgd-l2', l2Bound: 2 }, 'fixed-budget'],
  'apgd-linf': [{ name: 'apgd-linf', linfBound: 0.1 }, 'fixed-budget'],
  'square-l2': [{ name: 'square-l2', l2Bound: 2, shape: SHAPE }, 'fixed-budget'],
  'square-linf': [{ name: 'square-linf', linfBound: 0.1, shape: SHAPE }, 'fixed-budget'],
  'fab-l2': [{ name: 'fab-l2' }, 'minimum-norm'],
  deepfool: [{ name: 'deepfool' }, 'minimum-norm'],
  'cw-l2': [{ name: 'cw-l2' }, 'minimum-norm'],
  autoattack: [{ name: 'autoattack', version: 'rand', l2Bound: 1 }, 'fixed-budget'],
  'autoattack-paper': [{ name: 'autoattack-paper' }, 'minimum-norm'],
};

describe('createAttack(options)', () => {
  it.each(ATTACK_NAMES)('makes %s, whose settings make it again', (name) => {
    const [options, kind] = LEAST[name];
    const attack = createAttack(options);
    expect([attack.settings.name, attack.kind]).toEqual([name, kind]);
    expect(createAttack(attack.settings as AttackOptions).settings).toEqual(attack.settings);
  });
  it.each([
    [{ name: 'fgsm', l2Bound: 1 }, '"fgsm"'],
    [{ l2Bound: 1 }, 'nothing'],
    [null, 'nothing'],
    [{ name: 'toString' }, '"toString"'],
  ])('refuses %p', (options, found) => {
    expectError(() => createAttack(options as unknown as AttackOptions), {
      code: 'E_ATTACK',
      message: `attack.name: expected one of ${ATTACK_NAMES.join(', ')}, got ${found}`,
    });
  });
});

describe('attack plans', () => {
  it('attack the bare classifier with ten steps of PGD-L2 by default', () => {
    expect(defaultAttackPlan(3)).toEqual({
      attack: { name: 'pgd-l2', l2Bound: 3, steps: 10 },
      against: 'classifier',
      keepOnlySuccessful: false,
    });
  });
  it('follow the paper with sign-direction FGSM against the defence, bounds 4, 2 and 4', () => {
    expect(PAPER_FGSM_BOUNDS).toEqual({
      'celeba-hq-gender': 4,
      'celeba-64-identities': 2,
      'stanford-cars': 4,
    });
    expect(paperAttackPlan(4)).toEqual({
      attack: { name: 'fgsm-l2', l2Bound: 4, direction: 'sign' },
      against: 'defence',
      keepOnlySuccessful: false,
    });
    expect(paperAttackPlan(4, true).keepOnlySuccessful).toBe(true);
  });
});
