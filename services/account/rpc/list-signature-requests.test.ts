import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { SignatureRequestState } from '#gen/bank/account/v1/signature_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { giveMandate, requested, rule, signer } from '../testing-mandates.ts';

describe('ListSignatureRequests', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists what waits on an account, or on all that somebody sees, newest first', async () => {
    const [a, b] = [await registerPerson(bank()), await registerPerson(bank())];
    const made = [];
    for (let n = 0; n < 2; n += 1) {
      const { accountId } = await openAccount(bank(), { owners: [a] });
      await giveMandate(bank(), accountId, [signer(a), signer(b)], [rule('PAY', [[0]])]);
      made.unshift(await requested(bank(), accountId, a));
    }
    const client = accountsOf(bank(), b);
    const first = await client.listSignatureRequests({ pageSize: 1 });
    const rest = await client.listSignatureRequests({ pageSize: 1, pageToken: first.nextPageToken });
    expect([...first.signatureRequests, ...rest.signatureRequests]).to.deep.equal(made);
    expect(rest.nextPageToken).to.equal('');
    const accountId = made[0]?.accountId ?? '';
    const teller = accountsAs(bank(), 'TELLER');
    const listed = async (state: SignatureRequestState) =>
      (await teller.listSignatureRequests({ accountId, state })).signatureRequests;
    expect(await listed(SignatureRequestState.OPEN)).to.deep.equal(made.slice(0, 1));
    expect(await listed(SignatureRequestState.COMPLETE)).to.deep.equal([]);
    await refused(teller.listSignatureRequests({}), 'ACCOUNT_REQUIRED');
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    expect((await stranger.listSignatureRequests({})).signatureRequests).to.deep.equal([]);
    await refused(stranger.listSignatureRequests({ accountId }), 'ACCOUNT_NOT_FOUND');
  });
});
