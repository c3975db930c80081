import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { makeLog } from './log.ts';
import { repeat } from './repeat.ts';

describe('Work that is repeated', () => {
  const log = makeLog('test', 'silent');

  it('is done one at a time, also after it has failed, and stops when it is told to', async () => {
    let [begun, together] = [0, 0];
    const stop = repeat(
      1,
      async () => {
        begun += 1;
        together += 1;
        expect(together).to.equal(1);
        await pause(5);
        together -= 1;
        if (begun === 1) throw new Error('the first time');
      },
      log,
      'it failed',
    );
    while (begun < 3) await pause(1);
    await stop();
    const then = begun;
    expect(together, 'what is under way is waited for').to.equal(0);
    await pause(20);
    expect(begun).to.equal(then);
  });
});
