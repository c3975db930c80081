import { expect } from 'chai';
import { customer, refused } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { SignatureDecision } from '#gen/bank/account/v1/signature_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { approvedAccounts, giveMandate, inShort, requested, rule, signer, twoOfThree } from '../testing-mandates.ts';

describe('RequestSignatures', () => {
  const bank = useBank(ACCOUNT_BANK);
  let [a, b, c] = ['', '', ''];
  let accountId = '';
  before('people and an account', async () => {
    [a = '', b = '', c = ''] = await Promise.all([1, 2, 3].map(() => registerPerson(bank())));
    ({ accountId } = await openAccount(bank(), { owners: [a] }));
    await giveMandate(bank(), accountId, [signer(a), signer(b), signer(c)], twoOfThree([a, b, c]));
  });
  const names = () => ({ [a]: 'a', [b]: 'b', [c]: 'c' });

  it('waits for those whom the mandate asks for; who orders it has signed', async () => {
    const small = await requested(bank(), accountId, b);
    expect(inShort(small, names())).to.equal('OPEN 1 of a,c');
    expect(small.signatures.map((one) => [one.signatoryId, one.decision])).to.deep.equal([
      [b, SignatureDecision.SIGNED],
    ]);
    expect(inShort(await requested(bank(), accountId, b, '5000.01'), names())).to.equal('OPEN 1 of a,c');
    expect(inShort(await requested(bank(), accountId, a, '5000.01'), names())).to.equal('OPEN 1 of b,c');
    const stranger = await registerPerson(bank());
    await refused(requested(bank(), accountId, stranger), 'ACCOUNT_NOT_FOUND');
  });

  it('asks once, however often, and for nobody but the transaction service', async () => {
    const first = await requested(bank(), accountId, b);
    const { transactionId, creditorAccountId } = first;
    const again = {
      requestId: transactionId,
      transactionId,
      accountId,
      creditorAccountId,
      actor: customer(b),
      amount: { currencyCode: 'CZK', amount: '100.00' },
    };
    const { signatureRequest } = await bank().as(AccountService, 'transaction').requestSignatures(again);
    expect(signatureRequest).to.deep.equal(first);
    await refused(bank().as(AccountService, 'loan').requestSignatures(again), 'CALLER_NOT_ALLOWED');
  });

  it('is judged anew when the mandate changes: enough now, or never any more', async () => {
    const { accountId: joint } = await openAccount(bank(), { owners: [a] });
    const give = (rules: ReturnType<typeof rule>[], ...ids: string[]) =>
      giveMandate(
        bank(),
        joint,
        ids.map((id) => signer(id)),
        rules,
      );
    const now = async (id: string) =>
      inShort(
        (await accountsAs(bank(), 'TELLER').getSignatureRequest({ signatureRequestId: id })).signatureRequest,
        names(),
      );
    await give([rule('PAY', [[3]])], a, b, c);
    const [byA, byB] = [await requested(bank(), joint, a), await requested(bank(), joint, b)];
    await give([rule('PAY', [[2]])], a, b, c);
    expect(await now(byA.signatureRequestId)).to.equal('OPEN 1 of b,c');
    await give([rule('PAY', [[1, b]])], a, b);
    expect(await now(byA.signatureRequestId)).to.equal('OPEN 1 of b');
    expect(await now(byB.signatureRequestId)).to.equal('COMPLETE');
    await approvedAccounts(bank()).revokeMandate({ requestId: `revoke-${joint}`, accountId: joint });
    expect(await now(byA.signatureRequestId)).to.equal('COMPLETE');
    await give([rule('PAY', [[2]])], a, b);
    const late = await requested(bank(), joint, b);
    await approvedAccounts(bank()).revokeMandate({ requestId: `again-${joint}`, accountId: joint });
    expect(await now(late.signatureRequestId)).to.equal('REFUSED');
  });
});
