import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, openAccount, registerPerson } from '../../_testbed/opening.ts';

describe('GetMandate', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('refuses what there is not, and what is not theirs who ask', async () => {
    const { accountId } = await openAccount(bank());
    const teller = accountsAs(bank(), 'TELLER');
    await refused(teller.getMandate({ accountId }), 'MANDATE_NOT_FOUND');
    await refused(teller.getMandate({ accountId, version: 3 }), 'MANDATE_NOT_FOUND');
    await refused(teller.getMandate({ accountId: 'acc_none' }), 'ACCOUNT_NOT_FOUND');
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    await refused(stranger.getMandate({ accountId }), 'ACCOUNT_NOT_FOUND');
  });
});
