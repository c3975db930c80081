import { expect } from 'chai';
import { hears, webhooks } from '#gen/bank/rules.ts';
import { webhookTypes } from './webhook-events.ts';

describe('Events for webhooks', () => {
  it('are all those that the contract grants, of services that notification may hear', () => {
    const known = (hears.notification ?? []).flatMap((producer) => webhookTypes(producer));
    expect(known.toSorted()).to.deep.equal(Object.keys(webhooks).toSorted());
  });
});
