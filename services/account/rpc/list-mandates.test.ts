import { expect } from 'chai';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { giveMandate, rule, signer } from '../testing-mandates.ts';

describe('ListMandates', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists the versions of an account, newest first, page by page', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const given = [];
    for (const over of ['1', '2', '3']) {
      given.unshift(await giveMandate(bank(), accountId, [signer(owner)], [rule('PAY', [[1]], over)]));
    }
    const teller = accountsAs(bank(), 'TELLER');
    const first = await teller.listMandates({ accountId, pageSize: 2 });
    const rest = await teller.listMandates({ accountId, pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.mandates, ...rest.mandates]).to.deep.equal(given);
    expect(rest.nextPageToken).to.equal('');
  });
});
