import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { addressesOf } from './addresses.ts';
import { status, useReceiver } from './testing-webhooks.ts';
import { newSecret, post, signed } from './webhook-sending.ts';

/** Where the receivers of tests are. */
const LOOPBACK = { WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8' };

describe('A webhook that is posted', () => {
  const receiver = useReceiver();
  const find = addressesOf(LOOPBACK);
  const never = new AbortController().signal;
  const message = (url: string, ...secrets: string[]) => ({
    url,
    eventId: 'evt_1',
    body: '{"type":"ž"}',
    secrets: secrets.length > 0 ? secrets : [newSecret()],
  });

  it('is signed so that the verifier of Standard Webhooks takes it, with each secret that is good', async () => {
    const [before, after] = [newSecret(), newSecret()];
    const { failure, statusCode } = await post(find, message(receiver().url, before, after), never);
    expect([failure, statusCode]).to.deep.equal(['', 200]);
    const { headers, body } = receiver().received.at(-1) ?? { headers: {}, body: '' };
    for (const secret of [before, after]) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).to.deep.equal({ type: 'ž' });
    }
    expect(() => new Webhook(newSecret()).verify(body, headers as Record<string, string>)).to.throw('No matching');
    expect(() => new Webhook(after).verify(`${body} `, headers as Record<string, string>)).to.throw('No matching');
    const old = signed(message('', after), Date.now() - 600_000);
    expect(() => new Webhook(after).verify('{"type":"ž"}', { ...old })).to.throw('too old');
  });

  it('is taken by the verifier that the documents show, and nothing else is', async () => {
    const page = await readFile('docs/webhooks.md', 'utf8');
    const [, source = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
    const { isFromBank }: { isFromBank: (headers: object, body: string, secret: string) => boolean } = await import(
      `data:text/javascript,${encodeURIComponent(source)}`
    );
    const [before, after] = [newSecret(), newSecret()];
    const { body, ...rest } = message('', before, after);
    const headers = signed({ ...rest, body }, Date.now());
    expect([before, after].map((secret) => isFromBank(headers, body, secret))).to.deep.equal([true, true]);
    expect(isFromBank(headers, body, newSecret())).to.equal(false);
    expect(isFromBank(headers, `${body} `, after)).to.equal(false);
    expect(isFromBank(signed({ ...rest, body }, Date.now() - 600_000), body, after)).to.equal(false);
    expect(isFromBank({}, body, after)).to.equal(false);
  });

  it('goes to the address that was checked, whatever the name means the next time', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let asked = 0;
    const rebound = addressesOf(LOOPBACK, async () => answers[asked++] ?? []);
    const url = receiver().url.replace('127.0.0.1', 'rebound.example');
    const count = receiver().received.length;
    expect((await post(rebound, message(url), never)).statusCode).to.equal(200);
    expect(receiver().received.at(-1)?.headers.host).to.include('rebound.example:');
    expect((await post(rebound, message(url), never)).failure).to.equal('ADDRESS_REFUSED');
    expect([asked, receiver().received.length]).to.deep.equal([2, count + 1]);
  });

  it('follows no redirect', async () => {
    const count = receiver().received.length;
    receiver().answer = status(302, { location: receiver().url });
    expect((await post(find, message(receiver().url), never)).failure).to.equal('HTTP_302');
    expect(receiver().received).to.have.length(count + 1);
  });

  it('reads the beginning of an answer that has no end, and drops the connection', async () => {
    let closed = false;
    receiver().answer = (response) => {
      response.on('close', () => {
        closed = true;
      });
      response.writeHead(500);
      const go = () => {
        while (!closed && response.write('wrong\u0007'.repeat(10_000)));
      };
      response.on('drain', go);
      go();
    };
    const { failure, excerpt } = await post(find, message(receiver().url), never);
    expect([failure, excerpt.slice(0, 11)]).to.deep.equal(['HTTP_500', 'wrong wrong']);
    expect(excerpt.length).to.be.at.most(1_024);
    while (!closed) await new Promise(setImmediate);
  });

  it('does not wait for one that hangs, before the status or after it', async () => {
    receiver().answer = () => {};
    expect((await post(find, message(receiver().url), never, 50)).failure).to.equal('TIMED_OUT');
    receiver().answer = (response) => response.writeHead(200).write('on and');
    const { failure, excerpt } = await post(find, message(receiver().url), never, 2_000);
    expect([failure, excerpt]).to.deep.equal(['', 'on and']);
  });

  it('tells who is not there from who cannot prove who they are, and ends when it is told to', async () => {
    expect((await post(find, message('http://127.0.0.1:9/'), never)).failure).to.equal('UNREACHABLE');
    const gone = createServer((socket) => socket.destroy());
    await once(gone.listen(0, '127.0.0.1'), 'listening');
    const { port } = gone.address() as AddressInfo;
    expect((await post(find, message(`https://127.0.0.1:${port}/`), never)).failure).to.equal('UNREACHABLE');
    gone.close();
    receiver().answer = () => {};
    const ending = new AbortController();
    const posting = post(find, message(receiver().url), ending.signal);
    ending.abort();
    const ended = await posting.catch((error: unknown) => error);
    expect((ended as Error).name).to.equal('AbortError');
  });
});
