import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { Operation, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { endDay } from '../../_testbed/days.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { asTransaction, chequesOf, issue, presented, withCheques } from '../testing-cheques.ts';

describe('StopCheques', function stopCheques() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const czk = (amount: string) => ({ currencyCode: 'CZK', amount });
  const stop = (accountId: string, terms: object) => ({ requestId: aRequestId(), accountId, ...terms });

  it('stops by number, by range and by amount, and until the end of a day', async () => {
    const jana = await registerPerson(bank());
    const account = await withCheques(bank(), 9, [jana]);
    const { accountId } = account;
    const mine = accountsOf(bank(), jana);
    await mine.stopCheques(stop(accountId, { firstNumber: 1 }));
    await mine.stopCheques(stop(accountId, { firstNumber: 3, lastNumber: 4 }));
    await mine.stopCheques(stop(accountId, { amount: czk('77.00') }));
    await mine.stopCheques(stop(accountId, { firstNumber: 7, lastNumber: 8, amount: czk('88.00') }));
    const scheme = asTransaction(bank());
    for (const number of [1, 3, 4]) await refused(scheme.honourCheque(presented(account, number)), 'CHEQUE_STOPPED');
    await refused(scheme.honourCheque(presented(account, 2, '77.00')), 'CHEQUE_STOPPED');
    await refused(scheme.honourCheque(presented(account, 8, '88.00')), 'CHEQUE_STOPPED');
    for (const [number, amount] of [
      [2, '77.01'],
      [5, '1.00'],
      [8, '88.01'],
    ] as const) {
      await scheme.honourCheque(presented(account, number, amount));
    }
    const { chequeStop } = await mine.stopCheques(stop(accountId, { firstNumber: 9, expireDate: await openDate() }));
    await refused(scheme.honourCheque(presented(account, 9)), 'CHEQUE_STOPPED');
    expect(chequeStop?.expireDate).to.equal(await endDay(bank()));
    await scheme.honourCheque(presented(account, 9));
    expect((await chequesOf(bank(), account)).at(-1)).to.equal('9 PAID');
  });

  async function openDate(): Promise<string> {
    const [row] = await bank()
      .database('ledger')
      .query<{ date: string }>("select date::text from business_day where state = 'open'");
    return row?.date ?? '';
  }

  it('costs what the product says, whatever is on the account, once', async () => {
    const fees = [{ operation: Operation.CHEQUE_STOP, flat: czk('150.00') }];
    const product = {
      productId: 'prd_stops_czk',
      type: ProductType.CURRENT,
      currencyCode: 'CZK',
      displayName: 'Stops',
    };
    const office = accountsAs(bank(), 'BACK_OFFICE');
    await office.createProduct({ requestId: aRequestId(), ...product, terms: { fees } });
    const account = await openAccount(bank(), { productId: 'prd_stops_czk' });
    await issue(bank(), account, 2);
    const request = stop(account.accountId, { firstNumber: 1, lastNumber: 2 });
    const answer = await office.stopCheques(request);
    expect(await office.stopCheques(request)).to.deep.equal(answer);
    expect(answer.chequeStop?.fee?.amount).to.equal('150.00');
    const { booked } = await office.getAccountBalance({ accountId: account.accountId });
    expect(booked?.amount).to.equal('-150.00');
    await checkLaws(bank().database('ledger').superuserUrl);
  });

  it('refuses what says not which cheques, or comes too late', async () => {
    const jana = await registerPerson(bank());
    const account = await withCheques(bank(), 2, [jana]);
    const { accountId } = account;
    const mine = accountsOf(bank(), jana);
    await refused(mine.stopCheques(stop(accountId, {})), 'CHEQUE_STOP_INVALID');
    await refused(mine.stopCheques(stop(accountId, { firstNumber: 2, lastNumber: 1 })), 'CHEQUE_STOP_INVALID');
    await refused(mine.stopCheques(stop(accountId, { firstNumber: 3 })), 'CHEQUE_NOT_FOUND');
    const euros = { amount: { currencyCode: 'EUR', amount: '1.00' } };
    await refused(mine.stopCheques(stop(accountId, euros)), 'CURRENCY_MISMATCH');
    await refused(mine.stopCheques(stop(accountId, { amount: czk('0.00') })), 'AMOUNT_NOT_POSITIVE');
    const past = { firstNumber: 1, expireDate: '2020-01-01' };
    await refused(mine.stopCheques(stop(accountId, past)), 'CHEQUE_STOP_EXPIRED');
    await asTransaction(bank()).honourCheque(presented(account, 1));
    await refused(mine.stopCheques(stop(accountId, { firstNumber: 1 })), 'CHEQUE_PAID');
    const eva = await registerPerson(bank());
    await refused(accountsOf(bank(), eva).stopCheques(stop(accountId, { firstNumber: 2 })), 'ACCOUNT_NOT_FOUND');
    const shared = await openAccount(bank(), { owners: [jana], disponents: [eva] });
    const asked = stop(shared.accountId, { firstNumber: 1 });
    await refused(accountsOf(bank(), eva).stopCheques(asked), 'OWNER_REQUIRED');
  });
});
