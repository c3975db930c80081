import { expect } from 'chai';
import { customer } from '#chassis/testing/clients.ts';
import { internalTokens } from './internal-tokens.ts';

describe('Internal tokens', () => {
  function issuing() {
    const made: string[] = [];
    let time = 0;
    const tokens = internalTokens(
      {
        internalToken: async (workload, audience, actor) => {
          made.push(`${workload} for ${audience} by ${actor.partyId}`);
          return `token ${made.length}`;
        },
      },
      () => time,
    );
    return { made, tokens, wait: (ms: number) => (time += ms) };
  }
  const ann = { authorization: 'Bearer a', principal: customer('cus_a') };
  const bob = { authorization: 'Bearer b', principal: customer('cus_b') };

  it('are one per session and service, however many calls ask at once', async () => {
    const { made, tokens } = issuing();
    const [first, second] = await Promise.all([tokens(ann, 'ledger'), tokens(ann, 'ledger')]);
    expect(first).to.equal(second);
    await Promise.all([tokens(ann, 'account'), tokens(bob, 'ledger')]);
    expect(made).to.deep.equal(['edge for ledger by cus_a', 'edge for account by cus_a', 'edge for ledger by cus_b']);
  });

  it('are made anew when half of their life is over', async () => {
    const { tokens, wait } = issuing();
    expect(await tokens(ann, 'ledger')).to.equal('token 1');
    wait(29_999);
    expect(await tokens(ann, 'ledger')).to.equal('token 1');
    wait(1);
    expect(await tokens(ann, 'ledger')).to.equal('token 2');
  });

  it('are asked for again when the issuer failed', async () => {
    let fails = true;
    const tokens = internalTokens({
      internalToken: async () => {
        if (fails) throw new Error('away');
        return 'token';
      },
    });
    const failed = await tokens(ann, 'ledger').catch((error: Error) => error.message);
    fails = false;
    expect([failed, await tokens(ann, 'ledger')]).to.deep.equal(['away', 'token']);
  });
});
