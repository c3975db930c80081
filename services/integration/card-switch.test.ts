import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { send } from './card-switch.ts';

describe('The line to a card switch that reads no answers', () => {
  let server: Server;
  let [line, theirs]: Socket[] = [];
  beforeEach('a line', async () => {
    server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const taken = once(server, 'connection');
    line = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [theirs] = (await taken) as [Socket];
  });
  afterEach(() => {
    line?.destroy();
    theirs?.destroy();
    server.close();
  });
  const ends = () => {
    if (!line || !theirs) throw new Error('there is no line');
    return { line, theirs };
  };
  const ANSWER = new Uint8Array(64 * 1024);

  /** Sends more answers than the machine keeps for who does not read them. */
  function fill(unreadMs?: number): void {
    for (let sent = 0; sent < 512; sent += 1) send(ends().line, ANSWER, unreadMs);
  }

  it('reads no more messages until they are read', async () => {
    fill();
    const { line: ours, theirs: switchs } = ends();
    expect(ours.isPaused()).to.equal(true);
    const drained = once(ours, 'drain');
    switchs.resume();
    await drained;
    expect(ours.isPaused()).to.equal(false);
  });

  it('ends where they are never read', async () => {
    fill(50);
    const { line: ours } = ends();
    if (!ours.destroyed) await once(ours, 'close');
    expect(ours.destroyed).to.equal(true);
  });
});
