import { describe } from '@jest/globals';
import { deepFool } from '../../../../src/objective/attacks/methods/deepfool.js';
import { minimumNormLaws } from '../minimum-norm-laws.js';

describe.each(['reference', 'paper'] as const)('deepFool, form %p', (form) => {
  minimumNormLaws(() => deepFool({ form, steps: 20 }));
});
