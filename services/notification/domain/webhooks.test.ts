import { expect } from 'chai';
import { heardBy, isWebhookUrl, leftOut, mayHear, ruleOf, webhookPause } from './webhooks.ts';

const POSTED = 'bank.transaction.v1.TransactionPosted';
const PRODUCT = 'bank.account.v1.ProductPublished';

describe('Webhooks', () => {
  it('are tried again ever more seldom for about a day, and then given up', () => {
    const pauses = (chance: number) => {
      const all: number[] = [];
      for (let tries = 1; ; tries += 1) {
        const pause = webhookPause(tries, chance);
        if (pause === undefined) return all;
        all.push(pause);
      }
    };
    const hours = (chance: number) => pauses(chance).reduce((sum, pause) => sum + pause, 0) / 3_600_000;
    expect(pauses(0)).to.have.length(8);
    expect([hours(0), hours(1)].map((figure) => Math.round(figure * 10) / 10)).to.deep.equal([23.6, 26]);
    expect(pauses(0)).to.deep.equal(pauses(0).toSorted((a, b) => a - b));
  });

  it('are told of what the contract grants, and of nothing that it does not', () => {
    const partner = { audience: 'PARTNER', scopes: ['products:read', 'webhooks:manage'] } as const;
    const customer = { audience: 'CHANNEL', scopes: [] } as const;
    expect(heardBy(partner)).to.deep.equal([PRODUCT]);
    expect(heardBy({ ...partner, scopes: ['webhooks:manage'] })).to.deep.equal([]);
    expect(heardBy(customer)).to.include.members([POSTED, PRODUCT]);
    expect(heardBy({ audience: 'STAFF', scopes: [] })).to.deep.equal([]);
    for (const other of ['bank.security.v1.PasskeyAdded', 'toString', '']) {
      expect(mayHear(other, customer), other).to.equal(false);
    }
  });

  it('leave out what is the payer’s alone, where there is a payer and it is another', () => {
    const rule = ruleOf(POSTED);
    if (!rule) throw new Error('the contract has no such webhook');
    const told = (debtor: string, ...held: string[]) => leftOut(rule, [debtor, 'acc_creditor'], new Set(held));
    expect(told('acc_debtor', 'acc_creditor')).to.deep.equal(['fees', 'holdId']);
    expect(told('acc_debtor', 'acc_debtor', 'acc_creditor')).to.deep.equal([]);
    expect(told('', 'acc_creditor')).to.deep.equal([]);
  });

  it('have https: URLs without a user, and plain ones where that is allowed', () => {
    const refused = ['http://example.com/', 'ftp://example.com', 'https://a:b@example.com', 'https://a.cz/#b', 'x', ''];
    for (const url of refused) expect(isWebhookUrl(url, false), url).to.equal(false);
    expect(isWebhookUrl('https://example.com:8443/a?b=c', false)).to.equal(true);
    expect(isWebhookUrl('http://example.com/', true)).to.equal(true);
  });
});
