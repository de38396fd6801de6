import { describe, expect, it } from '@jest/globals';
import { sampleName, type SampleParts } from '../../../src/objective/evaluation/sample-name.js';

const defence = 'sha256:d';
const parts: SampleParts = {
  clean: 'sha256:a',
  attacked: 'sha256:b',
  defence,
  noiseKey: 'search/1',
  draws: 1,
};

describe('sampleName(parts)', () => {
  it('is short and stands from version to version', () => {
    expect(sampleName(parts)).toBe('sample-f2b5c6c43697');
  });
  it('does not depend on the order of the parts', () => {
    const turned = { draws: 1, noiseKey: 'search/1', defence, attacked: 'sha256:b', clean: 'sha256:a' };
    expect(sampleName(turned)).toBe(sampleName(parts));
  });
  it('changes with images, attack, settings of an attack on every α, defence, noise key and number of draws', () => {
    const robustOnly = { attacked: 'sha256:b', defence, noiseKey: 'search/1', draws: 1 };
    const names = [
      parts,
      { ...parts, clean: 'sha256:c' },
      { ...parts, attacked: 'sha256:c' },
      { ...parts, defence: 'sha256:e' },
      { ...parts, noiseKey: 'search/2' },
      { ...parts, draws: 2 },
      robustOnly,
      { ...robustOnly, attackEach: { steps: 2 } },
      { ...robustOnly, attackEach: { steps: 3 } },
    ].map(sampleName);
    expect(new Set(names).size).toBe(names.length);
  });
});
