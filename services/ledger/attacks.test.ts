import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import type pg from 'pg';
import { newId } from '#chassis/id.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { brokenLaws } from '../_testbed/laws.ts';
import { journal, useLedger } from './testing.ts';
import { blockOfOne, lastPlace, PLACE } from './testing-blocks.ts';

/** A journal with two legs, written by hand: what is given differs from a lawful one. */
interface Forged {
  readonly kind?: string;
  readonly legs?: number;
  readonly bookingDate?: string;
  readonly reverses?: string;
  readonly entries: readonly {
    readonly account: string;
    readonly amount: bigint;
    readonly version?: bigint;
    readonly after?: bigint;
    readonly leg?: number;
    readonly bookingDate?: string;
    readonly reversedLeg?: number;
  }[];
}

/** What is copied to be tampered with. */
const TAMPERED = [
  'entry',
  'journal',
  'ledger_account',
  'business_day',
  'outbox',
  'general_ledger_posting',
  'accounting_period',
  'block',
];

describe("The ledger's database, against its own runtime role", () => {
  let runtime: pg.Client;
  after(() => runtime.end());
  const bank = useLedger();
  let cash: string;
  let alice: string;
  let poor: string;
  let frozen: string;
  let closed: string;
  let migrating: string;
  let yen: string;
  let interest: string;
  let today: string;
  let posted: string;

  before(async () => {
    runtime = await bank.database.open('runtime');
    cash = await bank.cash();
    alice = await bank.funded('100.00', { ceiling: { currencyCode: 'EUR', amount: '1000' } });
    [poor, frozen, closed] = [await bank.open(), await bank.funded('5.00'), await bank.open()];
    migrating = await bank.open({ migrating: true, floor: null });
    yen = await bank.open({ currencyCode: 'JPY' });
    interest = await bank.open({ accountId: '', generalLedgerCode: '4020', floor: null });
    const accounts = bank.as('account');
    const freeze = { decreaseFrozen: true, increaseFrozen: true };
    await accounts.setLedgerAccountFreeze({ requestId: 'freeze', ledgerAccountId: frozen, ...freeze });
    await accounts.closeLedgerAccount({ requestId: 'close', ledgerAccountId: closed });
    today = (await accounts.getBusinessDate({})).openDate;
    posted = journal(alice, cash, '10.00').journalId ?? '';
    await bank.post([journal(alice, cash, '10.00', { journalId: posted })]);
  });

  // Each is an entry or a journal that no rule of the core would let through.
  const forgeries: Record<string, () => Forged> = {
    'one that does not balance': () => ({ entries: [debit(cash, 100n), credit(alice, 99n)] }),
    'one that balances only across currencies': () => ({ entries: [debit(cash, 100n), credit(yen, 100n)] }),
    'one with a leg too few': () => ({ legs: 3, entries: [debit(cash, 100n), credit(alice, 100n)] }),
    'one whose legs are not numbered from 0': () => ({
      entries: [debit(cash, 100n), { ...credit(alice, 100n), leg: 2 }],
    }),
    'one that skips a version': () => ({ entries: [debit(cash, 100n), { ...credit(alice, 100n), version: 9n }] }),
    'one that repeats a version': () => ({ entries: [debit(cash, 100n), { ...credit(alice, 100n), version: 1n }] }),
    'one that repeats a version on another day': () => ({
      kind: 'migration',
      bookingDate: '1995-03-24',
      entries: [{ ...debit(cash, 100n), version: 1n }, credit(migrating, 100n)],
    }),
    'one with the same leg twice': () => ({
      kind: 'interest',
      entries: [debit(cash, 100n), { ...credit(alice, 50n), leg: 0 }, { ...credit(interest, 50n), leg: 2 }],
    }),
    'a wrong balance after': () => ({ entries: [debit(cash, 100n), { ...credit(alice, 100n), after: -1n }] }),
    'one below a floor': () => ({ entries: [credit(cash, 100n), debit(poor, 100n)] }),
    'one above a ceiling': () => ({ entries: [debit(cash, 100_000n), credit(alice, 100_000n)] }),
    'one on a closed account': () => ({ entries: [debit(cash, 100n), credit(closed, 100n)] }),
    'one that takes down a frozen account': () => ({ entries: [credit(cash, 100n), debit(frozen, 100n)] }),
    'one that takes up a frozen account': () => ({ entries: [debit(cash, 100n), credit(frozen, 100n)] }),
    'a forced one on a frozen account': () => ({ kind: 'fee', entries: [credit(cash, 1n), debit(frozen, 1n)] }),
    'one on a migrating account': () => ({ entries: [debit(cash, 100n), credit(migrating, 100n)] }),
    'history on an account that is not migrating': () => ({
      kind: 'migration',
      bookingDate: '1995-03-24',
      entries: [credit(cash, 100n), debit(poor, 100n)],
    }),
    'history of tomorrow': () => ({
      kind: 'migration',
      bookingDate: '9999-12-31',
      entries: [debit(cash, 100n), credit(migrating, 100n)],
    }),
    'one on a day that is not open': () => ({
      bookingDate: '1995-03-24',
      entries: [debit(cash, 100n), credit(alice, 100n)],
    }),
    'an entry on another day than its journal': () => ({
      entries: [debit(cash, 100n), { ...credit(alice, 100n), bookingDate: '1995-03-24' }],
    }),
    'an account that does not exist': () => ({ entries: [debit(cash, 100n), credit('lac_none', 100n)] }),
    'nothing at all on an account': () => ({ entries: [debit(cash, 0n), credit(alice, 0n)] }),
    'a reversal of more than there was': () => ({
      kind: 'reversal',
      reverses: posted,
      entries: [
        { ...credit(alice, 1001n), reversedLeg: 0 },
        { ...debit(cash, 1001n), reversedLeg: 1 },
      ],
    }),
    'a reversal in the same direction': () => ({
      kind: 'reversal',
      reverses: posted,
      entries: [
        { ...debit(alice, 1n), reversedLeg: 0 },
        { ...credit(cash, 1n), reversedLeg: 1 },
      ],
    }),
    'a reversal on other accounts': () => ({
      kind: 'reversal',
      reverses: posted,
      entries: [
        { ...credit(yen, 1n), reversedLeg: 0 },
        { ...debit(cash, 1n), reversedLeg: 1 },
      ],
    }),
    'a reversal of no leg': () => ({
      kind: 'reversal',
      reverses: posted,
      entries: [credit(alice, 1n), debit(cash, 1n)],
    }),
    'a reversal of no journal': () => ({ kind: 'reversal', entries: [credit(alice, 1n), debit(cash, 1n)] }),
    'one that its kind is not wired for': () => ({ kind: 'fee', entries: [debit(alice, 1n), credit(interest, 1n)] }),
    'one that closes a period which nobody closes': () => ({
      kind: 'period_close',
      entries: [debit(interest, 1n), credit(interest, 1n)],
    }),
    'a transfer that says it undoes a leg': () => ({
      entries: [{ ...credit(alice, 1n), reversedLeg: 0 }, debit(cash, 1n)],
    }),
  };

  for (const [what, forged] of Object.entries(forgeries)) {
    it(`takes no journal from it: ${what}`, () => isRefused(() => forge(forged())));
  }

  it('takes a lawful journal from it, so that the forgeries are refused for what is wrong with them', async () => {
    await runtime.query('begin');
    await forge({ entries: [debit(cash, 100n), credit(alice, 100n)] });
    await runtime.query('set constraints all immediate');
    await runtime.query('rollback');
  });

  const attacks: Record<string, string> = {
    'add legs to a journal':
      'insert into entry select account_no, version + 1000, journal_no, leg + 2, amount, balance_after, booking_date, value_date from entry',
    'book a journal a second time': `insert into entry
      select e.account_no, a.version + 1, e.journal_no, e.leg, e.amount, a.balance + e.amount, e.booking_date, e.value_date
      from entry e join ledger_account a on a.no = e.account_no join journal j on j.no = e.journal_no
      where j.leg_count = 2 and j.no = (select max(no) from journal)`,
    'book it a second time on another day': `insert into entry
      select e.account_no, a.version + 1, e.journal_no, e.leg, e.amount, a.balance + e.amount, '1995-03-24', e.value_date
      from entry e join ledger_account a on a.no = e.account_no where e.journal_no = (select max(no) from journal)`,
    'book history past the laws': 'insert into entry_history select * from entry',
    'change history': 'update entry_history set amount = amount * 2',
    'read history by itself': 'select from entry_history',
    'take history away': 'alter table entry detach partition entry_history',
    'make a month': "select make_entry_month('2099-01-01')",
    'make months far ahead': "select make_entry_months('2099-01-01')",
    'make up a month': "insert into entry_month values ('2099-01-01', '2099-02-01')",
    'book a journal in two statements': `insert into entry
      select a.no, a.version + 1, j.no, 0, 1, a.balance + 1, j.booking_date, j.value_date, null from journal j, ledger_account a limit 1`,
    'book a journal that was known before': `insert into journal (no, id, kind, value_date, booking_date, known_time, owner, leg_count, fingerprint, ${PLACE})
      select 5e12, 'jnl_early', kind, value_date, booking_date, known_time, owner, leg_count, fingerprint, 1, 0, -1
      from journal where refusal is null limit 1`,
    'book a journal that is known later': `insert into journal (no, id, kind, value_date, booking_date, known_time, owner, leg_count, fingerprint, ${PLACE})
      select 5e12, 'jnl_late', kind, value_date, booking_date, clock_timestamp() + interval '1 day', owner, leg_count, fingerprint, 1, 0, -1
      from journal where refusal is null limit 1`,
    'refuse a journal in the past': `insert into journal (no, id, kind, known_time, owner, leg_count, fingerprint, refusal, ${PLACE})
      values (5e12, 'jnl_no', 'transfer', '2020-01-01', 'transaction', 0, '\\x00', '\\x00', 1, 0, -1)`,
    'correct what another has posted': `insert into journal (no, id, kind, value_date, booking_date, owner, leg_count, fingerprint, corrected_no, ${PLACE})
      select 5e12, 'jnl_other', 'fee', value_date, booking_date, 'account', leg_count, fingerprint, no, 1, 0, -1
      from journal where refusal is null limit 1`,
    'take the time of an older snapshot': 'set transaction isolation level repeatable read; select take_known_time()',
    'turn the clock of what is known': "insert into known_clock (xid, time) values ('1', '2020-01-01')",
    'turn that clock back': "update known_clock set time = '2020-01-01'",
    'forget what was asked about': 'delete from known_clock',
    'write the general ledger': `insert into general_ledger_posting (code, currency, booking_date, kind, debit, credit, entry_count)
      values ('1010', 'EUR', current_date, 'transfer', 1, 0, 1)`,
    'change the general ledger': 'update general_ledger_posting set debit = debit + 1',
    'delete from the general ledger': 'delete from general_ledger_posting',
    'truncate the general ledger': 'truncate general_ledger_posting',
    'wire a kind elsewhere': "insert into general_ledger_wiring (kind, code) values ('transfer', '3020')",
    'unwire a kind': 'delete from general_ledger_wiring',
    'close a period that is not over': `insert into accounting_period (end_date, state)
      select date, 'closing' from business_day where state = 'open'`,
    'close a period out of turn':
      "insert into accounting_period (start_date, end_date, state) values ('2019-01-01', '2019-12-31', 'closing')",
    'close a period without its closing':
      "insert into accounting_period (end_date, state, booking_date) values ('2019-12-31', 'closed', '2019-12-31')",
    'close two periods at once': `insert into accounting_period (end_date, state) values ('2019-12-31', 'closing');
      insert into accounting_period (start_date, end_date, state) values ('2020-01-01', '2020-12-31', 'closing')`,
    'close a period again': `insert into accounting_period (end_date, state) values ('2019-12-31', 'closing');
      update accounting_period set state = 'closed', booking_date = '2019-12-31';
      update accounting_period set state = 'closed', booking_date = '2020-12-31'`,
    'close a period without its journals': `insert into accounting_period (end_date, state) values ('2019-12-31', 'closing');
      insert into period_result select no, 'EUR', 1, 0, 'jnl_never' from accounting_period;
      update accounting_period set state = 'closed', booking_date = '2019-12-31'`,
    'reopen a period': `insert into accounting_period (end_date, state) values ('2019-12-31', 'closing');
      update accounting_period set state = 'closed', booking_date = '2019-12-31';
      update accounting_period set state = 'closing', booking_date = null`,
    'add a result to a closed period': `insert into accounting_period (end_date, state) values ('2019-12-31', 'closing');
      update accounting_period set state = 'closed', booking_date = '2019-12-31';
      insert into period_result select no, 'EUR', 1, 0, 'jnl_never' from accounting_period`,
    'change the days of a period': "update accounting_period set end_date = '2019-12-31'",
    'change the result of a period': 'update period_result set income = 0',
    'delete a period': 'delete from accounting_period',
    'post outside of every block': `insert into journal (no, id, kind, owner, leg_count, fingerprint, refusal, ${PLACE})
      values (5e12, 'jnl_no', 'transfer', 'transaction', 0, '\\x00', '\\x00', 1, 1000000, 1000000)`,
    'post beside the journals of a block': `insert into journal (no, id, kind, owner, leg_count, fingerprint, refusal, ${PLACE})
      select 5e12, 'jnl_no', 'transfer', 'transaction', 0, '\\x00', '\\x00', lane_no, height, first_position - 1
      from block limit 1`,
    "take another journal's place": `insert into journal (no, id, kind, owner, leg_count, fingerprint, refusal, ${PLACE})
      select 5e12, 'jnl_no', 'transfer', 'transaction', 0, '\\x00', '\\x00', ${PLACE} from journal limit 1`,
    'write a block that leaves one out': blockOfOne('height + 2, hash'),
    'write a block that continues another': blockOfOne('height + 1, previous_hash'),
    'write a block a second time': blockOfOne('height, previous_hash'),
    'write a block with a wrong hash': blockOfOne('height + 1, hash', 'root'),
    'write a block without its journals': `${blockOfOne()}; set constraints all immediate`,
    'change a block': "update block set root = decode(repeat('00', 32), 'hex')",
    'delete a block': 'delete from block',
    'truncate the blocks': 'truncate block',
    'delete a lane': 'delete from lane',
    'change an entry': 'update entry set amount = amount * 2',
    'delete an entry': 'delete from entry',
    'truncate the entries': 'truncate entry',
    'change a journal': "update journal set kind = 'fee'",
    'redate a journal': "update journal set booking_date = '1995-03-24'",
    'delete a journal': 'delete from journal',
    'truncate the journals': 'truncate journal cascade',
    'change a balance': 'update ledger_account set balance = balance + 1',
    'change a version': 'update ledger_account set version = version + 1',
    'change a currency': "update ledger_account set currency = 'USD'",
    'change whose an account is': 'update ledger_account set account_id = null',
    'delete an account': 'delete from ledger_account',
    'open an account with money in it': `insert into ledger_account (id, currency, normal_side, general_ledger_code, state, balance)
      values ('lac_rich', 'EUR', 'credit', '2010', 'open', -100)`,
    'open an account outside the chart': `insert into ledger_account (id, currency, normal_side, general_ledger_code, state)
      values ('lac_odd', 'EUR', 'credit', '9999', 'open')`,
    'reopen a closed account': "update ledger_account set state = 'open' where state = 'closed'",
    'close an account with money in it':
      "update ledger_account set state = 'closed' where balance <> 0 and state = 'open'",
    'set an account back to migrating': "update ledger_account set state = 'migrating' where state = 'open'",
    'set limits that contradict each other': 'update ledger_account set floor = 1, ceiling = 0',
    'open a second day': "insert into business_day (date, state) select date + 1, 'open' from business_day",
    'add a day of the past': "insert into business_day (date, state) values ('1995-03-24', 'closing')",
    'reopen a closing day': "update business_day set state = 'closing'; update business_day set state = 'open'",
    'skip the closing of a day': "update business_day set state = 'closed' where state = 'open'",
    'delete a day': 'delete from business_day',
    'turn off the laws': 'alter table entry disable trigger all',
    'turn off all triggers': "set session_replication_role = 'replica'",
    'replace the laws':
      'create or replace function post_entries() returns trigger language plpgsql as $$ begin return null; end $$',
    'make a table': 'create table mine (id int)',
    'forget a command': 'delete from command',
    'forge a command': "update command set fingerprint = '\\x00', request_id = 'x'",
    'delete an event': 'delete from outbox',
    'change an event': "update outbox set envelope = '\\x00'",
    'change the chart of accounts': "update general_ledger_account set type = 'asset'",
    'become the owner': 'set role ledger_owner',
  };

  it('does not let it write into a month past the laws', async () => {
    const [month] = await bank.database.query<{ name: string }>(
      'select distinct tableoid::regclass::text as name from entry',
    );
    for (const statement of [
      'insert into % select * from entry',
      'update % set amount = 1',
      'delete from %',
      'truncate %',
      'drop table %',
    ])
      await isRefused(() => runtime.query(statement.replace('%', month?.name ?? '')));
  });

  for (const [what, statement] of Object.entries(attacks)) {
    it(`does not let it ${what}`, () => isRefused(() => runtime.query(statement)));
  }

  it('is not changed by any of this', async () => {
    expect(await brokenLaws(bank.database.superuserUrl)).to.deep.equal([]);
    expect([await bank.booked(alice), await bank.booked(cash), await bank.booked(poor)]).to.deep.equal([
      '90.00',
      '-10.00',
      '0.00',
    ]);
  });

  it("is watched by laws that find what only the database's owner could do", async () => {
    await bank.post([journal(cash, migrating, '1.00', { kind: JournalKind.MIGRATION, bookingDate: '1995-03-24' })]);
    const tampered: Record<string, string> = {
      'a journal balances': 'update entry set amount = amount + 1 where version = 1 and amount > 0',
      'versions have no gap': 'update ledger_account set version = version + 1 where version > 0',
      'the one before it': 'update entry set balance_after = balance_after + 1 where version = 1',
      'after its last entry': 'update ledger_account set balance = balance + 1 where version > 0 and balance <> 0',
      'booked whole': 'delete from entry where leg = 0',
      'dates of its journal': "update entry set booking_date = '1990-01-01' where leg = 0",
      'published once': "delete from outbox where type = 'bank.ledger.v1.JournalsPosted'",
      'known times of an account':
        "update journal set known_time = known_time - interval '1 day' where no = (select max(journal_no) from entry)",
      'in the general ledger once': 'update general_ledger_posting set entry_count = entry_count + 1',
      'general ledger is in balance': 'update general_ledger_posting set credit = credit + 1 where credit > 0',
      'where its kind is wired to': "update ledger_account set general_ledger_code = '3020' where version > 0",
      'corrects what its owner has posted':
        "update journal set corrected_no = (select min(no) from journal where refusal is null), owner = 'account' where no = (select max(no) from journal)",
      'its period': "update journal set kind = 'period_close' where no = (select max(journal_no) from entry)",
      'periods follow one another':
        "insert into accounting_period (no, end_date, state) values (1, '2019-12-31', 'closed'), (2, '2020-12-31', 'closing')",
      'blocks continue their lane': "update block set known_time = known_time + interval '1 hour'",
      'stands in its block': 'delete from block where height = 0',
      'one day is open': "update business_day set state = 'closing'",
    };
    const owner = await bank.database.open('superuser');
    for (const [law, statement] of Object.entries(tampered)) {
      // On a copy, as the owner: constraints and all stay, only the rights are wider.
      const copy = `tampered_${randomInt(1e9)}`;
      await owner.query(`create schema ${copy}`);
      for (const table of TAMPERED) {
        await owner.query(`create table ${copy}.${table} (like public.${table} including indexes)`);
        await owner.query(`insert into ${copy}.${table} table public.${table}`);
      }
      await owner.query(`set search_path = ${copy}`);
      await owner.query(statement);
      await owner.query('set search_path = public');
      const url = new URL(bank.database.superuserUrl);
      url.searchParams.set('options', `-c search_path=${copy},public`);
      expect((await brokenLaws(url.href)).join('\n'), law).to.include(law);
      await owner.query(`drop schema ${copy} cascade`);
    }
    await owner.end();
  });

  function debit(account: string, amount: bigint) {
    return { account, amount };
  }

  function credit(account: string, amount: bigint) {
    return { account, amount: -amount };
  }

  /** Writes a journal by hand, as the runtime role may, with the right versions and balances unless told otherwise. */
  async function forge({ kind = 'transfer', legs, bookingDate = today, reverses, entries }: Forged): Promise<void> {
    const no = randomInt(1e12, 2e12);
    await runtime.query(blockOfOne());
    await runtime.query(
      `insert into journal (no, id, kind, value_date, booking_date, owner, leg_count, fingerprint, reversed_no, ${PLACE})
       select $1, $2, $3, $4, $4, 'transaction', $5, '\\x00', (select no from journal where id = $6),
         place.* from (${lastPlace()}) place`,
      [no, newId('jnl'), kind, bookingDate, legs ?? entries.length, reverses],
    );
    const values: unknown[] = [];
    const rows = entries.map((entry, index) => {
      const { account, amount, version, after, leg = index, bookingDate: entryDate, reversedLeg } = entry;
      values.push(account, amount, version, after, leg, entryDate ?? bookingDate, bookingDate, reversedLeg);
      const at = (place: number) => `$${index * 8 + place}`;
      return `(coalesce((select no from ledger_account where id = ${at(1)}), 0),
        coalesce(${at(3)}::bigint, (select version + 1 from ledger_account where id = ${at(1)}), 1),
        ${no}, ${at(5)}::smallint, ${at(2)}::bigint,
        coalesce(${at(4)}::bigint, (select balance + ${at(2)}::bigint from ledger_account where id = ${at(1)}), 0),
        ${at(6)}::date, ${at(7)}::date, ${at(8)}::smallint)`;
    });
    await runtime.query(
      `insert into entry (account_no, version, journal_no, leg, amount, balance_after, booking_date, value_date, reversed_leg)
       values ${rows.join(', ')}`,
      values,
    );
  }

  /** Every attack ends in an error of the database, for a constraint or for want of a right: never of the syntax. */
  async function isRefused(attack: () => Promise<unknown>): Promise<void> {
    await runtime.query('begin');
    try {
      await attack();
    } catch (error) {
      expect((error as pg.DatabaseError).code, (error as Error).message).to.match(/^(23|42501)/);
      return;
    } finally {
      await runtime.query('rollback');
    }
    throw new Error('the database let it happen');
  }
});
