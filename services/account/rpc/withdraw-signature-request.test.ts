import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { endDay } from '../../_testbed/days.ts';
import { ACCOUNT_BANK, accountsOf, aRequestId, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { giveMandate, inShort, requested, rule, signer } from '../testing-mandates.ts';

describe('WithdrawSignatureRequest', () => {
  const bank = useBank({ ...ACCOUNT_BANK, environment: { SIGNATURE_DAYS: '1' } });
  let [a, b] = ['', ''];
  let accountId = '';
  before('two who sign together', async () => {
    [a, b] = [await registerPerson(bank()), await registerPerson(bank())];
    ({ accountId } = await openAccount(bank(), { owners: [a] }));
    await giveMandate(bank(), accountId, [signer(a), signer(b)], [rule('PAY', [[0]])]);
  });
  const stateOf = async (signatureRequestId: string) =>
    inShort((await accountsOf(bank(), b).getSignatureRequest({ signatureRequestId })).signatureRequest, { [b]: 'b' });

  it('is for who asked for it, while it waits', async () => {
    const { signatureRequestId } = await requested(bank(), accountId, a);
    const withdrawing = (who: string) =>
      accountsOf(bank(), who).withdrawSignatureRequest({ requestId: aRequestId(), signatureRequestId });
    await refused(withdrawing(b), 'MAKER_REQUIRED');
    expect(inShort((await withdrawing(a)).signatureRequest, {})).to.equal('WITHDRAWN');
    await refused(withdrawing(a), 'SIGNATURE_REQUEST_ENDED');
  });

  it('is not needed after the last day on which it can be signed: it expires', async () => {
    const { signatureRequestId } = await requested(bank(), accountId, a);
    for (const state of ['OPEN 1 of b', 'EXPIRED']) {
      const ended = await endDay(bank());
      const judged = `select from signature_request where id = '${signatureRequestId}' 
        and (judged_date > '${ended}' or state <> 'open')`;
      const end = Date.now() + 20_000;
      while ((await bank().database('account').query(judged)).length === 0 && Date.now() < end) await sleep(50);
      expect(await stateOf(signatureRequestId)).to.equal(state);
    }
  }).timeout(60_000);
});
