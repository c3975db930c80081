import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { untilSigned } from '../../_testbed/signing.ts';
import { journal, useLedger } from '../testing.ts';

describe('BatchListEntries', () => {
  const bank = useLedger();
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const client = () => bank.as('account');

  it('lists of each account what ListEntries lists of it, with what is signed of the newest', async () => {
    const cash = await bank.cash();
    const [alice, bob, quiet] = [await bank.funded('100.00'), await bank.funded('5.00'), await bank.open()];
    const { openDate: first } = await backOffice().getBusinessDate({});
    await bank.post([journal(cash, alice, '7.00'), journal(alice, bob, '3.00')]);
    await backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate: first });
    const { openDate: second } = await backOffice().getBusinessDate({});
    await bank.post([journal(alice, bob, '1.00'), journal(cash, bob, '2.00', { endOfDay: true })]);
    await bank.post([journal(cash, alice, '4.00')]);
    const ranges = [
      { ledgerAccountId: bob, fromDate: first, toDate: second },
      { ledgerAccountId: alice, fromDate: second, toDate: second },
      // As after a statement of the first day that knew of two entries.
      { ledgerAccountId: bob, fromDate: second, toDate: second, lateAfterVersion: 2 },
      { ledgerAccountId: quiet, fromDate: first, toDate: second },
      { ledgerAccountId: alice, fromDate: first, toDate: first },
    ];
    const request = { ranges: [...ranges, { ...ranges[0], ledgerAccountId: 'lac_nobody' }], entriesMax: 10 };
    const { accounts } = await untilSigned(async () => {
      const answer = await client().batchListEntries(request);
      // Until the newest of all is signed, as GetEntryProof says of one.
      await client().getEntryProof({ ledgerAccountId: alice, version: 5 });
      return answer.accounts.some(({ checkpointPending }) => checkpointPending)
        ? client().batchListEntries(request)
        : answer;
    });
    expect(accounts).to.have.length(ranges.length);
    for (const [index, range] of ranges.entries()) {
      const { entries, openingBalance, closingBalance, knownVersion } = await client().listEntries(range);
      const { checkpoint, ...listed } = accounts[index] ?? {};
      expect(listed).to.deep.include({
        ledgerAccountId: range.ledgerAccountId,
        entries,
        openingBalance,
        closingBalance,
      });
      expect(listed).to.deep.include({ knownVersion, truncated: false, checkpointPending: false });
      const version = Math.max(0, ...entries.map((entry) => Number(entry.version)));
      const asked = { ledgerAccountId: range.ledgerAccountId, version };
      const { proof } = version === 0 ? {} : await client().getEntryProof(asked);
      expect(checkpoint?.height).to.equal(proof?.checkpoint?.height);
    }
    expect(accounts[2]?.entries, 'one late, one of the day').to.have.length(2);
  });

  it('answers none of an account that has more than are asked for', async () => {
    const [cash, alice] = [await bank.cash(), await bank.open()];
    await bank.post([1, 2, 3].map((amount) => journal(cash, alice, `${amount}.00`)));
    const { openDate: today } = await backOffice().getBusinessDate({});
    const list = async (entriesMax: number) => {
      const ranges = [{ ledgerAccountId: alice, fromDate: today, toDate: today }];
      const [account] = (await client().batchListEntries({ ranges, entriesMax })).accounts;
      return [account?.truncated, account?.entries.length, account?.closingBalance?.amount];
    };
    expect(await list(3)).to.deep.equal([false, 3, '6.00']);
    expect(await list(2)).to.deep.equal([true, 0, '6.00']);
  });

  it('is for the account service, and refuses ranges that are none', async () => {
    const range = { ledgerAccountId: 'lac_nobody', fromDate: '2026-02-01', toDate: '2026-01-31' };
    await refused(client().batchListEntries({ ranges: [range], entriesMax: 1 }), 'DATE_INVALID');
    const none = { ranges: [{ ...range, toDate: '2026-02-30' }], entriesMax: 1 };
    await refused(client().batchListEntries(none), 'DATE_INVALID');
    await refused(bank.as('transaction').batchListEntries({ ranges: [], entriesMax: 1 }), 'CALLER_NOT_ALLOWED');
  });
});
