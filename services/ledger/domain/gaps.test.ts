import { expect } from 'chai';
import { gapBetween } from './gaps.ts';

describe('The gap between two versions', () => {
  for (const [seen, shown, gap] of [
    [0n, 1n, ''],
    [7n, 8n, ''],
    [7n, 7n, ''],
    [0n, 2n, '1-1'],
    [7n, 10n, '8-9'],
  ] as const) {
    it(`after ${seen} and before ${shown} is ${gap || 'none'}`, () => {
      const found = gapBetween('lac_1', seen, shown).map(({ fromVersion, toVersion }) => `${fromVersion}-${toVersion}`);
      expect(found.join()).to.equal(gap);
    });
  }
});
