import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { AccountState } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  registerPerson,
} from '../../_testbed/opening.ts';
import { aSigner, type Signer } from '../../_testbed/signers.ts';
import { giveMandate, inShort, requested, rule, signer, twoOfThree } from '../testing-mandates.ts';

describe('GiveSignature', function giveSignature() {
  this.timeout(30_000);
  const bank = useBank({ ...ACCOUNT_BANK, services: ['ledger', 'customer', 'account', 'security'] });
  let [a, b, c]: Signer[] = [];
  let ids: string[] = [];
  before('signers', async () => {
    [a, b, c] = await Promise.all([aSigner(bank()), aSigner(bank()), aSigner(bank())]);
    ids = [a, b, c].map((one) => one?.customerId ?? '');
  });
  const names = () => Object.fromEntries(ids.map((id, index) => [id, 'abc'[index] ?? '']));
  async function account() {
    const opened = await openAccount(bank(), { owners: ids.slice(0, 1) });
    await giveMandate(
      bank(),
      opened.accountId,
      ids.map((id) => signer(id)),
      twoOfThree(ids),
    );
    return opened;
  }

  it('signs what was proved, once, however often it is repeated', async () => {
    const { accountId } = await account();
    const { signatureRequestId } = await requested(bank(), accountId, ids[1] ?? '', '5000.01');
    const requestId = aRequestId();
    const signed = await c?.sign(signatureRequestId, { requestId });
    // Two have signed, but over 5,000 the first one must.
    expect(inShort(signed?.signatureRequest, names())).to.equal('OPEN 1 of a');
    const own = accountsOf(bank(), ids[2] ?? '');
    expect(await own.giveSignature({ requestId, signatureRequestId })).to.deep.equal(signed);
    await refused(own.giveSignature({ requestId: aRequestId(), signatureRequestId }), 'SIGNATURE_EXISTS');
    const done = await a?.sign(signatureRequestId);
    expect(inShort(done?.signatureRequest, names())).to.equal('COMPLETE');
    await refused(own.giveSignature({ requestId: aRequestId(), signatureRequestId }), 'SIGNATURE_REQUEST_ENDED');
    expect(await eventsOf(bank().database('account'), signatureRequestId)).to.deep.equal([
      'SignaturesRequested 1',
      'SignatureGiven 2',
      'SignatureGiven 3',
      'SignaturesCompleted 4',
    ]);
  });

  it('lets one of two last signatures at once complete it; the other one comes too late', async () => {
    const { accountId } = await account();
    for (let round = 0; round < 3; round += 1) {
      const { signatureRequestId } = await requested(bank(), accountId, ids[0] ?? '');
      const both = await Promise.allSettled([b?.sign(signatureRequestId), c?.sign(signatureRequestId)]);
      const told = both.map((one) =>
        one.status === 'fulfilled' ? 'SIGNED' : (one.reason as { reason: string }).reason,
      );
      expect(told).to.have.members(['SIGNED', 'SIGNATURE_REQUEST_ENDED']);
      const events = await eventsOf(bank().database('account'), signatureRequestId);
      expect(events.filter((event) => event.startsWith('SignaturesCompleted'))).to.have.length(1);
    }
  });

  it('is for those who may sign, and who can prove it', async () => {
    const { accountId } = await account();
    const { signatureRequestId } = await requested(bank(), accountId, ids[0] ?? '');
    const [owner = '', officer] = [ids[0], await registerPerson(bank())];
    await giveMandate(bank(), accountId, [signer(owner), signer(officer)], [rule('PAY', [[2]])]);
    await refused(
      accountsOf(bank(), officer).giveSignature({ requestId: aRequestId(), signatureRequestId }),
      'STEP_UP_UNAVAILABLE',
    );
    // Who is no longer on the mandate sees nothing of it any more.
    await refused(
      accountsOf(bank(), ids[1] ?? '').giveSignature({ requestId: aRequestId(), signatureRequestId }),
      'SIGNATURE_REQUEST_NOT_FOUND',
    );
  });

  it('closes an account once all have signed, or says why it could not be', async () => {
    const teller = accountsAs(bank(), 'TELLER');
    for (const money of [undefined, '1.00']) {
      const opened = await account();
      const { accountId } = opened;
      const closing = { requestId: aRequestId(), accountId };
      const owner = accountsOf(bank(), ids[0] ?? '');
      const asked = await owner.closeAccount(closing);
      const { signatureRequestId } = asked;
      expect(asked.account?.state).to.equal(AccountState.ACTIVE);
      if (money) await payIn(bank(), opened, money);
      await b?.sign(signatureRequestId);
      await c?.sign(signatureRequestId);
      const now = async () => (await teller.getSignatureRequest({ signatureRequestId })).signatureRequest;
      while (!(await now())?.carryOutTime) await sleep(20);
      expect((await now())?.refusalReason).to.equal(money ? 'BALANCE_NOT_ZERO' : '');
      const { account: left } = await teller.getAccount({ accountId });
      expect(left?.state).to.equal(money ? AccountState.ACTIVE : AccountState.CLOSED);
      expect(await owner.closeAccount(closing)).to.deep.equal(asked);
      // As if the process had died before it wrote down what came of it: it is done again, and comes to the same.
      const forget = `update signature_request set carry_out_time = null, refusal_reason = '' where id = '${signatureRequestId}'`;
      await bank().database('account').query(forget);
      while (!(await now())?.carryOutTime) await sleep(20);
      expect((await now())?.refusalReason).to.equal(money ? 'BALANCE_NOT_ZERO' : '');
      const events = await eventsOf(bank().database('account'), accountId);
      expect(events.filter((event) => event.startsWith('AccountClosed'))).to.have.length(money ? 0 : 1);
    }
  });

  it('is not held up by what cannot be carried out on another account', async () => {
    const owner = accountsOf(bank(), ids[0] ?? '');
    const signed: string[] = [];
    for (const isBroken of [true, false]) {
      const { accountId } = await account();
      const { signatureRequestId } = await owner.closeAccount({ requestId: aRequestId(), accountId });
      signed.push(signatureRequestId);
      if (isBroken) await change(signatureRequestId, "rpc = 'nothing'");
      await b?.sign(signatureRequestId);
      await c?.sign(signatureRequestId);
    }
    const [broken = '', whole = ''] = signed;
    const seen = async (signatureRequestId: string) =>
      (await owner.getSignatureRequest({ signatureRequestId })).signatureRequest?.carryOutTime;
    while (!(await seen(whole))) await sleep(20);
    expect(await seen(broken)).to.equal(undefined);
    await change(broken, 'carry_out_time = now()');
  });

  function change(id: string, to: string) {
    return bank().database('account').query(`update signature_request set ${to} where id = '${id}'`);
  }
});
