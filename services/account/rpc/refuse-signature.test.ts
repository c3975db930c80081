import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsOf, aRequestId, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { giveMandate, inShort, requested, signer, twoOfThree } from '../testing-mandates.ts';

describe('RefuseSignature', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('ends what can no longer be signed by enough, once each, whoever is first', async () => {
    const [a = '', b = '', c = ''] = await Promise.all([1, 2, 3].map(() => registerPerson(bank())));
    const { accountId } = await openAccount(bank(), { owners: [a] });
    await giveMandate(bank(), accountId, [signer(a), signer(b), signer(c)], twoOfThree([a, b, c]));
    const { signatureRequestId } = await requested(bank(), accountId, a);
    const refusing = (who: string, requestId = aRequestId()) =>
      accountsOf(bank(), who).refuseSignature({ requestId, signatureRequestId });
    await refused(refusing(a), 'SIGNATURE_EXISTS');
    await refused(refusing(await registerPerson(bank())), 'SIGNATURE_REQUEST_NOT_FOUND');
    const names = { [a]: 'a', [b]: 'b', [c]: 'c' };
    const told = await refusing(b);
    expect(inShort(told.signatureRequest, names)).to.equal('OPEN 1 of c');
    await refused(refusing(b), 'SIGNATURE_EXISTS');
    const key = aRequestId();
    const both = await Promise.all([refusing(c, key), refusing(c, key)]);
    expect(both.map(({ signatureRequest }) => inShort(signatureRequest, names))).to.deep.equal(['REFUSED', 'REFUSED']);
    await refused(refusing(b), 'SIGNATURE_REQUEST_ENDED');
    expect(await eventsOf(bank().database('account'), signatureRequestId)).to.deep.equal([
      'SignaturesRequested 1',
      'SignatureGiven 2',
      'SignatureGiven 3',
      'SignaturesEnded 4',
    ]);
  });
});
