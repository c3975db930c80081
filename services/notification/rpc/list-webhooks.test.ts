import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { unique, useNotification } from '../testing.ts';
import { madeWebhook } from '../testing-webhooks.ts';

describe('ListWebhooks', () => {
  const { bank, of } = useNotification();
  const url = 'http://127.0.0.1:9/';

  it('lists those of the caller, oldest first, and no other’s', async () => {
    const [jana, petr] = [unique('cus'), unique('cus')];
    const first = await madeWebhook(of(jana), url);
    const second = await madeWebhook(of(jana), url);
    await madeWebhook(of(petr), url);
    const listed = (await of(jana).listWebhooks({ partyId: jana })).webhooks.map(({ webhookId }) => webhookId);
    expect(listed).to.deep.equal([first.webhookId, second.webhookId]);
    await of(jana).deleteWebhook({ requestId: randomUUID(), webhookId: first.webhookId });
    expect((await of(jana).listWebhooks({})).webhooks).to.have.length(1);
    await refused(of(jana).listWebhooks({ partyId: petr }), 'PARTY_NOT_FOUND');
  });

  it('lists those of a party for staff who may', async () => {
    const jana = unique('cus');
    await madeWebhook(of(jana), url);
    expect((await bank.asPrincipal(staff('BACK_OFFICE')).listWebhooks({ partyId: jana })).webhooks).to.have.length(1);
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listWebhooks({}), 'PARTY_NOT_FOUND');
    await refused(bank.asPrincipal(staff('TELLER')).listWebhooks({ partyId: jana }), 'CALLER_NOT_ALLOWED');
  });
});
