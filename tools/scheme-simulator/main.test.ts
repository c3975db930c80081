import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect } from 'chai';
import { randomFreePort } from '../platform/ports.ts';

describe('The scheme simulator as a process', () => {
  it('ends when whoever started it is gone', async () => {
    const port = String(await randomFreePort());
    const child = fork(path.join(import.meta.dirname, 'main.ts'), {
      env: { ...process.env, SIMULATOR_PORT: port },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const [said] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    expect(String(said)).to.contain(port);
    const ended = once(child, 'exit');
    child.disconnect();
    expect(await ended).to.deep.equal([0, null]);
  });
});
