import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ConsentChannel, ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import { customer } from '../service.ts';
import { published, registered, unique } from '../testing.ts';

const purpose = ConsentPurpose.PRODUCT_NEWS;

describe('RecordConsent', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));
  const own = (customerId: string) => bank.asPrincipal(channel(customerId));
  const said = (customerId: string, more: object) => ({
    requestId: unique('consent'),
    customerId,
    purpose,
    channel: ConsentChannel.APP,
    ...more,
  });
  before('publishes a text', () => published(bank, purpose));

  it('writes down what a customer gives, withdraws and gives again, and to which text, and keeps all of it', async () => {
    const id = await registered(teller());
    const request = said(id, { given: true, textVersion: 1 });
    const { consent } = await own(id).recordConsent(request);
    expect(consent).to.deep.include({ version: 1, given: true, textVersion: 1, authorId: id });
    expect((await own(id).recordConsent(request)).consent).to.deep.equal(consent);
    // What holds already is not said twice.
    const again = await own(id).recordConsent(said(id, { given: true, textVersion: 1 }));
    expect(again.consent?.version).to.equal(1);
    const branch = { channel: ConsentChannel.TELEPHONE };
    const { consent: withdrawn } = await teller().recordConsent(said(id, { given: false, ...branch }));
    expect(withdrawn).to.deep.include({ version: 2, given: false, textVersion: 1, authorId: 'stf_teller' });
    await own(id).recordConsent(said(id, { given: true, textVersion: 1 }));
    const { consents } = await own(id).listConsents({ customerId: id });
    expect(consents.map(({ version, given, channel: by }) => [version, given, by])).to.deep.equal([
      [3, true, ConsentChannel.APP],
      [2, false, ConsentChannel.TELEPHONE],
      [1, true, ConsentChannel.APP],
    ]);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect([record?.resourceIds, record?.after?.partyId]).to.deep.equal([[id], id]);
    const [rights] = await bank.database.query<{ may: boolean }>(
      `select has_table_privilege('customer_runtime', 'consent', 'update') or
         has_table_privilege('customer_runtime', 'consent', 'delete') as may`,
    );
    expect(rights?.may).to.equal(false);
  });

  it('takes consents to the text in force alone, in the way that fits who says it, and any withdrawal', async () => {
    const id = await registered(teller());
    await refused(own(id).recordConsent(said(id, { given: true, textVersion: 2 })), 'CONSENT_TEXT_NOT_IN_FORCE');
    await refused(own(id).recordConsent(said(id, { given: true })), 'CONSENT_TEXT_NOT_IN_FORCE');
    const profiling = { purpose: ConsentPurpose.PROFILING };
    await refused(own(id).recordConsent(said(id, { ...profiling, given: true })), 'CONSENT_TEXT_NOT_IN_FORCE');
    const { consent } = await own(id).recordConsent(said(id, { ...profiling, given: false }));
    expect(consent).to.deep.include({ version: 1, given: false, textVersion: 0 });
    const letter = { given: false, channel: ConsentChannel.LETTER };
    await refused(own(id).recordConsent(said(id, letter)), 'CONSENT_CHANNEL_INVALID');
    await refused(teller().recordConsent(said(id, { given: false })), 'CONSENT_CHANNEL_INVALID');
    await refused(own(await registered(teller())).recordConsent(said(id, letter)), 'CUSTOMER_NOT_FOUND');
    await bank.asPrincipal(staff('BACK_OFFICE')).deactivateCustomer({ requestId: unique('end'), customerId: id });
    const late = said(id, { given: true, textVersion: 1, channel: ConsentChannel.BRANCH });
    await refused(teller().recordConsent(late), 'CUSTOMER_DEACTIVATED');
    await teller().recordConsent(said(id, letter));
  });

  it('numbers those of many who say something at the same time', async () => {
    const id = await registered(teller());
    const many = Array.from({ length: 10 }, (_, index) => said(id, { given: index % 2 === 0, textVersion: 1 }));
    await Promise.all(many.map((one) => own(id).recordConsent(one)));
    const { consents } = await own(id).listConsents({ customerId: id });
    const versions = consents.map(({ version }) => version).toSorted((a, b) => a - b);
    expect(versions).to.deep.equal(versions.map((_, index) => index + 1));
  });
});
