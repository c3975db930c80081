import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, told, useLedger } from '../testing.ts';

describe('AdvanceBusinessDate', () => {
  const bank = useLedger();
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const today = async () => (await backOffice().getBusinessDate({})).openDate;
  const dayAfter = (date: string, days = 1) => Temporal.PlainDate.from(date).add({ days }).toString();
  const advance = (openDate: string, more: object = {}) =>
    backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate, ...more });

  it('opens the next day, and lets only the end of day be booked on the one that closes', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const day = await today();
    const early = journal(cash, alice, '1.00', { endOfDay: true });
    expect(await bank.post([early])).to.deep.equal(['BOOKING_DATE_NOT_OPEN']);

    const rehearsed = await advance(day, { validateOnly: true });
    expect(rehearsed).to.include({ openDate: dayAfter(day), closingDate: day });
    expect(await today()).to.equal(day);

    expect(await advance(day)).to.include({ openDate: dayAfter(day), closingDate: day });
    const interest = journal(cash, alice, '1.00', { kind: JournalKind.INTEREST, endOfDay: true });
    const [booked] = await bank.outcomes([journal(cash, alice, '1.00')]);
    const [ofTheEnd] = await bank.outcomes([interest], 'account');
    expect(booked?.result.value).to.include({ bookingDate: dayAfter(day), valueDate: dayAfter(day) });
    expect(ofTheEnd?.result.value).to.include({ bookingDate: day, valueDate: day });
    expect(told((await bank.outcomes([early]))[0]!)).to.equal('BOOKING_DATE_NOT_OPEN');
    expect((await backOffice().getBusinessDate({})).closingDates).to.deep.equal([day]);

    await refused(advance(dayAfter(day)), 'BUSINESS_DATE_STILL_CLOSING');
  });

  it('refuses a day that is not the open one, so that two operators cannot advance twice', async () => {
    const day = await today();
    const refusal = await refused(advance(dayAfter(day, -1)), 'BUSINESS_DATE_MISMATCH');
    expect(refusal.metadata).to.deep.equal({ open_date: day });
    await refused(advance(dayAfter(day)), 'BUSINESS_DATE_MISMATCH');
    await refused(advance('2026-02-30'), 'REQUEST_INVALID');
  });

  it('is for the back office alone', async () => {
    const open = { requestId: newId('evt'), openDate: await today() };
    await refused(bank.asPrincipal(staff('TELLER', 'AUDITOR')).advanceBusinessDate(open), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('account').advanceBusinessDate(open), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(undefined).advanceBusinessDate(open), 'TOKEN_MISSING');
  });
});
