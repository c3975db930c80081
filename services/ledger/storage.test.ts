import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { journal, useLedger } from './testing.ts';

describe('How the ledger is stored', () => {
  const bank = useLedger();

  it('writes a hot balance beside the one before it, and no index for it', async function writes() {
    this.timeout(30_000);
    const accounts = await Promise.all(Array.from({ length: 60 }, () => bank.cash()));
    const batches = 50;
    for (let batch = 0; batch < batches; batch += 1) {
      const journals = accounts.map((account, place) =>
        journal(account, accounts[(place + 1) % accounts.length] ?? '', '1.00'),
      );
      expect(new Set(await bank.post(journals))).to.deep.equal(new Set(['posted']));
    }
    const { updated, hot } = await updatesOf(accounts.length * batches);
    expect(hot / updated).to.be.at.least(0.9);
  });

  it('keeps every month as what is never changed', async () => {
    const months = await bank.database.query<{ options: string[] }>(
      "select reloptions as options from pg_inherits join pg_class c on c.oid = inhrelid where inhparent = 'entry'::regclass",
    );
    expect(months).to.have.length(3);
    for (const { options } of months) expect(options).to.include('autovacuum_freeze_min_age=0');
  });

  /** What PostgreSQL has counted, once it has counted all: each process tells it when it has been idle for ten seconds at most. */
  async function updatesOf(expected: number): Promise<{ updated: number; hot: number }> {
    for (const end = Date.now() + 20_000; ; await pause(200)) {
      const [row] = await bank.database.query<{ updated: string; hot: string }>(
        "select n_tup_upd as updated, n_tup_hot_upd as hot from pg_stat_user_tables where relname = 'ledger_account'",
      );
      const [updated, hot] = [Number(row?.updated), Number(row?.hot)];
      if (updated >= expected) return { updated, hot };
      if (Date.now() > end) throw new Error(`PostgreSQL has counted ${updated} updates of ${expected}`);
    }
  }
});
