import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import type pg from 'pg';
import { asPrincipal } from '#chassis/testing/clients.ts';
import { staff } from '#chassis/testing/service.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { journal, knownAt, useLedger } from './testing.ts';
import { blockOfOne, lastPlace, PLACE } from './testing-blocks.ts';

describe('Who reads a ledger', () => {
  let writer: pg.Client;
  after(() => writer.end());
  const bank = useLedger();
  const deposit = () => journal(cash, alice, '7.00');
  let cash: string;
  let alice: string;
  let posted: string;
  let known: number;
  let today: string;

  before(async () => {
    [cash, alice] = [await bank.cash(), await bank.open()];
    const first = deposit();
    posted = first.journalId ?? '';
    known = knownAt((await bank.outcomes([first]))[0]);
    today = (await bank.as('account').getBusinessDate({})).openDate;
    // An instant that is settled. That of a later one waits for the batches that are open, which is said of known_at.
    await bank.as('account').getBalances({ ledgerAccountIds: [alice], knownAt: timestampFromMs(known) });
    writer = await bank.database.open('runtime');
  });
  beforeEach(() => writer.query('begin'));
  afterEach(() => writer.query('rollback'));

  it('does not wait for an open batch, with its accounts and its day locked and all of it written', async () => {
    await writer.query("select from business_day where state = 'open' for share");
    await writer.query('select from ledger_account where id in ($1, $2) order by no for no key update', [cash, alice]);
    await writer.query(blockOfOne());
    await writer.query(
      `insert into journal (no, id, kind, value_date, booking_date, owner, leg_count, fingerprint, ${PLACE})
       select 1e12::bigint, 'jnl_open', 'transfer', date, date, 'transaction', 2, '\\x00', place.*
       from business_day, (${lastPlace()}) place where state = 'open'`,
    );
    await writer.query(
      `insert into entry (account_no, version, journal_no, leg, amount, balance_after, booking_date, value_date)
       select a.no, a.version + 1, 1e12::bigint, l.leg, l.amount, a.balance + l.amount, $3, $3
       from (values ($1, 0, 100), ($2, 1, -100)) l (id, leg, amount) join ledger_account a on a.id = l.id`,
      [cash, alice, today],
    );
    await readsAll();
  });

  it('does not wait while the day turns into a new month, whose entries get their place', async () => {
    await writer.query(`do $$
      declare
        day date := (select date from business_day where state = 'open');
        month constant date := date_trunc('month', day + interval '1 month');
      begin
        while day < month loop
          update business_day set state = 'closing' where date = day;
          day := day + 1;
          insert into business_day (date, state) values (day, 'open');
          update day_step set state = 'done', start_time = now(), end_time = now() where state <> 'done';
          update business_day set state = 'closed' where date = day - 1;
        end loop;
      end $$`);
    const { rows } = await writer.query("select from pg_inherits where inhparent = 'entry'::regclass");
    expect(rows).to.have.length(4);
    await readsAll();
  });

  /** Every read that goes to what is written, and that it answers as if nothing were open. */
  async function readsAll(): Promise<void> {
    const reader = asPrincipal(
      {
        service: LedgerService,
        audience: 'ledger',
        address: bank.address,
        issuer: bank.issuer,
        identity: bank.identity,
      },
      staff('AUDITOR'),
      { deadlineMs: 2_000 },
    );
    const [ledgerAccountIds, instant] = [[alice], timestampFromMs(known)];
    try {
      for (const asked of [{}, { asOfValueDate: today }, { knownAt: instant }]) {
        const { balances } = await reader.getBalances({ ledgerAccountIds, ...asked });
        expect(balances.map(({ booked }) => booked?.amount)).to.deep.equal(['7.00']);
        const { entries, closingBalance } = await reader.listEntries({ ledgerAccountId: alice, ...asked });
        expect([entries.map(({ version }) => version), closingBalance?.amount]).to.deep.equal([[1n], '7.00']);
      }
      expect((await reader.getJournal({ journalId: posted })).journal?.entries).to.have.length(2);
      expect((await reader.listJournals({})).journals.map(({ journalId }) => journalId)).to.deep.equal([posted]);
      const { lines } = await reader.getTrialBalance({});
      expect(lines.map(({ generalLedgerCode }) => generalLedgerCode)).to.deep.equal(['1010', '2010']);
      expect((await reader.getBalanceSheet({})).balanceSheets).to.have.length(1);
      expect((await reader.tieOutGeneralLedger({})).tied).to.equal(true);
      expect((await reader.listLedgerAccounts({})).ledgerAccounts).to.have.length(2);
      expect((await reader.listBlocks({})).blocks).to.have.length(1);
      expect((await reader.getBusinessDate({})).openDate).to.equal(today);
      expect((await reader.listHolds({ ledgerAccountId: alice })).holds).to.have.length(0);
    } finally {
      reader.close();
    }
  }
});
