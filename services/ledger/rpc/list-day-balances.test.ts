import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { journal, useLedger } from '../testing.ts';

describe('ListDayBalances', () => {
  const bank = useLedger();
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const list = async (businessDate: string, more: object = {}) => {
    const answer = await bank.as('account').listDayBalances({ businessDate, pageSize: 100, ...more });
    return {
      balances: answer.balances.map(({ ledgerAccountId, balance }) => [ledgerAccountId, balance?.amount]),
      backValued: answer.backValued.map(({ ledgerAccountId, valueDate, amount }) => [
        ledgerAccountId,
        valueDate,
        amount?.amount,
      ]),
    };
  };

  it('tells what counts at the end of a day by value date, whatever is booked after it', async () => {
    const cash = await bank.cash();
    const [alice, bob] = [await bank.open(), await bank.open()].sort() as [string, string];
    const { openDate } = await backOffice().getBusinessDate({});
    const day = (days: number) => Temporal.PlainDate.from(openDate).add({ days }).toString();
    const moves = [
      journal(cash, alice, '100.00'),
      journal(cash, alice, '7.00', { valueDate: day(1) }),
      journal(cash, alice, '5.00', { valueDate: day(-3) }),
      journal(alice, cash, '2.00', { valueDate: day(-3) }),
      journal(cash, bob, '50.00'),
    ];
    expect(new Set(await bank.post(moves))).to.deep.equal(new Set(['posted']));
    await refused(list(openDate), 'BUSINESS_DATE_NOT_CLOSING');
    await backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate });
    const later = [
      journal(bob, alice, '20.00'),
      journal(cash, bob, '9.00', { valueDate: openDate }),
      journal(cash, bob, '1.00', { endOfDay: true, valueDate: day(1) }),
    ];
    expect(new Set(await bank.post(later))).to.deep.equal(new Set(['posted']));
    expect(await list(openDate)).to.deep.equal({
      balances: [
        [alice, '103.00'],
        [bob, '50.00'],
      ],
      backValued: [[alice, day(-3), '3.00']],
    });
    expect((await list(openDate, { pageSize: 1 })).balances).to.deep.equal([[alice, '103.00']]);
    expect((await list(openDate, { afterLedgerAccountId: alice })).balances).to.deep.equal([[bob, '50.00']]);

    await backOffice().closeBusinessDate({ requestId: newId('evt'), closingDate: openDate });
    await backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate: day(1) });
    expect(await list(day(1))).to.deep.equal({
      balances: [
        [alice, '130.00'],
        [bob, '40.00'],
      ],
      backValued: [[bob, openDate, '9.00']],
    });
    // Yesterday's answer is what it was.
    expect((await list(openDate)).balances).to.deep.equal([
      [alice, '103.00'],
      [bob, '50.00'],
    ]);
    await refused(list('2026-02-30'), 'DATE_INVALID');
  });
});
