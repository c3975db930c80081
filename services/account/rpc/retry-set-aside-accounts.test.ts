import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount } from '../../_testbed/opening.ts';
import { aProduct, daysOf } from '../testing-days.ts';

describe('RetrySetAsideAccounts', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const rows = (text: string, values: unknown[] = []) => bank().database('account').query(text, values);
  const left = () => rows('select step, reason from set_aside order by step');
  const retry = () => accountsAs(bank(), 'BACK_OFFICE').retrySetAsideAccounts({ requestId: aRequestId('retry') });

  /** Waits until nothing is set aside any more. */
  async function taken(): Promise<void> {
    for (let tries = 0; (await left()).length > 0; tries += 1) {
      if (tries > 600) throw new Error('accounts stay set aside');
      await sleep(50);
    }
  }

  it('posts what could not be posted, and makes up for the nights that were missed', async () => {
    const { balanceOf, endDay, pay } = daysOf(bank());
    const productId = await aProduct(accountsAs(bank(), 'BACK_OFFICE'));
    const [frozen, broken, other] = [
      await openAccount(bank(), { productId }),
      await openAccount(bank(), { productId }),
      await openAccount(bank(), { productId }),
    ];
    for (const one of [frozen, broken, other]) await pay(one, '10000.00');
    const { accountId } = frozen;
    const reason = FreezeReason.COURT_ORDER;
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({ requestId: aRequestId(), accountId, credits: true, reason });
    await rows(`
      create function break_one() returns trigger language plpgsql as $$ begin raise exception 'it is broken'; end $$;
      create trigger break_one before insert on interest_account for each row when (new.account_id = '${broken.accountId}')
        execute function break_one();
    `);
    await endDay();
    await endDay();
    expect([await balanceOf(frozen), await balanceOf(broken), await balanceOf(other)]).to.deep.equal([
      '10000.00',
      '10000.00',
      '10017.00',
    ]);
    expect((await left()).map((row) => Object.values(row as object).join(': '))).to.deep.equal([
      'accrue-interest: it is broken',
      'post-interest: LEDGER_ACCOUNT_FROZEN',
    ]);

    await accountsAs(bank(), 'COMPLIANCE').unfreezeAccount({ requestId: aRequestId(), accountId });
    await rows('drop trigger break_one on interest_account');
    expect((await retry()).accountCount).to.equal(2);
    await taken();
    // Two nights of 10.00 at once, less tax.
    expect(await balanceOf(frozen)).to.equal('10017.00');
    await endDay();
    const earned = await rows('select account_id, accrued_through::text as through from interest_account order by 1');
    expect(new Set(earned.map((row) => (row as { through: string }).through)).size).to.equal(1);
    // The two nights that were missed, and the third.
    expect(await balanceOf(broken)).to.equal('10025.50');
  });
});
