import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { type ServiceUnderTest, startTestService } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ledger } from './service.ts';
import { journal, knownAt, useLedger } from './testing.ts';
import { blockOfOne, lastPlace, PLACE } from './testing-blocks.ts';
import { booksOf } from './testing-books.ts';

describe("The months of a ledger's entries", () => {
  const bank = useLedger();
  const books = booksOf(bank);
  let cash: string;
  let alice: string;
  let first: Temporal.PlainYearMonth;

  before(async () => {
    cash = await bank.cash();
    alice = await bank.open();
    first = monthOf(await books.today());
  });

  it('are made ahead, and all before the first of them is history', async () => {
    expect(await months()).to.deep.equal(['entry_history', nameOf(first), nameOf(first.add({ months: 1 }))]);
    const old = await bank.open({ migrating: true, floor: null });
    const kind = JournalKind.MIGRATION;
    const history = ['1970-01-01', '1999-12-31', `${first.toString()}-01`].map((bookingDate) =>
      journal(cash, old, '1.00', { kind, bookingDate }),
    );
    expect(await bank.post([...history, journal(cash, alice, '1.00')])).to.deep.equal(Array(4).fill('posted'));
    expect(await placesOf(old)).to.deep.equal(['entry_history', 'entry_history', nameOf(first)]);
    expect(await placesOf(alice)).to.deep.equal([nameOf(first)]);
  });

  it('follow each other as the days do; each has what is booked in it, and the past stays what it was', async () => {
    const known: { at: number; balance: string }[] = [];
    for (let month = first; Temporal.PlainYearMonth.compare(month, first.add({ months: 3 })) < 0; ) {
      const [outcome] = await bank.outcomes([journal(cash, alice, '1.00')]);
      known.push({ at: knownAt(outcome), balance: (await bank.booked(alice)) ?? '' });
      await turnDaysUntil(month.add({ months: 1 }));
      month = month.add({ months: 1 });
      expect((await months()).at(-1)).to.equal(nameOf(month.add({ months: 1 })));
    }
    const following = [0, 0, 1, 2].map((after) => nameOf(first.add({ months: after })));
    expect(await placesOf(alice)).to.deep.equal(following);
    expect(known.map(({ balance }) => balance)).to.deep.equal(['2.00', '3.00', '4.00']);
    for (const { at, balance } of known) {
      const { balances } = await bank
        .as('account')
        .getBalances({ ledgerAccountIds: [alice], knownAt: timestampFromMs(at) });
      expect(balances[0]?.booked?.amount).to.equal(balance);
    }
  });

  it('have the last day of one beside the first of the next, and know in which order they became known', async () => {
    const month = monthOf(await books.today()).add({ months: 1 });
    await turnDaysUntil(month, { leaveClosing: true });
    const interest = () => journal(cash, alice, '0.10', { kind: JournalKind.INTEREST, endOfDay: true });
    const known: number[] = [];
    for (const one of [journal(cash, alice, '1.00'), interest(), journal(cash, alice, '1.00'), interest()]) {
      const [outcome] = await bank.outcomes([one], one.endOfDay ? 'account' : 'transaction');
      known.push(knownAt(outcome));
    }
    const before = month.subtract({ months: 1 });
    expect((await placesOf(alice)).slice(-4)).to.deep.equal([month, before, month, before].map(nameOf));
    const asked = known.map(async (at) => {
      const ledgerAccountIds = [alice];
      return (await bank.as('account').getBalances({ ledgerAccountIds, knownAt: timestampFromMs(at) })).balances;
    });
    const amounts = (await Promise.all(asked)).map(([balance]) => balance?.booked?.amount);
    expect(amounts).to.deep.equal(['5.00', '5.10', '6.10', '6.20']);
  });

  it('leave to the trigger that a version is booked once: of two at the same time on two days, one is refused', async () => {
    const [debited, credited] = [await bank.cash(), await bank.cash()];
    const second: ServiceUnderTest<typeof LedgerService> = await startTestService(ledger, { beside: bank });
    const [one, other] = await Promise.all([bank.database.open('runtime'), bank.database.open('runtime')]);
    try {
      await second.as('transaction').postJournals({ journals: [journal(cash, alice, '1.00')] });
      await forge(one, 1n, 'open');
      let ended = false;
      const forged = forge(other, 2n, 'closing').then(
        () => 'the database let it happen',
        (error: { code?: string; message?: string }) => `${error.code} ${error.message}`,
      );
      void forged.finally(() => {
        ended = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(ended, 'it waits for the account').to.equal(false);
      await one.query('commit');
      expect(await forged).to.equal('23000 an account was moved by another transaction');
    } finally {
      await Promise.all([one.end(), other.end()]);
      await second.stop();
    }

    /** Books the first entry of both accounts, and does not commit. */
    async function forge(runtime: typeof one, lane: bigint, day: string): Promise<void> {
      const id = newId('jnl');
      await runtime.query('begin');
      await runtime.query(blockOfOne('height + 1, hash', 'block_hash(b)', lane));
      await runtime.query(
        `insert into journal (no, id, kind, value_date, booking_date, owner, leg_count, fingerprint, ${PLACE})
         select $2::bigint, $1, 'transfer', date, date, 'transaction', 2, '\\x00', place.*
         from business_day, (${lastPlace(lane)}) place where state = $3`,
        [id, 1_000_000_000_000n + lane, day],
      );
      await runtime.query(
        `insert into outbox (event_id, type, aggregate_id, aggregate_sequence, envelope)
         values ($1, 'bank.ledger.v1.JournalPosted', $1, 1, '\\x00')`,
        [id],
      );
      await runtime.query(
        `insert into entry (account_no, version, journal_no, leg, amount, balance_after, booking_date, value_date)
         select a.no, 1, j.no, l.leg, l.amount, l.amount, j.booking_date, j.value_date
         from (values ($2, 0, 1), ($3, 1, -1)) l (id, leg, amount) join ledger_account a on a.id = l.id
         join journal j on j.id = $1`,
        [id, debited, credited],
      );
    }
  });

  /** Ends days until the first of a month is open; the one before it stays closing where it is wanted. */
  async function turnDaysUntil(month: Temporal.PlainYearMonth, { leaveClosing = false } = {}): Promise<void> {
    const target = `${month.toString()}-01`;
    await bank.database.query(
      `do $$
      declare
        day date := (select date from business_day where state = 'open');
      begin
        while day < '${target}' loop
          update day_step set state = 'done', start_time = now(), end_time = now() where state <> 'done';
          update business_day set state = 'closed' where state = 'closing';
          update business_day set state = 'closing' where date = day;
          day := day + 1;
          insert into business_day (date, state) values (day, 'open');
        end loop;
        if not ${leaveClosing} then
          update day_step set state = 'done', start_time = now(), end_time = now() where state <> 'done';
          update business_day set state = 'closed' where state = 'closing';
        end if;
      end $$`,
      [],
      'runtime',
    );
  }

  async function months(): Promise<string[]> {
    const rows = await bank.database.query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'entry'::regclass order by inhrelid::regclass::text <> 'entry_history', 1",
    );
    return rows.map(({ name }) => name);
  }

  /** In which partitions an account's entries are, by version. */
  async function placesOf(id: string): Promise<string[]> {
    const rows = await bank.database.query<{ name: string }>(
      `select e.tableoid::regclass::text as name
       from entry e join ledger_account a on a.no = e.account_no where a.id = $1 order by e.version`,
      [id],
    );
    return rows.map(({ name }) => name);
  }
});

function monthOf(date: string): Temporal.PlainYearMonth {
  return Temporal.PlainDate.from(date).toPlainYearMonth();
}

function nameOf(month: Temporal.PlainYearMonth): string {
  return `entry_${month.toString().replace('-', '_')}`;
}
