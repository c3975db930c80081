import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { giveMandate, requested, rule, signer } from '../testing-mandates.ts';

describe('GetSignatureRequest', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('is for those who see the account, and for them alone', async () => {
    const [a, b] = [await registerPerson(bank()), await registerPerson(bank())];
    const { accountId } = await openAccount(bank(), { owners: [a] });
    await giveMandate(bank(), accountId, [signer(a), signer(b)], [rule('PAY', [[0]])]);
    const made = await requested(bank(), accountId, a);
    const { signatureRequestId } = made;
    for (const client of [accountsOf(bank(), a), accountsOf(bank(), b), accountsAs(bank(), 'AUDITOR')]) {
      expect((await client.getSignatureRequest({ signatureRequestId })).signatureRequest).to.deep.equal(made);
    }
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    for (const id of [signatureRequestId, 'sgr_none']) {
      await refused(stranger.getSignatureRequest({ signatureRequestId: id }), 'SIGNATURE_REQUEST_NOT_FOUND');
    }
    const teller = accountsAs(bank(), 'TELLER');
    await refused(teller.getSignatureRequest({ signatureRequestId: 'sgr_none' }), 'SIGNATURE_REQUEST_NOT_FOUND');
  });
});
