import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { newId } from '#chassis/id.ts';
import { asWorkload, refused, staff } from '#chassis/testing/clients.ts';
import { testEnvironment } from '#chassis/testing/service.ts';
import { type Entry, LedgerAccountState, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { type JournalInit, journal, knownAt, told, useLedger } from './testing.ts';
import { hold } from './testing-holds.ts';
import { reading } from './testing-watchers.ts';

describe('A striped account', () => {
  const bank = useLedger();
  let process: ServiceProcess;
  let second: Client<typeof LedgerService>;
  let alice: string;

  before(async () => {
    const port = await randomFreePort();
    const environment = { LEDGER_PORT: String(port), LEDGER_DATABASE_URL: bank.database.runtimeUrl };
    process = await startServiceProcess('ledger', { ...testEnvironment(bank.dataDir), ...environment });
    const { issuer, identity } = bank;
    const at = { audience: 'ledger' as const, address: `127.0.0.1:${port}`, issuer, identity };
    second = asWorkload({ service: LedgerService, ...at }, 'transaction');
    alice = await bank.funded('1000.00');
  });
  after(async () => {
    second.close();
    await process.kill('SIGTERM');
  });

  it('is one account to all who ask, though two processes book on it', async () => {
    const till = await bank.cash('EUR', true);
    const paid = await post(bank.as('transaction'), journal(till, alice, '10.00'));
    await post(second, journal(till, alice, '5.00'));
    await post(second, journal(alice, till, '3.00'));
    const [balance] = (await bank.as('account').getBalances({ ledgerAccountIds: [till] })).balances;
    expect([balance?.booked?.amount, balance?.version, balance?.held?.amount]).to.deep.equal(['12.00', 3n, '0.00']);
    const then = { ledgerAccountIds: [till], knownAt: { seconds: 0n, nanos: 0 } };
    then.knownAt = { seconds: BigInt(Math.floor(knownAt(paid) / 1000)), nanos: (knownAt(paid) % 1000) * 1_000_000 };
    const [past] = (await bank.as('account').getBalances(then)).balances;
    expect([past?.booked?.amount, past?.version]).to.deep.equal(['10.00', 1n]);
    const { entries, openingBalance, closingBalance } = await list(till);
    expect(entries.map(({ runningBalance }) => runningBalance?.amount)).to.deep.equal(['10.00', '15.00', '12.00']);
    expect(new Set(entries.map(({ stripeNumber }) => stripeNumber)).size).to.equal(2);
    expect([openingBalance?.amount, closingBalance?.amount]).to.deep.equal(['0.00', '12.00']);
    const listed = (await bank.asPrincipal(staff('AUDITOR')).listLedgerAccounts({ pageSize: 1000 })).ledgerAccounts;
    const shown = listed.filter(({ ledgerAccountId }) => ledgerAccountId === till);
    expect(shown.map(({ striped, booked, version }) => [striped, booked?.amount, version])).to.deep.equal([
      [true, '12.00', 3n],
    ]);
  });

  it('makes nobody wait who books on another stripe', async () => {
    const till = await bank.cash('EUR', true);
    await post(bank.as('transaction'), journal(till, alice, '1.00'));
    const holder = await bank.database.open('runtime');
    try {
      await holder.query('begin');
      await holder.query('select from ledger_account where id = $1 and stripe > 0 for no key update', [till]);
      expect(told(await post(second, journal(till, await bank.open(), '1.00')))).to.equal('posted');
    } finally {
      await holder.end();
    }
  });

  it('is listed page by page, each entry once in both orders, while both processes go on', async () => {
    const till = await bank.cash('EUR', true);
    const count = 24;
    await Promise.all(Array.from({ length: count }, (_, at) => post(each(at), journal(till, alice, '1.00'))));
    for (const newestFirst of [false, true]) {
      const { length } = (await list(till)).entries;
      const entries: Entry[] = [];
      let pageToken = '';
      do {
        const page = await bank
          .as('account')
          .listEntries({ ledgerAccountId: till, pageSize: 5, newestFirst, pageToken });
        entries.push(...page.entries);
        pageToken = page.nextPageToken;
        await Promise.all([0, 1].map((at) => post(each(at), journal(till, alice, '1.00'))));
      } while (pageToken !== '');
      const names = entries.map(({ stripeNumber, version }) => `${stripeNumber}/${version}`);
      expect([names.length, new Set(names).size]).to.deep.equal([length, length]);
      const running = entries.map(({ runningBalance }) => runningBalance?.amount);
      const upward = Array.from({ length }, (_, at) => `${at + 1}.00`);
      expect(running).to.deep.equal(newestFirst ? upward.toReversed() : upward);
    }
  });

  it('is watched: each entry of each stripe once, also resumed, and balances of one moment', async () => {
    const till = await bank.cash('EUR', true);
    await Promise.all([0, 1, 2].map((at) => post(each(at), journal(till, alice, '1.00'))));
    const watch = (cursor: string) => reading(bank.as('account').watchEntries({ ledgerAccountIds: [till], cursor }));
    const first = watch('');
    let seen = 0;
    const before = await first.until(({ entries }) => {
      seen += entries.length;
      return seen === 3;
    });
    await first.leave();
    await Promise.all([0, 1].map((at) => post(each(at), journal(till, alice, '1.00'))));
    const balances = reading(
      bank.as('account').watchBalances({ ledgerAccountIds: [till], cursor: before.at(-1)?.cursor ?? '' }),
    );
    const told = await balances.next();
    await balances.leave();
    expect(told.balances.map(({ booked, version }) => [booked?.amount, version])).to.deep.equal([['5.00', 5n]]);
    const again = watch(before.at(-1)?.cursor ?? '');
    const after = await again.until(({ entries }) => {
      seen += entries.length;
      return seen === 5;
    });
    await again.leave();
    const messages = [...before, ...after];
    const names = messages.flatMap(({ entries }) => entries.map((one) => `${one.stripeNumber}/${one.version}`));
    expect(new Set(names).size).to.equal(5);
    expect(messages.flatMap(({ gaps }) => gaps)).to.deep.equal([]);
    const ahead = watch(told.cursor);
    expect((await ahead.next()).entries).to.deep.equal([]);
    await ahead.leave();
  });

  it('is reversed once, on the stripe that was booked, though both processes are asked', async () => {
    const [till, fees] = [await bank.cash('EUR', true), await bank.cash('EUR', true)];
    for (let round = 0; round < 5; round += 1) {
      const paid = journal(till, fees, '7.00');
      await post(each(round), paid);
      const raced = await Promise.allSettled(
        Array.from({ length: 6 }, (_, at) =>
          each(at).reverseJournal({ requestId: newId('jnl'), journalId: paid.journalId ?? '' }),
        ),
      );
      expect(raced.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    }
    expect(await bank.booked(till)).to.equal('0.00');
  });

  it('is frozen and closed with all its stripes at once', async () => {
    const till = await bank.cash('EUR', true);
    const admin = bank.as('account');
    await post(bank.as('transaction'), journal(till, alice, '4.00'));
    const freeze = { ledgerAccountId: till, decreaseFrozen: true, increaseFrozen: true };
    await admin.setLedgerAccountFreeze({ requestId: newId('evt'), ...freeze });
    // The second process has no stripe yet: that is made frozen.
    for (const at of [0, 1]) {
      expect(told(await post(each(at), journal(alice, till, '4.00')))).to.equal('LEDGER_ACCOUNT_FROZEN');
    }
    const thaw = { ledgerAccountId: till, decreaseFrozen: false, increaseFrozen: false };
    const { ledgerAccount } = await admin.setLedgerAccountFreeze({ requestId: newId('evt'), ...thaw });
    expect([ledgerAccount?.booked?.amount, ledgerAccount?.version]).to.deep.equal(['4.00', 1n]);
    const close = () => admin.closeLedgerAccount({ requestId: newId('evt'), ledgerAccountId: till });
    await refused(close(), 'BALANCE_NOT_ZERO');
    await post(second, journal(alice, till, '4.00'));
    expect((await close()).ledgerAccount?.state).to.equal(LedgerAccountState.CLOSED);
    for (const at of [0, 1]) {
      expect(told(await post(each(at), journal(till, alice, '1.00')))).to.equal('LEDGER_ACCOUNT_CLOSED');
    }
  });

  it('never closes while both processes post on it, but at zero', async () => {
    const [till, other] = [await bank.cash('EUR', true), await bank.cash('EUR', true)];
    const posting = Array.from({ length: 20 }, (_, at) => post(each(at), journal(till, other, '1.00')));
    const closing = bank.as('account').closeLedgerAccount({ requestId: newId('evt'), ledgerAccountId: till });
    const [closed] = await Promise.allSettled([closing, ...posting]);
    const outcomes = (await Promise.all(posting)).map(told);
    const expected = closed?.status === 'fulfilled' ? ['LEDGER_ACCOUNT_CLOSED'] : ['posted'];
    expect([...new Set(outcomes)]).to.deep.equal(expected);
  });

  it('is refused where one balance would be needed', async () => {
    const open = (terms: object) => bank.open({ accountId: '', floor: null, striped: true, ...terms });
    await refused(open({ accountId: newId('acc') }), 'LEDGER_ACCOUNT_STRIPED');
    await refused(open({ floor: '0' }), 'LEDGER_ACCOUNT_STRIPED');
    await refused(open({ migrating: true, accountId: newId('acc') }), 'LEDGER_ACCOUNT_STRIPED');
    const till = await bank.cash('EUR', true);
    const limit = { ceiling: { currencyCode: 'EUR', amount: '5' } };
    const limited = { requestId: newId('evt'), ledgerAccountId: till, ...limit };
    await refused(bank.as('account').setLedgerAccountLimits(limited), 'LEDGER_ACCOUNT_STRIPED');
    const { outcomes } = await bank.as('transaction').placeHolds({ holds: [hold(alice, till, '1.00')] });
    expect(outcomes.map(({ result }) => result.case === 'refusal' && result.value.detail?.reason)).to.deep.equal([
      'LEDGER_ACCOUNT_STRIPED',
    ]);
    const most = { currencyCode: 'EUR', amount: '10' };
    const legs = [
      { ledgerAccountId: till, side: Side.DEBIT, balancing: { atMost: most, target: most } },
      { ledgerAccountId: alice, side: Side.CREDIT, balancing: { atMost: most } },
    ];
    expect(await bank.post([{ ...journal(till, alice, '1.00'), legs }])).to.deep.equal(['LEDGER_ACCOUNT_STRIPED']);
    const terms = { accountId: '', floor: null, normalSide: Side.DEBIT, generalLedgerCode: '1010' };
    await refused(bank.open({ ledgerAccountId: till, ...terms }), 'LEDGER_ACCOUNT_EXISTS');
  });

  it('keeps its stripes as it is, against the runtime role', async () => {
    const till = await bank.cash('EUR', true);
    const plain = await bank.cash();
    await post(bank.as('transaction'), journal(till, alice, '1.00'));
    await post(second, journal(alice, till, '2.00'));
    for (const attack of [
      `insert into ledger_account (id, stripe) values ('${plain}', 7)`,
      `update ledger_account set state = 'closed' where id = '${till}' and stripe > 0`,
      `update ledger_account set increase_frozen = true where id = '${till}' and stripe > 0`,
      `update ledger_account set floor = 0 where id = '${till}'`,
      `update ledger_account set state = 'closed' where id = '${till}' and stripe = 0`,
      `update ledger_account set striped = false where id = '${till}'`,
      `update ledger_account set striped = true where id = '${plain}'`,
      `update ledger_account set stripe = 9 where id = '${till}' and stripe > 0`,
      `insert into ledger_account (id, currency, normal_side, general_ledger_code, state, floor, striped)
        values ('lac_limited', 'EUR', 'debit', '1010', 'open', 0, true)`,
    ]) {
      const runtime = await bank.database.open('runtime');
      const ended = await runtime.query(attack).then(
        () => 'done',
        ({ code }: { code: string }) => code,
      );
      await runtime.end();
      expect(ended, attack).to.be.oneOf(['23000', '23514', '42501']);
    }
  });

  const each = (at: number) => (at % 2 ? second : bank.as('transaction'));

  async function post(client: Client<typeof LedgerService>, one: JournalInit) {
    const [outcome] = (await client.postJournals({ journals: [one] })).outcomes;
    if (!outcome) throw new Error('a journal was not answered');
    return outcome;
  }

  function list(ledgerAccountId: string) {
    return bank.as('account').listEntries({ ledgerAccountId });
  }
});
