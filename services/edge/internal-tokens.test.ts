import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type Refusal, refuseCall } from '#chassis/errors.ts';
import { ExchangeTokenResponseSchema } from '#gen/bank/security/v1/security_service_pb.ts';
import { internalTokens } from './internal-tokens.ts';

describe('Internal tokens', () => {
  function exchanging(fail?: () => Refusal | undefined) {
    const asked: string[] = [];
    let time = 0;
    const tokens = internalTokens(
      {
        exchangeToken: async ({ subjectToken, audience }) => {
          const refusal = fail?.();
          if (refusal) throw refusal;
          asked.push(`${subjectToken} for ${audience}`);
          const internalToken = `token ${asked.length}`;
          return create(ExchangeTokenResponseSchema, { internalToken, internalSeconds: 60 });
        },
      },
      () => time,
    );
    return { asked, tokens, wait: (ms: number) => (time += ms) };
  }
  const ann = { authorization: 'Bearer a' };
  const bob = { authorization: 'Bearer b' };
  const reason = (token: Promise<string>) => token.catch((error: Refusal) => error.reason);

  it('are one per session and service, however many calls ask at once', async () => {
    const { asked, tokens } = exchanging();
    const [first, second] = await Promise.all([tokens(ann, 'ledger'), tokens(ann, 'ledger')]);
    expect(first).to.equal(second);
    await Promise.all([tokens(ann, 'account'), tokens(bob, 'ledger')]);
    expect(asked).to.deep.equal(['a for ledger', 'a for account', 'b for ledger']);
  });

  it('are asked for anew when a sixth of their life is left', async () => {
    const { tokens, wait } = exchanging();
    expect(await tokens(ann, 'ledger')).to.equal('token 1');
    wait(49_999);
    expect(await tokens(ann, 'ledger')).to.equal('token 1');
    wait(1);
    expect(await tokens(ann, 'ledger')).to.equal('token 2');
  });

  it('are asked for again when security refused one, whose words are told', async () => {
    let refusal: Refusal | undefined = refuseCall('SERVICE_UNAVAILABLE');
    const { tokens } = exchanging(() => refusal);
    expect(await reason(tokens(ann, 'ledger'))).to.equal('SERVICE_UNAVAILABLE');
    refusal = refuseCall('TOKEN_INVALID');
    expect(await reason(tokens(ann, 'ledger'))).to.equal('TOKEN_INVALID');
    refusal = undefined;
    expect(await tokens(ann, 'ledger')).to.equal('token 1');
  });

  it('are no fault of the session when security does not take the edge for what it is', async () => {
    for (const word of ['CALLER_UNPROVEN', 'CALLER_NOT_ALLOWED'] as const) {
      const { tokens } = exchanging(() => refuseCall(word));
      expect(await reason(tokens(ann, 'ledger'))).to.equal('INTERNAL');
    }
  });
});
