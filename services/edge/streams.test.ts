import { setTimeout as pause } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { type Client, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { customer, staff } from '#chassis/testing/clients.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { WatchEntriesRequestSchema, type WatchEntriesResponse } from '#gen/bank/ledger/v1/ledger_watch_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { clientOf, framed, PROTOCOLS, post, refusalOf } from './test-clients.ts';

const WATCH = '/bank.ledger.v1.LedgerService/WatchEntries';

describe('Streams through the edge', () => {
  const bank = useBank({ services: ['ledger', 'security'], edge: false });
  let edge: RunningEdge;
  let [cash, alice] = ['', ''];

  beforeEach(async () => {
    edge = await startEdge(bank().environment);
    [cash, alice] = [await open('1010', Side.DEBIT), await open('2010', Side.CREDIT)];
  });
  afterEach(() => edge.stop());

  const token = (actor: Actor = staff('AUDITOR'), seconds = 60) => bank().issuer.principalToken(actor, seconds);
  const first = async (stream: AsyncIterable<WatchEntriesResponse>) => stream[Symbol.asyncIterator]().next();

  for (const protocol of PROTOCOLS) {
    describe(`in ${protocol}`, () => {
      const ledger = async (shown?: string): Promise<Client<typeof LedgerService>> =>
        clientOf(edge, protocol, LedgerService, shown);

      it('pass message by message, as they are made', async () => {
        const stream = (await ledger(await token())).watchEntries({ ledgerAccountIds: [alice] });
        const messages = stream[Symbol.asyncIterator]();
        expect((await messages.next()).value?.entries).to.deep.equal([]);
        for (const amount of ['1.00', '2.00']) {
          await pay(amount);
          const { value } = await messages.next();
          expect((value as WatchEntriesResponse).entries.map((entry) => entry.amount?.amount)).to.deep.equal([amount]);
        }
        await messages.return?.();
      });

      it('are refused as calls are, by the edge and by the service', async () => {
        const asked = { ledgerAccountIds: [alice] };
        for (const [shown, reason] of [
          [undefined, 'TOKEN_MISSING'],
          ['x.y.z', 'TOKEN_INVALID'],
          [await token(customer('cus_1')), 'CALLER_NOT_ALLOWED'],
        ] as const) {
          expect(await refusalOf(first((await ledger(shown)).watchEntries(asked)))).to.include({ reason });
        }
        const auditor = await ledger(await token());
        expect(await refusalOf(first(auditor.watchEntries({ ledgerAccountIds: ['lac_nobody'] })))).to.include({
          code: 'NOT_FOUND',
          reason: 'LEDGER_ACCOUNT_NOT_FOUND',
        });
        const { violations } = await refusalOf(first(auditor.watchEntries({})));
        expect(violations).to.deep.equal(['ledger_account_ids']);
      });

      it('end when the edge stops: to be opened again', async () => {
        const stream = (await ledger(await token())).watchEntries({ ledgerAccountIds: [alice] });
        const messages = stream[Symbol.asyncIterator]();
        await messages.next();
        const end = refusalOf(messages.next());
        const started = performance.now();
        await edge.stop();
        expect(await end).to.include({ code: 'UNAVAILABLE', reason: 'STREAM_ENDED' });
        expect(performance.now() - started).to.be.below(5_000);
        edge = await startEdge(bank().environment);
      });

      it('end with the token that they were opened with', async () => {
        const stream = (await ledger(await token(staff('AUDITOR'), 2))).watchEntries({ ledgerAccountIds: [alice] });
        const messages = stream[Symbol.asyncIterator]();
        await messages.next();
        expect(await refusalOf(messages.next())).to.include({ reason: 'STREAM_ENDED' });
      });

      it('are given up at the ledger when their reader goes away', async () => {
        const leaving = new AbortController();
        const stream = (await ledger(await token())).watchEntries(
          { ledgerAccountIds: [alice] },
          { signal: leaving.signal },
        );
        const messages = stream[Symbol.asyncIterator]();
        await messages.next();
        const end = messages.next().catch((error: unknown) => ConnectError.from(error).code);
        expect(await isWatched()).to.equal(true);
        leaving.abort();
        expect(await end).to.equal(1);
        for (let look = 0; look < 5 && (await isWatched()); look += 1) await pause(200);
        expect(await isWatched()).to.equal(false);
      });
    });
  }

  it('are told of a message that cannot be read in the words of the bank', async () => {
    const authorization = `Bearer ${await token()}`;
    const request = toBinary(
      WatchEntriesRequestSchema,
      create(WatchEntriesRequestSchema, { ledgerAccountIds: [alice] }),
    );
    for (const [type, body] of [
      ['application/connect+json', framed(Buffer.from('{'))],
      ['application/connect+json', framed(Buffer.from('{"nothing": 1}'))],
      ['application/connect+json', Buffer.from('{')],
      ['application/connect+proto', framed(Buffer.from([0xff, 0xff]))],
      ['application/connect+proto', framed(request).subarray(0, 9)],
      ['application/connect+proto', Buffer.alloc(0)],
      ['application/grpc-web+proto', framed(Buffer.from([0xff, 0xff]))],
    ] as const) {
      const { status, text } = await post(edge, WATCH, body, { authorization, 'content-type': type });
      expect(status, type).to.equal(200);
      expect(text, type).to.match(/MESSAGE_UNREADABLE|grpc-status-details-bin/);
    }
    const unary = await post(edge, WATCH, '{}', { authorization });
    expect(unary.status).to.equal(415);
  });

  async function open(generalLedgerCode: string, normalSide: Side): Promise<string> {
    const ledgerAccountId = newId('lac');
    const terms = { currencyCode: 'EUR', normalSide, generalLedgerCode };
    await bank()
      .as(LedgerService, 'account')
      .openLedgerAccount({ requestId: ledgerAccountId, ledgerAccountId, ...terms });
    return ledgerAccountId;
  }

  async function pay(amount: string): Promise<void> {
    const money = { currencyCode: 'EUR', amount };
    const legs = [
      { ledgerAccountId: cash, side: Side.DEBIT, amount: money },
      { ledgerAccountId: alice, side: Side.CREDIT, amount: money },
    ];
    const journals = [{ journalId: newId('jnl'), kind: JournalKind.TRANSFER, legs }];
    await bank().as(LedgerService, 'transaction').postJournals({ journals });
  }

  /** Whether the ledger asks which accounts have moved: it does several times a second while somebody watches. */
  async function isWatched(): Promise<boolean> {
    await pause(1_200);
    // Only the last statement of a connection is seen, so that another may hide it for once.
    for (let look = 0; look < 10; look += 1) {
      const rows = await bank()
        .database('ledger')
        .query(
          `select from pg_stat_activity where query like '%known (no, version, revision%' and datname = current_database()
            and pid <> pg_backend_pid() and query_start > clock_timestamp() - interval '1 second'`,
        );
      if (rows.length > 0) return true;
      await pause(100);
    }
    return false;
  }
});
