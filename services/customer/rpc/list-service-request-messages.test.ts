import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';
import { aCustomer, complained } from '../testing-service-requests.ts';

describe('ListServiceRequestMessages', () => {
  const bank = useService(customer);

  it('lists what both sides wrote, newest first, of one request or of all; who of the staff it was, staff alone are told', async () => {
    const id = await aCustomer(bank);
    const [one, other] = [await complained(bank, id), await complained(bank, id, { text: 'A second time.' })];
    const { serviceRequestId } = one;
    const answer = { requestId: unique('write'), serviceRequestId, text: 'Which payment?', awaitsCustomer: true };
    await bank.asPrincipal(staff('BACK_OFFICE')).addServiceRequestMessage(answer);
    const list = async (by: object, who = bank.asPrincipal(channel(id))) =>
      (await who.listServiceRequestMessages({ customerId: id, ...by })).messages;
    const told = (await list({})).map(({ text, fromBank, authorId }) => [text, fromBank, authorId]);
    expect(told).to.deep.equal([
      ['Which payment?', true, ''],
      ['A second time.', false, id],
      ['Přišla pozdě.', false, id],
    ]);
    expect((await list({ serviceRequestId: other.serviceRequestId })).map(({ text }) => text)).to.deep.equal([
      'A second time.',
    ]);
    const [toStaff] = await list({}, bank.asPrincipal(staff('AUDITOR')));
    expect(toStaff?.authorId).to.equal('stf_back_office');
    const own = bank.asPrincipal(channel(id));
    const first = await own.listServiceRequestMessages({ customerId: id, pageSize: 2 });
    const { nextPageToken: pageToken } = first;
    const second = await own.listServiceRequestMessages({ customerId: id, pageSize: 2, pageToken });
    expect([first.messages.length, second.messages.length, second.nextPageToken]).to.deep.equal([2, 1, '']);
    await refused(own.listServiceRequestMessages({ customerId: id, pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    await refused(own.listServiceRequestMessages({ customerId: 'cus_other' }), 'CUSTOMER_NOT_FOUND');
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    await refused(officer.listServiceRequestMessages({ customerId: 'cus_none' }), 'CUSTOMER_NOT_FOUND');
  });
});
