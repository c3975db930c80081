import { expect } from 'chai';
import type pg from 'pg';
import { refused, staff } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { TieOutGeneralLedgerResponse } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { journal, useLedger } from '../testing.ts';

describe('TieOutGeneralLedger', () => {
  let owner: pg.Client;
  after(() => owner.end());
  const bank = useLedger();
  let cash: string;
  let alice: string;
  let bob: string;
  let today: string;

  before(async () => {
    owner = await bank.database.open('superuser');
    cash = await bank.cash();
    [alice, bob] = [await bank.open(), await bank.open({ generalLedgerCode: '2020' })];
    today = (await bank.as('account').getBusinessDate({})).openDate;
    await bank.post([journal(cash, alice, '100.00'), journal(cash, bob, '20.00'), journal(alice, bob, '5.00')]);
    const fee = journal(alice, cash, '1.00', { kind: JournalKind.FEE });
    await bank.post([fee]);
    const paid = journal(alice, cash, '10.00');
    await bank.post([paid]);
    await bank.as('transaction').reverseJournal({ requestId: 'jnl_undo', journalId: paid.journalId! });
  });

  const tieOut = () => bank.asPrincipal(staff('AUDITOR')).tieOutGeneralLedger({});
  const TIED = [
    '1010 EUR 119.00 119.00 119.00 5 5',
    '2010 EUR -94.00 -94.00 -94.00 5 5',
    '2020 EUR -25.00 -25.00 -25.00 2 2',
  ];

  it('agrees: the postings of the general ledger, the entries and the balances', async () => {
    const answer = await tieOut();
    expect(answer.tied).to.equal(true);
    expect(shown(answer)).to.deep.equal({ lines: TIED, accounts: [], days: [] });
  });

  // Each is done as the superuser with the triggers off, asked about, and undone.
  const tampered: Record<string, { statement: string; lines: string[]; accounts?: string[]; days?: string[] }> = {
    'a balance that was raised': {
      statement: "update ledger_account set balance = balance - 700 where id = ':alice'",
      lines: [TIED[0]!, '2010 EUR -94.00 -94.00 -101.00 5 5', TIED[2]!],
      accounts: [':alice 2010 balance -101.00 entries -94.00 last -94.00 version 5 of 5'],
    },
    'an entry that was taken away': {
      statement:
        "delete from entry using ledger_account a where a.no = account_no and a.id = ':bob' and entry.version = 2",
      lines: [TIED[0]!, TIED[1]!, '2020 EUR -25.00 -20.00 -25.00 2 1'],
      accounts: [':bob 2020 balance -25.00 entries -20.00 last -20.00 version 2 of 1'],
      days: ['2020 :today TRANSFER -25.00 -20.00 2 1'],
    },
    'an entry that was changed, and all the balances with it': {
      statement: `update entry set amount = amount - 100, balance_after = balance_after - 100 from ledger_account a
          where a.no = account_no and a.id = ':bob' and entry.version = 2;
        update ledger_account set balance = balance - 100 where id = ':bob'`,
      lines: [TIED[0]!, TIED[1]!, '2020 EUR -25.00 -26.00 -26.00 2 2'],
      days: ['2020 :today TRANSFER -25.00 -26.00 2 2'],
    },
    'an account that was moved to another line': {
      statement: "update ledger_account set general_ledger_code = '2010' where id = ':bob'",
      lines: [TIED[0]!, '2010 EUR -94.00 -119.00 -119.00 5 7', '2020 EUR -25.00 0.00 0.00 2 0'],
      days: ['2010 :today TRANSFER -85.00 -110.00 3 5', '2020 :today TRANSFER -25.00 0.00 2 0'],
    },
    'a posting of the general ledger that was changed': {
      statement:
        "update general_ledger_posting set debit = debit + 1 where code = '1010' and kind = 'fee' or credit = 100",
      lines: ['1010 EUR 119.01 119.00 119.00 5 5', TIED[1]!, TIED[2]!],
      days: ['1010 :today FEE -0.99 -1.00 1 1'],
    },
    'an account that is gone': {
      statement: "delete from ledger_account where id = ':bob'",
      lines: [TIED[0]!, TIED[1]!, '2020 EUR -25.00 0.00 0.00 2 0'],
      days: ['2020 :today TRANSFER -25.00 0.00 2 0'],
    },
  };

  for (const [what, { statement, lines, accounts = [], days = [] }] of Object.entries(tampered)) {
    it(`explains ${what}`, async () => {
      const named = (text: string) =>
        text.replaceAll(':alice', alice).replaceAll(':bob', bob).replaceAll(':today', today);
      const tables = ['ledger_account', 'entry', 'general_ledger_posting'];
      for (const table of tables) await owner.query(`create table kept_${table} as table ${table}`);
      await owner.query("set session_replication_role = 'replica'");
      try {
        await owner.query(named(statement));
        const answer = await tieOut();
        expect(answer.tied).to.equal(false);
        expect(shown(answer)).to.deep.equal({ lines, accounts: accounts.map(named), days: days.map(named) });
      } finally {
        for (const table of tables) {
          await owner.query(`delete from ${table}`);
          await owner.query(`insert into ${table} overriding system value table kept_${table}`);
          await owner.query(`drop table kept_${table}`);
        }
        await owner.query("set session_replication_role = 'origin'");
      }
      expect((await tieOut()).tied).to.equal(true);
    });
  }

  it('is not for tellers', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).tieOutGeneralLedger({}), 'CALLER_NOT_ALLOWED');
  });

  function shown({ lines, accounts, days }: TieOutGeneralLedgerResponse) {
    return {
      lines: lines.map((line) =>
        [
          line.generalLedgerCode,
          line.generalLedger?.currencyCode,
          line.generalLedger?.amount,
          line.entries?.amount,
          line.balances?.amount,
          line.generalLedgerEntryCount,
          line.entryCount,
        ].join(' '),
      ),
      accounts: accounts.map((one) =>
        [
          one.ledgerAccountId,
          one.generalLedgerCode,
          `balance ${one.balance?.amount} entries ${one.entries?.amount} last ${one.lastBalanceAfter?.amount}`,
          `version ${one.version} of ${one.entryCount}`,
        ].join(' '),
      ),
      days: days.map((day) =>
        [
          day.generalLedgerCode,
          day.bookingDate,
          Object.entries(JournalKind).find(([, kind]) => kind === day.kind)?.[0],
          day.generalLedger?.amount,
          day.entries?.amount,
          day.generalLedgerEntryCount,
          day.entryCount,
        ].join(' '),
      ),
    };
  }
});
