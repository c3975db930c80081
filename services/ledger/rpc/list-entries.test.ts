import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { ListEntriesResponse } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { journal, knownAt, useLedger } from '../testing.ts';

describe('ListEntries', () => {
  const bank = useLedger();
  let alice: string;
  const shown = ({ entries }: Pick<ListEntriesResponse, 'entries'>) =>
    entries.map(({ bookingDate, side, amount, runningBalance }) =>
      [bookingDate.slice(5), side === Side.DEBIT ? '-' : '+', amount?.amount, runningBalance?.amount].join(' '),
    );
  const list = (more: object = {}) => bank.as('account').listEntries({ ledgerAccountId: alice, ...more });

  before(async () => {
    const cash = await bank.cash();
    alice = await bank.open({ migrating: true, floor: null });
    const history = (bookingDate: string, amount: string, out = false) =>
      journal(out ? alice : cash, out ? cash : alice, amount, { kind: JournalKind.MIGRATION, bookingDate });
    // Booked out of order: the list goes by booking date, then by version.
    await bank.post([
      history('2020-01-10', '100.00'),
      history('2020-01-30', '30.00', true),
      history('2020-01-20', '50.00'),
      history('2020-01-20', '20.00', true),
      history('2020-02-01', '5.00'),
    ]);
  });

  it('lists entries by booking date with a running balance in that order', async () => {
    const all = await list();
    expect(shown(all)).to.deep.equal([
      '01-10 + 100.00 100.00',
      '01-20 + 50.00 150.00',
      '01-20 - 20.00 130.00',
      '01-30 - 30.00 100.00',
      '02-01 + 5.00 105.00',
    ]);
    expect([all.openingBalance?.amount, all.closingBalance?.amount]).to.deep.equal(['0.00', '105.00']);
    expect(all.entries.map(({ balanceAfter }) => balanceAfter?.amount)).to.deep.equal([
      '100.00',
      '120.00',
      '100.00',
      '70.00',
      '105.00',
    ]);
  });

  it('lists with a range what was booked late on days before it, page by page', async () => {
    const late = await bank.open({ migrating: true, floor: null });
    const cash = await bank.cash();
    const history = (bookingDate: string, amount: string) =>
      journal(cash, late, amount, { kind: JournalKind.MIGRATION, bookingDate });
    await bank.post([history('2020-01-10', '1.00'), history('2020-02-03', '2.00')]);
    const of = { ledgerAccountId: late };
    const january = await list({ ...of, toDate: '2020-01-31' });
    expect([january.knownVersion, january.closingBalance?.amount]).to.deep.equal([2, '1.00']);
    await bank.post([history('2020-02-01', '4.00'), history('2020-01-05', '8.00'), history('2020-01-20', '16.00')]);
    const february = { ...of, fromDate: '2020-02-01', toDate: '2020-02-29', lateAfterVersion: january.knownVersion };
    const whole = await list(february);
    expect(shown(whole)).to.deep.equal([
      '01-05 + 8.00 9.00',
      '01-20 + 16.00 25.00',
      '02-01 + 4.00 29.00',
      '02-03 + 2.00 31.00',
    ]);
    expect([whole.openingBalance?.amount, whole.closingBalance?.amount]).to.deep.equal(['1.00', '31.00']);
    expect(whole.knownVersion).to.equal(5);
    const paged: ListEntriesResponse['entries'] = [];
    for (let pageToken = ''; ; ) {
      const page = await list({ ...february, pageSize: 1, pageToken });
      paged.push(...page.entries);
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(paged).to.deep.equal(whole.entries);
    expect(shown(await list({ ...february, newestFirst: true }))).to.deep.equal(shown(whole).toReversed());
  });

  it('lists a range of days with the balances before and after it', async () => {
    const range = await list({ fromDate: '2020-01-11', toDate: '2020-01-31' });
    expect(shown(range)).to.deep.equal(['01-20 + 50.00 150.00', '01-20 - 20.00 130.00', '01-30 - 30.00 100.00']);
    expect([range.openingBalance?.amount, range.closingBalance?.amount]).to.deep.equal(['100.00', '100.00']);
    const empty = await list({ fromDate: '2020-02-02', toDate: '2020-02-03' });
    expect([empty.entries, empty.openingBalance?.amount, empty.closingBalance?.amount]).to.deep.equal([
      [],
      '105.00',
      '105.00',
    ]);
    await refused(list({ fromDate: '2020-02-03', toDate: '2020-01-01' }), 'DATE_INVALID');
  });

  for (const newestFirst of [false, true]) {
    it(`gives the same list page by page${newestFirst ? ', newest first' : ''}`, async () => {
      const whole = await list({ newestFirst });
      for (const pageSize of [1, 2, 3, 5]) {
        const paged: string[] = [];
        let pageToken = '';
        do {
          const page = await list({ newestFirst, pageSize, pageToken });
          expect(page.entries.length).to.be.at.most(pageSize);
          paged.push(...shown(page));
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        expect(paged).to.deep.equal(shown(whole));
      }
      expect(shown(whole)[0]).to.equal(newestFirst ? '02-01 + 5.00 105.00' : '01-10 + 100.00 100.00');
    });
  }

  it('refuses an unknown account, a day that is none, and the token of another list', async () => {
    await refused(bank.as('account').listEntries({ ledgerAccountId: newId('lac') }), 'LEDGER_ACCOUNT_NOT_FOUND');
    await refused(list({ fromDate: '2020-02-30' }), 'DATE_INVALID');
    await refused(list({ pageSize: -1 }), 'REQUEST_INVALID');
    const { nextPageToken: pageToken } = await list({ pageSize: 2 });
    await refused(list({ pageSize: 2, pageToken, newestFirst: true }), 'PAGE_TOKEN_INVALID');
    await refused(list({ pageSize: 2, pageToken, toDate: '2020-01-31' }), 'PAGE_TOKEN_INVALID');
    await refused(list({ pageToken: pageToken.replace(/^../, 'AA') }), 'PAGE_TOKEN_INVALID');
    await refused(list({ pageToken: `${pageToken}AAAA` }), 'PAGE_TOKEN_INVALID');
    expect((await list({ pageSize: 4, pageToken })).entries).to.have.length(3);
    const asOf = { pageSize: 2, pageToken, asOfValueDate: '2020-01-31' };
    await refused(list(asOf), 'PAGE_TOKEN_INVALID');
    await refused(list({ pageSize: 2, pageToken, knownAt: timestampFromMs(Date.now()) }), 'PAGE_TOKEN_INVALID');
    await refused(list({ asOfValueDate: '2020-02-30' }), 'DATE_INVALID');
    await refused(list({ knownAt: timestampFromMs(Date.now() + 60_000) }), 'KNOWN_AT_IN_FUTURE');
    await refused(list({ knownAt: timestampFromMs(0) }), 'LEDGER_ACCOUNT_NOT_FOUND');
  });

  describe('of the past', () => {
    let known: number[];
    let bob: string;
    const past = (more: object = {}) => bank.as('account').listEntries({ ledgerAccountId: bob, ...more });
    const seen = ({ entries, openingBalance, closingBalance }: ListEntriesResponse) => [
      openingBalance?.amount,
      ...entries.map(({ amount, runningBalance }) => `${amount?.amount} ${runningBalance?.amount}`),
      closingBalance?.amount,
    ];

    before(async () => {
      const cash = await bank.cash();
      bob = await bank.open({ migrating: true, floor: null });
      known = [];
      // Booked on, counts from: as they became known.
      for (const [amount, bookingDate, valueDate] of [
        ['1.00', '2020-01-10', '2020-01-10'],
        ['2.00', '2020-01-05', '2020-02-01'],
        ['4.00', '2020-02-10', '2020-01-01'],
        ['8.00', '2020-01-20', '2020-01-20'],
      ] as const) {
        const kind = JournalKind.MIGRATION;
        const [outcome] = await bank.outcomes([journal(cash, bob, amount, { kind, bookingDate, valueDate })]);
        known.push(knownAt(outcome));
      }
    });

    it('has only what was known, with balances of that alone', async () => {
      const at = (index: number, more: object = {}) => past({ knownAt: timestampFromMs(known[index] ?? 0), ...more });
      expect(seen(await at(0))).to.deep.equal(['0.00', '1.00 1.00', '1.00']);
      expect(seen(await at(2))).to.deep.equal(['0.00', '2.00 2.00', '1.00 3.00', '4.00 7.00', '7.00']);
      expect(seen(await at(3))).to.deep.equal(['0.00', '2.00 2.00', '1.00 3.00', '8.00 11.00', '4.00 15.00', '15.00']);
      expect(seen(await at(2, { newestFirst: true }))).to.deep.equal([
        '0.00',
        '4.00 7.00',
        '1.00 3.00',
        '2.00 2.00',
        '7.00',
      ]);
      const range = { fromDate: '2020-01-06', toDate: '2020-01-31' };
      expect(seen(await at(3, range))).to.deep.equal(['2.00', '1.00 3.00', '8.00 11.00', '11.00']);
      expect(seen(await at(2, range))).to.deep.equal(['2.00', '1.00 3.00', '3.00']);
      expect(seen(await at(0, range))).to.deep.equal(['0.00', '1.00 1.00', '1.00']);
    });

    it('has only what counts by a value date, known or not', async () => {
      expect(seen(await past({ asOfValueDate: '2020-01-10' }))).to.deep.equal([
        '0.00',
        '1.00 1.00',
        '4.00 5.00',
        '5.00',
      ]);
      expect(seen(await past({ asOfValueDate: '2020-01-31' }))).to.deep.equal([
        '0.00',
        '1.00 1.00',
        '8.00 9.00',
        '4.00 13.00',
        '13.00',
      ]);
      const both = { asOfValueDate: '2020-01-31', knownAt: timestampFromMs(known[2] ?? 0) };
      expect(seen(await past(both))).to.deep.equal(['0.00', '1.00 1.00', '4.00 5.00', '5.00']);
    });

    it('gives the same pages however many entries come in between', async () => {
      const cash = await bank.cash();
      const asOf = { knownAt: timestampFromMs(known[3] ?? 0), pageSize: 1 };
      const whole = await past({ ...asOf, pageSize: 0 });
      for (const newestFirst of [false, true]) {
        const paged: (string | undefined)[] = [];
        let pageToken = '';
        do {
          const page = await past({ ...asOf, newestFirst, pageToken });
          paged.push(...page.entries.map(({ runningBalance }) => runningBalance?.amount));
          expect([page.openingBalance, page.closingBalance]).to.deep.equal([
            whole.openingBalance,
            whole.closingBalance,
          ]);
          pageToken = page.nextPageToken;
          const history = { kind: JournalKind.MIGRATION, bookingDate: '2020-01-12' };
          await bank.post([journal(cash, bob, '16.00', history)]);
        } while (pageToken !== '');
        const expected = whole.entries.map(({ runningBalance }) => runningBalance?.amount);
        expect(paged).to.deep.equal(newestFirst ? expected.toReversed() : expected);
      }
    });
  });
});
