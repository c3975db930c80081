import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import type { SignatureRequest } from '#gen/bank/account/v1/signature_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsOf, aRequestId, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { giveMandate, inShort, requested, rule, signer } from '../testing-mandates.ts';

describe('WatchSignatures', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('tells each change of what waits, and goes on after the last one that was seen', async () => {
    const [a, b] = [await registerPerson(bank()), await registerPerson(bank())];
    const { accountId } = await openAccount(bank(), { owners: [a] });
    await giveMandate(bank(), accountId, [signer(a), signer(b)], [rule('PAY', [[0]])]);
    const client = accountsOf(bank(), b);
    let reached = 0;
    /** What is told after what was seen last, until it is so many. */
    async function told(count: number): Promise<SignatureRequest[]> {
      const all: SignatureRequest[] = [];
      for await (const message of client.watchSignatures({ accountId, afterNumber: reached })) {
        all.push(...message.signatureRequests);
        reached = message.nextAfterNumber;
        if (all.length >= count) break;
      }
      return all;
    }
    const first = await requested(bank(), accountId, a);
    expect(await told(1)).to.deep.equal([first]);
    const waiting = told(2);
    const { signatureRequestId } = await requested(bank(), accountId, a);
    await accountsOf(bank(), a).withdrawSignatureRequest({
      requestId: aRequestId(),
      signatureRequestId: first.signatureRequestId,
    });
    const short = (await waiting).map((one) => `${one.signatureRequestId} ${inShort(one, { [b]: 'b' })}`);
    expect(short).to.have.members([`${signatureRequestId} OPEN 1 of b`, `${first.signatureRequestId} WITHDRAWN`]);
    expect(reached).to.equal(3);
    await refused(firstOf(client.watchSignatures({ accountId, afterNumber: 9 })), 'CURSOR_AHEAD');
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    await refused(firstOf(stranger.watchSignatures({ accountId })), 'ACCOUNT_NOT_FOUND');
  });
});

async function firstOf(stream: AsyncIterable<unknown>): Promise<unknown> {
  for await (const message of stream) return message;
  return undefined;
}
