import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Account, type StatementEntry, StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { endDay } from '../_testbed/days.ts';
import { accountsAs, openAccount } from '../_testbed/opening.ts';
import { aRequestId, aTransfer } from './testing.ts';
import { aPayment, aReceipt, ELSEWHERE, usePayments } from './testing-payments.ts';

describe('What lines say', function suite() {
  this.timeout(240_000);
  const { bank, teller, scheme } = usePayments();
  const perTransaction = { statementFrequency: StatementFrequency.PER_TRANSACTION };
  let mine: Account;
  let other: Account;

  const inShort = (entries: readonly StatementEntry[]) =>
    entries.map(({ amount, counterpartyName, counterpartyIban, remittanceInformation }) =>
      [amount?.amount, counterpartyName, counterpartyIban, remittanceInformation].join('|'),
    );
  const linesOf = async ({ accountId }: Account) =>
    (await accountsAs(bank(), 'BACK_OFFICE').getStatement({ accountId })).entries;
  /** Asks until the lines say this; the time limit of the test ends it. */
  const untilTold = async (account: Account, wanted: readonly string[]) => {
    for (;;) {
      const lines = inShort(await linesOf(account));
      if (wanted.every((line) => lines.includes(line))) return lines;
      await sleep(50);
    }
  };

  before('money from another bank, to another bank, and between accounts', async () => {
    mine = await openAccount(bank(), perTransaction);
    other = await openAccount(bank(), perTransaction);
    await scheme().receivePayment(aReceipt(mine.iban, '500.00'));
    await teller().orderPayment(aPayment(mine, '100.00'));
    await teller().transferFunds({ ...aTransfer(mine, other, '7.00'), remittanceInformation: 'for lunch' });
    await teller().transferFunds(aTransfer(mine, other, '8.00'));
    const request = { requestId: aRequestId(), creditorAccountId: mine.accountId };
    await teller().depositCash({ ...request, amount: { currencyCode: 'CZK', amount: '9.00' } });
  });

  const ofMine = () => [
    `500.00|Erika Mustermann|${ELSEWHERE}|invoice 7`,
    `-100.00|Erika Mustermann|${ELSEWHERE}|rent`,
    `-7.00||${other.iban}|for lunch`,
    `-8.00||${other.iban}|`,
  ];
  const ofOther = () => [`7.00||${mine.iban}|for lunch`, `8.00||${mine.iban}|`];

  it('is told to account soon after it is booked, on both sides', async () => {
    expect(await untilTold(mine, ofMine())).to.deep.equal([...ofMine(), '9.00|||']);
    expect(await untilTold(other, ofOther())).to.deep.equal(ofOther());
    const left = await bank().database('transaction').query('select from untold_particulars');
    expect(left).to.deep.equal([]);
  });

  it('is on the statements of the day, whatever was booked just before it ended', async () => {
    await teller().transferFunds({ ...aTransfer(mine, other, '1.00'), remittanceInformation: 'at the last moment' });
    await endDay(bank());
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const which = { accountId: other.accountId, statementNumber: 1, format: DocumentFormat.CAMT_053 };
    const { content } = await client.downloadStatement(which);
    expect(Buffer.from(content).toString()).to.include('at the last moment').and.to.include(mine.iban);
  });
});
