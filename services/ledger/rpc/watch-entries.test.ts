import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import { refused } from '#chassis/testing/service.ts';
import { cursorsOf } from '../cursors.ts';
import { journal, useLedger } from '../testing.ts';
import { gaps, reading, seen, versions } from '../testing-watchers.ts';

describe('WatchEntries', () => {
  const bank = useLedger();

  const watch = (ids: readonly string[], cursor = '') =>
    reading(bank.as('transaction').watchEntries({ ledgerAccountIds: [...ids], cursor }));

  const pay = (from: string, to: string, times: number) =>
    bank.post(Array.from({ length: times }, () => journal(from, to, '0.01')));

  it('begins with the first entry, and goes on with those that are booked', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const watcher = watch([alice]);
    const [first] = await watcher.until(({ entries }) => entries.length > 0);
    expect(first?.entries).to.have.length(1);
    expect(first?.entries[0]).to.include({ ledgerAccountId: alice, version: 1n, legNumber: 1 });
    expect(first?.entries[0]?.balanceAfter?.amount).to.equal('10.00');
    await pay(alice, cash, 3);
    const rest = await watcher.until(({ entries }) => entries.at(-1)?.version === 4n);
    expect(seen(rest)).to.deep.equal(versions(alice, 4, 2));
    await watcher.leave();
  });

  it('shows entries as ListEntries does, but for the running balance', async () => {
    const alice = await bank.funded('10.00');
    const { entries } = await bank.as('transaction').listEntries({ ledgerAccountId: alice });
    const watcher = watch([alice]);
    const { entries: shown } = await watcher.next();
    for (const entry of entries) delete entry.runningBalance;
    expect(shown).to.deep.equal(entries);
    await watcher.leave();
  });

  it('says at once that nothing is new, with a cursor, and goes on from it', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const first = watch([alice]);
    const { cursor } = await first.next();
    await first.leave();
    const quiet = watch([alice], cursor);
    const message = await quiet.next();
    expect(message).to.deep.include({ entries: [], gaps: [], cursor });
    await quiet.leave();
    await pay(alice, cash, 5);
    const resumed = watch([alice], message.cursor);
    expect(seen([await resumed.next()])).to.deep.equal(versions(alice, 6, 2));
    await resumed.leave();
  });

  it('cut anywhere and resumed, loses and doubles nothing', async () => {
    const [cash, alice, bob] = [await bank.cash(), await bank.funded('10.00'), await bank.funded('10.00')];
    await pay(alice, bob, 450);
    let cursor = '';
    const all: string[] = [];
    for (let cuts = 0; all.length < 922; cuts += 1) {
      const watcher = watch(cuts % 2 ? [alice, bob] : [bob, alice], cursor);
      const message = await watcher.next();
      await watcher.leave();
      all.push(...seen([message]));
      cursor = message.cursor;
      if (cuts === 1) await pay(alice, cash, 20);
    }
    expect(all.filter((one) => one.startsWith(alice))).to.deep.equal(versions(alice, 471));
    expect(all.filter((one) => one.startsWith(bob))).to.deep.equal(versions(bob, 451));
  });

  it('goes on from where a watcher of balances stood', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const balances = reading(bank.as('transaction').watchBalances({ ledgerAccountIds: [alice] }));
    const { cursor } = await balances.next();
    await balances.leave();
    await pay(alice, cash, 2);
    const watcher = watch([alice], cursor);
    expect(seen([await watcher.next()])).to.deep.equal(versions(alice, 3, 2));
    await watcher.leave();
  });

  it('watches many accounts with a history each', async () => {
    const cash = await bank.cash();
    const ids = await Promise.all(Array.from({ length: 200 }, () => bank.open()));
    await bank.post(ids.map((id) => journal(cash, id, '1.00')));
    const watcher = watch(ids);
    const all = new Set<string>();
    await watcher.until((message) => {
      for (const one of seen([message])) all.add(one);
      return all.size === 200;
    });
    await watcher.leave();
  });

  it('says which versions the ledger no longer has', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    await pay(alice, cash, 5);
    const at = 'account_no = (select no from ledger_account where id = $1)';
    const kept = await bank.database.query(`select * from entry where ${at} and version in (3, 4)`, [alice]);
    await bank.database.query(`delete from entry where ${at} and version in (3, 4)`, [alice]);
    try {
      const watcher = watch([alice]);
      const message = await watcher.next();
      expect(seen([message])).to.deep.equal([...versions(alice, 2), ...versions(alice, 6, 5)]);
      expect(gaps([message])).to.deep.equal(['3-4']);
      await watcher.leave();
    } finally {
      const rows = JSON.stringify(kept, (_, value) => (typeof value === 'bigint' ? String(value) : value));
      await bank.database.query(
        `set session_replication_role = replica; insert into entry select * from json_populate_recordset(null::entry, '${rows}')`,
      );
    }
  });

  it('says every five seconds that it is there', async () => {
    const watcher = watch([await bank.open()]);
    const { cursor } = await watcher.next();
    const started = performance.now();
    expect(await watcher.next()).to.deep.include({ entries: [], gaps: [], cursor });
    expect(performance.now() - started).to.be.within(4_500, 7_000);
    await watcher.leave();
  });

  const someone = 'lac_nobody';
  for (const [reason, when, ask] of [
    ['LEDGER_ACCOUNT_NOT_FOUND', 'an account that there is not', async () => watch([await bank.open(), someone])],
    ['CURSOR_INVALID', 'a cursor that is none', async () => watch([await bank.open()], 'AAAA')],
    [
      'CURSOR_INVALID',
      'a cursor of other accounts',
      async () => watch([await bank.open()], await cursorOf(await bank.open())),
    ],
    ['CURSOR_INVALID', 'a cursor that was changed', async () => changed(await bank.funded('1.00'))],
    [
      'CURSOR_AHEAD',
      'a cursor beyond the ledger, as after a restored backup',
      async () => ahead(await bank.funded('1.00')),
    ],
    ['REQUEST_INVALID', 'no account', async () => watch([])],
    ['REQUEST_INVALID', 'an account twice', async () => watch([someone, someone])],
  ] as const) {
    it(`refuses ${when}: ${reason}`, async () => {
      const watcher = await ask();
      await refused(watcher.next(), reason);
    });
  }

  it('is open to auditors and to nobody who has no business with it', async () => {
    const ledgerAccountIds = [await bank.open()];
    const auditor = reading(bank.asPrincipal(staff('AUDITOR')).watchEntries({ ledgerAccountIds }));
    expect((await auditor.next()).entries).to.deep.equal([]);
    await auditor.leave();
    await refused(
      reading(bank.asPrincipal(staff('TELLER')).watchEntries({ ledgerAccountIds })).next(),
      'CALLER_NOT_ALLOWED',
    );
    await refused(reading(bank.as('customer').watchEntries({ ledgerAccountIds })).next(), 'CALLER_NOT_ALLOWED');
  });

  async function cursorOf(id: string): Promise<string> {
    const watcher = watch([id]);
    const { cursor } = await watcher.next();
    await watcher.leave();
    return cursor;
  }

  async function changed(id: string) {
    const bytes = Buffer.from(await cursorOf(id), 'base64url');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return watch([id], bytes.toString('base64url'));
  }

  async function ahead(id: string) {
    const { localKeyring } = await import('#chassis/keyring.ts');
    const keys = await localKeyring(`${bank.dataDir}/keyring`);
    return watch([id], cursorsOf([id], keys.secret('cursor')).write(new Map([[id, 2n]])));
  }
});
