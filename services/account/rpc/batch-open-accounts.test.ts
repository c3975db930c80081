import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountState } from '#gen/bank/account/v1/account_pb.ts';
import type { OpeningOutcome } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, anOpening, registerPerson } from '../../_testbed/opening.ts';

describe('BatchOpenAccounts', () => {
  const bank = useBank(ACCOUNT_BANK);
  const backOffice = () => accountsAs(bank(), 'BACK_OFFICE');
  const reasons = (outcomes: readonly OpeningOutcome[]) =>
    outcomes.map(({ refusal, account }) => refusal?.detail?.reason ?? account?.state);
  let jana = '';

  before(async () => {
    jana = await registerPerson(bank());
  });

  it('opens each as a call of its own, and refuses one without the others', async () => {
    const accounts = [
      anOpening({ owners: [jana] }),
      { ...anOpening({ owners: [jana] }), migrating: true },
      anOpening({ owners: ['cus_of_nobody'] }),
      anOpening({ owners: [jana], productId: 'prd_of_nobody' }),
    ];
    const { outcomes } = await backOffice().batchOpenAccounts({ accounts });
    const { ACTIVE, MIGRATING } = AccountState;
    expect(reasons(outcomes)).to.deep.equal([ACTIVE, MIGRATING, 'CUSTOMER_NOT_FOUND', 'PRODUCT_NOT_FOUND']);
    for (const { account } of outcomes.slice(0, 2)) {
      expect((await backOffice().getAccount({ accountId: account?.accountId ?? '' })).account).to.deep.equal(account);
    }
    // The keys are those of OpenAccount: what one of them did, the other answers.
    expect((await backOffice().openAccount(accounts[0] ?? {})).account).to.deep.equal(outcomes[0]?.account);
    expect((await backOffice().batchOpenAccounts({ accounts })).outcomes).to.deep.equal(outcomes);
  });

  it('tells what would happen, without it happening', async () => {
    const count = async () => (await bank().database('account').query('select id from account')).length;
    const before = await count();
    const accounts = [anOpening({ owners: [jana] })];
    const { outcomes } = await backOffice().batchOpenAccounts({ accounts, validateOnly: true });
    expect(outcomes).to.have.length(1);
    expect(outcomes[0]?.refusal).to.equal(undefined);
    expect(await count()).to.equal(before);
  });

  it('is for back office alone', async () => {
    const accounts = [anOpening({ owners: [jana] })];
    await refused(accountsAs(bank(), 'TELLER').batchOpenAccounts({ accounts }), 'CALLER_NOT_ALLOWED');
  });
});
