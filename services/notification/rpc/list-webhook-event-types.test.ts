import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { unique, useNotification } from '../testing.ts';
import { webhookPartner } from '../testing-webhooks.ts';

describe('ListWebhookEventTypes', () => {
  const { bank, of } = useNotification();

  it('tells customers and partners what they may hear of, by the contract', async () => {
    const { eventTypes } = await of(unique('cus')).listWebhookEventTypes({});
    expect(eventTypes).to.include.members([
      'bank.transaction.v1.TransactionPosted',
      'bank.transaction.v1.TransactionRefused',
      'bank.account.v1.AccountOpened',
    ]);
    const reading = bank.asPrincipal(webhookPartner('ptn_1'));
    expect((await reading.listWebhookEventTypes({})).eventTypes).to.deep.equal(['bank.account.v1.ProductPublished']);
    const other = bank.asPrincipal(webhookPartner('ptn_2', []));
    expect((await other.listWebhookEventTypes({})).eventTypes).to.deep.equal([]);
  });

  it('is not for staff', async () => {
    await refused(bank.asPrincipal(staff('COMPLIANCE')).listWebhookEventTypes({}), 'CALLER_NOT_ALLOWED');
  });
});
