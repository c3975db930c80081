import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { MandateState } from '#gen/bank/account/v1/mandate_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { approvedAccounts, giveMandate, rule, signer } from '../testing-mandates.ts';

describe('RevokeMandate', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('ends a mandate: the account is as one without, and who was on it alone sees it no more', async () => {
    const [owner, officer] = [await registerPerson(bank()), await registerPerson(bank())];
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const client = approvedAccounts(bank());
    const revoking = { requestId: aRequestId(), accountId };
    await refused(client.revokeMandate({ requestId: aRequestId(), accountId }), 'MANDATE_NOT_FOUND');
    await giveMandate(bank(), accountId, [signer(officer)], [rule('CHANGE', [[1, officer]])]);
    const rename = () => ({ requestId: aRequestId(), accountId, displayName: 'Mine' });
    await refused(accountsOf(bank(), owner).updateAccount(rename()), 'SIGNATORY_REQUIRED');
    expect((await accountsOf(bank(), officer).updateAccount(rename())).account?.displayName).to.equal('Mine');
    const { mandate } = await client.revokeMandate(revoking);
    expect(mandate).to.deep.include({ version: 2, state: MandateState.REVOKED, rules: [], signatories: [] });
    expect((await client.revokeMandate(revoking)).mandate).to.deep.equal(mandate);
    expect((await accountsOf(bank(), owner).updateAccount(rename())).account?.displayName).to.equal('Mine');
    await refused(accountsOf(bank(), officer).getAccount({ accountId }), 'ACCOUNT_NOT_FOUND');
    await refused(client.revokeMandate({ requestId: aRequestId(), accountId }), 'MANDATE_NOT_FOUND');
    await refused(accountsAs(bank(), 'TELLER').getMandate({ accountId }), 'MANDATE_NOT_FOUND');
  });
});
