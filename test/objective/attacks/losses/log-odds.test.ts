import { describe } from '@jest/globals';
import { LOG_ODDS } from '../../../../src/objective/attacks/losses/log-odds.js';
import { lossLaws } from './loss-laws.js';

describe('LOG_ODDS', () => {
  lossLaws(LOG_ODDS, 2);
});
