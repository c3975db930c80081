import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import type { WatchBalancesResponse } from '#gen/bank/ledger/v1/ledger_watch_pb.ts';
import { cursorsOf } from '../cursors.ts';
import { journal, useLedger } from '../testing.ts';
import { gaps, reading } from '../testing-watchers.ts';

describe('WatchBalances', () => {
  const bank = useLedger();

  const watch = (ids: readonly string[], cursor = '') =>
    reading(bank.as('transaction').watchBalances({ ledgerAccountIds: [...ids], cursor }));

  it('begins with the balance of every account, as GetBalances tells it', async () => {
    const ledgerAccountIds = [await bank.funded('10.00'), await bank.open(), await bank.cash()];
    const { balances } = await bank.as('transaction').getBalances({ ledgerAccountIds });
    const watcher = watch(ledgerAccountIds);
    const first = await watcher.next();
    expect(first.gaps).to.deep.equal([]);
    expect(first.balances).to.have.deep.members(balances);
    await watcher.leave();
  });

  it('tells of an account that moves, and of no other', async () => {
    const [cash, alice, bob] = [await bank.cash(), await bank.funded('10.00'), await bank.funded('5.00')];
    const watcher = watch([alice, bob]);
    await watcher.next();
    await bank.post([journal(alice, cash, '1.00')]);
    expect(told(await watcher.next())).to.deep.equal([[alice, '9.00', 2n]]);
    await bank.post([journal(bob, alice, '5.00')]);
    const both = await watcher.until(({ balances }) => balances.some(({ ledgerAccountId }) => ledgerAccountId === bob));
    expect(told(both.at(-1))).to.deep.include([bob, '0.00', 2n]);
    await watcher.leave();
  });

  it('tells what may still be taken when the floor moves, though nothing is booked', async () => {
    const alice = await bank.funded('10.00');
    const watcher = watch([alice]);
    await watcher.next();
    const limits = { ledgerAccountId: alice, floor: { currencyCode: 'EUR', amount: '-50.00' } };
    await bank.as('account').setLedgerAccountLimits({ requestId: 'limits', ...limits });
    const { balances, gaps: passed } = await watcher.next();
    expect(balances[0]).to.deep.include({ version: 1n, available: { ...balances[0]?.booked, amount: '60.00' } });
    expect(passed).to.deep.equal([]);
    await watcher.leave();
  });

  it('shows the latest balance only, and names the versions that it passed over', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const watcher = watch([alice]);
    await watcher.next();
    await bank.post(Array.from({ length: 100 }, () => journal(alice, cash, '0.01')));
    const read = await watcher.until(({ balances }) => balances.some(({ version }) => version === 101n));
    expect(told(read.at(-1))).to.deep.equal([[alice, '9.00', 101n]]);
    expect(shownAndPassed(read)).to.equal(100);
    await watcher.leave();
  });

  it('resumed from a cursor, begins with all balances and names what was missed', async () => {
    const [cash, alice, bob] = [await bank.cash(), await bank.funded('10.00'), await bank.funded('5.00')];
    const first = watch([alice, bob]);
    const { cursor } = await first.next();
    await first.leave();
    await bank.post([journal(alice, cash, '1.00'), journal(alice, cash, '1.00'), journal(alice, cash, '1.00')]);
    const resumed = watch([bob, alice], cursor);
    const message = await resumed.next();
    expect(told(message)).to.have.deep.members([
      [alice, '7.00', 4n],
      [bob, '5.00', 1n],
    ]);
    expect(gaps([message])).to.deep.equal(['2-3']);
    await resumed.leave();
  });

  it('serves 500 watchers and no more, and the next one when one has left', async function many() {
    this.timeout(60_000);
    const alice = await bank.funded('10.00');
    const watchers = Array.from({ length: 500 }, () => watch([alice]));
    await Promise.all(watchers.map((watcher) => watcher.next()));
    await refused(watch([alice]).next(), 'TOO_MANY_WATCHERS');
    await refused(
      reading(bank.as('transaction').watchEntries({ ledgerAccountIds: [alice] })).next(),
      'TOO_MANY_WATCHERS',
    );
    expect(await bank.booked(alice)).to.equal('10.00');
    await watchers[0]!.leave();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const next = watch([alice]);
    await next.next();
    await bank.post([journal(alice, await bank.cash(), '1.00')]);
    const others = [...watchers.slice(1), next];
    for (const message of await Promise.all(others.map((watcher) => watcher.next()))) {
      expect(told(message)).to.deep.equal([[alice, '9.00', 2n]]);
    }
    await Promise.all(others.map((watcher) => watcher.leave()));
  });

  for (const [reason, when, cursor] of [
    ['LEDGER_ACCOUNT_NOT_FOUND', 'an account that there is not', undefined],
    ['CURSOR_INVALID', 'a cursor that is none', () => 'AAAA'],
    [
      'CURSOR_AHEAD',
      'a cursor beyond the ledger',
      (id: string, key: Buffer) => cursorsOf([id], key).write(new Map([[id, 2n]])),
    ],
  ] as const) {
    it(`refuses ${when}: ${reason}`, async () => {
      const { localKeyring } = await import('#chassis/keyring.ts');
      const key = (await localKeyring(`${bank.dataDir}/keyring`)).secret('cursor');
      const alice = await bank.funded('1.00');
      const watcher = cursor ? watch([alice], cursor(alice, key)) : watch([alice, 'lac_nobody']);
      await refused(watcher.next(), reason);
    });
  }

  function told(message: WatchBalancesResponse | undefined) {
    return message?.balances.map(({ ledgerAccountId, booked, version }) => [ledgerAccountId, booked?.amount, version]);
  }

  function shownAndPassed(messages: readonly WatchBalancesResponse[]): number {
    const passed = messages.flatMap((message) => message.gaps);
    const missed = passed.reduce((sum, { fromVersion, toVersion }) => sum + Number(toVersion - fromVersion) + 1, 0);
    return missed + messages.reduce((sum, { balances }) => sum + balances.length, 0);
  }
});
