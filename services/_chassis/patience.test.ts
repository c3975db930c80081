import { expect } from 'chai';
import { refuseCall } from './errors.ts';
import { patiently } from './patience.ts';
import { refused } from './testing/clients.ts';

describe('Waiting for what passes', () => {
  const inTime = { deadline: Date.now() + 600_000 };
  /** Is refused so often for these reasons, one after the other, and then done. */
  function asked(...reasons: Parameters<typeof refuseCall>[0][]) {
    const left = [...reasons];
    return async () => {
      const reason = left.shift();
      if (reason) throw refuseCall(reason);
      return 'done';
    };
  }

  it('ends when it has passed', async () => {
    const often = Array.from({ length: 5 }, () => 'IN_PROGRESS' as const);
    expect(await patiently(inTime, 'IN_PROGRESS', asked(...often))).to.equal('done');
  });

  it('is not done for anything else', async () => {
    await refused(patiently(inTime, 'IN_PROGRESS', asked('IN_PROGRESS', 'ETAG_MISMATCH')), 'ETAG_MISMATCH');
    await refused(patiently(inTime, 'IN_PROGRESS', asked('DEADLINE_PASSED')), 'DEADLINE_PASSED');
  });

  it('ends with what there was to wait for, once there is no time any more', async () => {
    await refused(patiently({ deadline: Date.now() }, 'IN_PROGRESS', asked('IN_PROGRESS')), 'IN_PROGRESS');
    await refused(patiently(inTime, 'IN_PROGRESS', asked('IN_PROGRESS'), 0), 'IN_PROGRESS');
    await refused(patiently(inTime, 'IN_PROGRESS', asked('IN_PROGRESS', 'DEADLINE_PASSED')), 'IN_PROGRESS');
  });
});
