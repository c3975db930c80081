import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type Database, openDatabase } from '#chassis/database.ts';
import { Code, Refusal } from '#chassis/errors.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { ListEntriesResponseSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { SettlementStatement } from './domain/settlement-statement.ts';
import { insertEntries, insertMatch, lockEntries, selectBooks } from './reconciliation-tables.ts';
import { keepStatement, reconcile } from './reconciling.ts';
import { integration } from './service.ts';

const day = '2026-11-28';
const refusal = { code: Code.NOT_FOUND, reason: 'LEDGER_ACCOUNT_NOT_FOUND', domain: 'ledger', message: 'none' };

/** A ledger with a clearing account in koruna alone, of which nobody can say anything in dollars. */
const ledger = {
  async listEntries({ ledgerAccountId }: { ledgerAccountId: string }) {
    if (ledgerAccountId === 'lac_clearing_usd') throw new Error('nobody answers');
    if (ledgerAccountId === 'lac_clearing_eur') throw new Refusal(refusal);
    return create(ListEntriesResponseSchema, { closingBalance: { currencyCode: 'CZK', amount: '0.00' } });
  },
};

describe('Statements of the scheme', function suite() {
  this.timeout(60_000);
  const log = makeLog('test', 'silent');
  let cloned: TestDatabase;
  let database: Database;

  before(async () => {
    cloned = await cloneDatabase(integration);
    const settings = { service: 'integration', entities: [], poolMax: 4, statementTimeoutMs: 30_000 };
    database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await cloned.drop();
  });

  function keep(identification: string, currency: string, entries: SettlementStatement['entries'] = []): Promise<void> {
    const closing = entries.reduce((sum, { amount }) => sum + amount, 0n);
    const days = { fromDate: day, toDate: day };
    const statement = { identification, currency, ...days, opening: 0n, closing, entries };
    return database.transaction((tx) => keepStatement(tx, statement));
  }
  const entry = (paymentReference: string, amount: bigint) => {
    return { amount, day, reference: 'x', paymentReferences: [paymentReference] };
  };

  it('wait in their own currency alone, and find nothing where nothing was ever cleared', async () => {
    await keep('S1', 'USD');
    await keep('S2', 'EUR');
    await keep('S3', 'CZK');
    await reconcile({ database, ledger: ledger as never, log });
    const rows = await cloned.query<{ currency: string; our_balance: string | null }>(
      'select currency, our_balance from settlement_statement order by number',
    );
    expect(rows.map((row) => `${row.currency} ${row.our_balance}`)).to.deep.equal(['USD null', 'EUR 0', 'CZK 0']);
  });

  it('leave alone what staff put together with something else in that moment', async () => {
    await keep('S4', 'CZK', [entry('pmo_1', -100n)]);
    await database.query(insertEntries('CZK', 'ours', [{ ...entry('pmo_1', -100n), identity: 'jnl_1/1' }]));
    const [ours] = await cloned.query<{ number: number }>(
      `select number from reconciliation_entry where side = 'ours'`,
    );
    const numbers = [ours?.number ?? 0];
    let reconciled: Promise<void> | undefined;
    await database.transaction(async (tx) => {
      await tx.query(lockEntries(numbers));
      await tx.query(insertMatch('CZK', 'staff', numbers, { difference: 100n, reason: 'a mistake of ours' }));
      reconciled = reconcile({ database, ledger: ledger as never, log });
      while (!(await isWaiting())) await sleep(20);
    });
    await reconciled;
    const open = await cloned.query<{ side: string }>(
      'select side from reconciliation_entry where match_number is null',
    );
    expect(open).to.deep.equal([{ side: 'theirs' }]);
  });

  it('begin, at a bank with a history, with the balance of their first day, and read nothing of before', async () => {
    const asked: string[] = [];
    let ours = '5.00';
    const old = {
      async listEntries({ ledgerAccountId, fromDate }: { ledgerAccountId: string; fromDate: string }) {
        if (ledgerAccountId === 'lac_clearing_usd') throw new Error('nobody answers');
        asked.push(fromDate);
        const balance = { currencyCode: 'NOK', amount: ours };
        return create(ListEntriesResponseSchema, { openingBalance: balance, closingBalance: balance });
      },
    };
    const unexplained = async (currency: string) => {
      const books = (await database.query(selectBooks())).find((row) => row.currency === currency);
      const { closing = '', ourBalance = '', theirOpen = '', ourOpen = '' } = books ?? {};
      return {
        open: [theirOpen, ourOpen],
        left: BigInt(closing) - BigInt(ourBalance) - BigInt(theirOpen) + BigInt(ourOpen),
      };
    };
    const first = (currency: string, opening: bigint) => {
      const days = { fromDate: day, toDate: day };
      const statement = { identification: 'F1', currency, ...days, opening, closing: opening, entries: [] };
      return database.transaction((tx) => keepStatement(tx, statement));
    };
    const means = { database, ledger: old as never, log };
    await first('NOK', 500n);
    await reconcile(means);
    expect(await unexplained('NOK')).to.deep.equal({ open: ['0', '0'], left: 0n });
    // Where they differ it is open on either side.
    ours = '7.00';
    await first('SEK', 500n);
    await reconcile(means);
    expect(await unexplained('SEK')).to.deep.equal({ open: ['500', '700'], left: 0n });
    // The next one goes not back behind that day.
    const next = { identification: 'F2', currency: 'SEK', fromDate: '2026-11-29', toDate: '2026-11-29', entries: [] };
    await database.transaction((tx) => keepStatement(tx, { ...next, opening: 500n, closing: 500n }));
    await reconcile(means);
    expect(new Set(asked)).to.deep.equal(new Set([day]));
    expect((await unexplained('SEK')).left).to.equal(0n);
  });

  /** Whether a statement waits for somebody's lock. */
  async function isWaiting(): Promise<boolean> {
    const rows = await cloned.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  }
});
