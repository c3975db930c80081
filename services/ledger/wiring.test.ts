import { expect } from 'chai';
import { startTestService } from '#chassis/testing/service.ts';
import { ledger } from './service.ts';
import { useLedger } from './testing.ts';

describe('A ledger that starts', () => {
  const bank = useLedger();

  // Each is done as the superuser, and undone.
  const cases: Record<string, { statement: string; undo: string; says: RegExp }> = {
    'a kind that is not wired': {
      statement: "delete from general_ledger_wiring where kind = 'interest'",
      undo: `insert into general_ledger_wiring (kind, code)
        select 'interest', unnest('{1010,1100,2010,2020,4020,5010}'::text[])`,
      says: /not wired: journals of kind interest are wired to no general-ledger account/,
    },
    'a kind that nobody posts': {
      statement: "insert into general_ledger_wiring (kind, code) values ('bribe', '1010')",
      undo: "delete from general_ledger_wiring where kind = 'bribe'",
      says: /not wired: kind bribe is wired, but no journal is of that kind/,
    },
    'a line that is gone': {
      statement: `set session_replication_role = 'replica'; delete from general_ledger_account where code = '1100'`,
      undo: "insert into general_ledger_account (code, display_name, type) values ('1100', 'Clearing', 'asset')",
      says: /kind deposit is wired to 1100, which is not in the chart of accounts/,
    },
    'income that no closing takes': {
      statement: "insert into general_ledger_account (code, display_name, type) values ('4030', 'Trading', 'income')",
      undo: "delete from general_ledger_account where code = '4030'",
      says: /kind period_close is not wired to 4030, an account of type income/,
    },
  };

  for (const [what, { statement, undo, says }] of Object.entries(cases)) {
    it(`refuses ${what}, and says so`, async () => {
      await bank.database.query(statement);
      try {
        const refusal = await startTestService(ledger, { beside: bank }).then(
          () => undefined,
          (error: Error) => error,
        );
        expect(refusal?.message).to.match(says);
      } finally {
        await bank.database.query(undo);
      }
      await (await startTestService(ledger, { beside: bank })).stop();
    });
  }
});
