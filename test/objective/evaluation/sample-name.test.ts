import { describe, expect, it } from '@jest/globals';
import { sampleName, type SampleParts } from '../../../src/objective/evaluation/sample-name.js';

const parts: SampleParts = { clean: 'sha256:a', attacked: 'sha256:b', noiseKey: 'search/1', draws: 1 };

describe('sampleName(parts)', () => {
  it('is short and stands from version to version', () => {
    expect(sampleName(parts)).toBe('sample-3c8575cfc9bc');
  });
  it('does not depend on the order of the parts', () => {
    const turned = { draws: 1, noiseKey: 'search/1', attacked: 'sha256:b', clean: 'sha256:a' };
    expect(sampleName(turned)).toBe(sampleName(parts));
  });
  it('changes with images, attack, noise key and number of draws', () => {
    const robustOnly = { attacked: 'sha256:b', noiseKey: 'search/1', draws: 1 };
    const names = [
      parts,
      { ...parts, clean: 'sha256:c' },
      { ...parts, attacked: 'sha256:c' },
      { ...parts, noiseKey: 'search/2' },
      { ...parts, draws: 2 },
      robustOnly,
    ].map(sampleName);
    expect(new Set(names).size).toBe(names.length);
  });
});
