import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { expect } from 'chai';
import { openChannel } from '#chassis/call.ts';
import type { Exchanged } from '#chassis/call-streams.ts';
import { newId } from '#chassis/id.ts';
import { partner, refused } from '#chassis/testing/service.ts';
import type {
  PostJournalStreamResponse,
  PostJournalStreamRequestSchema as RequestSchema,
  PostJournalStreamResponseSchema as ResponseSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import {
  LedgerService,
  PostJournalStreamRequestSchema,
  PostJournalStreamResponseSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { journal, told, useLedger } from '../testing.ts';

type Stream = Exchanged<typeof RequestSchema, typeof ResponseSchema>;

describe('PostJournalStream', () => {
  const bank = useLedger();

  it('answers each request on its own, under its correlation, and ends after the half-close', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const stream = await bank.as('transaction').postJournalStream();
    const ids = Array.from({ length: 600 }, () => newId('jnl'));
    const sent = Promise.all(
      ids.map((journalId) =>
        stream.send({ correlation: journalId, journals: [journal(cash, alice, '0.01', { journalId })] }),
      ),
    ).then(() => stream.done());
    const answers = await all(stream);
    await sent;
    expect([...answers.keys()].toSorted()).to.deep.equal(ids.toSorted());
    expect(new Set(answers.values())).to.deep.equal(new Set(['posted']));
    expect(await bank.booked(alice)).to.equal('16.00');
  });

  it('gives an id one outcome, however it is posted, and however often', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('1.00')];
    const [paid, short] = [journal(alice, cash, '1.00'), journal(alice, cash, '1.00')];
    expect(await answersTo([[paid], [paid]])).to.deep.equal(['posted', 'posted']);
    expect(await bank.post([short])).to.deep.equal(['INSUFFICIENT_FUNDS']);
    await bank.post([journal(cash, alice, '5.00')]);
    expect(await answersTo([[short]])).to.deep.equal(['INSUFFICIENT_FUNDS']);
    expect(await bank.post([paid])).to.deep.equal(['posted']);
    const other = journal(alice, cash, '2.00', { journalId: paid.journalId! });
    expect(await answersTo([[other]])).to.deep.equal(['JOURNAL_EXISTS']);
    expect(await bank.booked(alice)).to.equal('5.00');
  });

  it('posts a link group together or not at all, and others beside it', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('1.00')];
    const linked = [journal(alice, cash, '0.50', { linkGroup: 'a' }), journal(alice, cash, '0.75', { linkGroup: 'a' })];
    const answers = await answersTo([[...linked, journal(alice, cash, '0.25')]]);
    expect(answers).to.deep.equal(['LINKED_JOURNAL_REFUSED,INSUFFICIENT_FUNDS,posted']);
    expect(await bank.booked(alice)).to.equal('0.75');
  });

  it('only tells what would happen, where it is asked to', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('1.00')];
    const stream = await bank.as('transaction').postJournalStream();
    await stream.send({ correlation: 'try', journals: [journal(alice, cash, '1.00')], validateOnly: true });
    stream.done();
    expect(await all(stream)).to.deep.equal(new Map([['try', 'posted']]));
    expect(await bank.booked(alice)).to.equal('1.00');
  });

  it('refuses a message that breaks the contract, and goes on', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('1.00')];
    const stream = await bank.as('transaction').postJournalStream();
    const twice = journal(alice, cash, '0.10', { linkGroup: 'a' });
    await stream.send({ correlation: 'empty', journals: [] });
    await stream.send({ correlation: 'twice', journals: [twice, twice] });
    await stream.send({ correlation: 'fine', journals: [journal(alice, cash, '0.10')] });
    await stream.send({ correlation: '', journals: [journal(alice, cash, '0.10')] });
    stream.done();
    expect(await all(stream)).to.deep.equal(
      new Map([
        ['empty', 'REQUEST_INVALID at 1'],
        ['twice', 'REQUEST_INVALID at 2'],
        ['fine', 'posted'],
        ['', 'REQUEST_INVALID at 4'],
      ]),
    );
  });

  it('refuses a message that cannot be read, by its place, and goes on', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('1.00')];
    const channel = openChannel(LedgerService, bank.address, bank.identity('transaction').channel('ledger'));
    const duplex = channel.exchange('PostJournalStream', new grpc.Metadata());
    const fine = create(PostJournalStreamRequestSchema, {
      correlation: 'fine',
      journals: [journal(alice, cash, '0.10')],
    });
    for (const bytes of [
      Buffer.from('\xff\xff\xff', 'latin1'),
      Buffer.from(toBinary(PostJournalStreamRequestSchema, fine)),
    ]) {
      duplex.write(bytes);
    }
    duplex.end();
    const answers = new Map<string, string>();
    for await (const bytes of duplex) note(answers, fromBinary(PostJournalStreamResponseSchema, bytes as Buffer));
    expect(answers).to.deep.equal(
      new Map([
        ['', 'MESSAGE_UNREADABLE at 1'],
        ['fine', 'posted'],
      ]),
    );
    channel.close();
  });

  it('refuses a message that is late, and posts those that are not', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('1.00')];
    const blocker = await bank.database.open('superuser');
    await blocker.query('begin');
    await blocker.query('select from ledger_account where id = $1 for update', [alice]);
    const stream = await bank.as('transaction').postJournalStream();
    const answers = all(stream);
    const [slow, late] = [journal(alice, cash, '0.10'), journal(alice, cash, '0.20')];
    await stream.send({ correlation: 'slow', journals: [slow] });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await stream.send({ correlation: 'late', journals: [late], timeoutMs: 50 });
    stream.done();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await blocker.query('rollback');
    await blocker.end();
    expect(await answers).to.deep.equal(
      new Map([
        ['slow', 'posted'],
        ['late', 'DEADLINE_PASSED at 2'],
      ]),
    );
    expect(await bank.booked(alice)).to.equal('0.90');
    expect(await bank.post([late])).to.deep.equal(['posted']);
  });

  it('reads no further while 256 messages are in flight', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('100.00')];
    const blocker = await bank.database.open('superuser');
    await blocker.query('begin');
    await blocker.query('select from ledger_account where id = $1 for update', [alice]);
    const stream = await bank.as('transaction').postJournalStream();
    const answers = all(stream);
    let taken = 0;
    const sent = (async () => {
      for (let index = 0; index < 4_000; index += 1) {
        const metadata = Object.fromEntries(
          Array.from({ length: 16 }, (_, at) => [`k${'abcdefghijklmnop'[at]}`, 'x'.repeat(64)]),
        );
        await stream.send({
          correlation: `${index}`,
          journals: [journal(alice, cash, '0.01', { metadata })],
          timeoutMs: 30_000,
        });
        taken += 1;
      }
      stream.done();
    })();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const held = taken;
    await blocker.query('rollback');
    await blocker.end();
    await sent;
    expect((await answers).size).to.equal(4_000);
    expect(held).to.be.within(256, 1_000);
    expect(await bank.booked(alice)).to.equal('60.00');
  });

  it('is for workloads that post, and that may speak for an actor', async () => {
    await refused(ended(await bank.as('customer').postJournalStream()), 'CALLER_NOT_ALLOWED');
    const [cash, alice] = [await bank.cash(), await bank.funded('1.00')];
    const actor = partner('prt_1');
    expect(await answersTo([[journal(alice, cash, '0.10', { actor })]])).to.deep.equal(['posted']);
  });

  async function ended(stream: Stream): Promise<void> {
    for await (const _ of stream.answers);
  }

  async function all(stream: Stream): Promise<Map<string, string>> {
    const answers = new Map<string, string>();
    for await (const answer of stream.answers) note(answers, answer);
    return answers;
  }

  /** Posts requests one after the other and answers the outcomes of each. */
  async function answersTo(requests: readonly ReturnType<typeof journal>[][]): Promise<string[]> {
    const stream = await bank.as('transaction').postJournalStream();
    for (const [index, journals] of requests.entries()) await stream.send({ correlation: `${index}`, journals });
    stream.done();
    const answers = await all(stream);
    return requests.map((_, index) => answers.get(`${index}`) ?? '');
  }

  function note(answers: Map<string, string>, { correlation, result }: PostJournalStreamResponse): void {
    expect(answers.has(correlation)).to.equal(false);
    if (result.case === 'outcomes') answers.set(correlation, result.value.outcomes.map(told).join());
    else if (result.case === 'refusal') {
      const { reason, metadata } = result.value.detail!;
      answers.set(correlation, `${reason} at ${metadata['message_number']}`);
    }
  }
});
