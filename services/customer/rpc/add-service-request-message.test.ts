import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { ServiceRequestState } from '#gen/bank/customer/v1/service_request_pb.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';
import { aPdf, started, stored } from '../testing-documents.ts';
import { aCustomer, complained } from '../testing-service-requests.ts';

describe('AddServiceRequestMessage', () => {
  const bank = useService(customer);
  const message = (serviceRequestId: string, more = {}) => ({
    requestId: unique('write'),
    serviceRequestId,
    text: 'Which one?',
    ...more,
  });

  it('lets its time stand still while the customer has to say something, and go on when they have', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId } = await complained(bank, id);
    const teller = bank.asPrincipal(staff('TELLER'));
    const order = message(serviceRequestId, { awaitsCustomer: true });
    const asked = await teller.addServiceRequestMessage(order);
    expect(asked.serviceRequest).to.include({ state: ServiceRequestState.WAITING_FOR_CUSTOMER, messageCount: 2 });
    expect(asked.serviceRequest?.dueTime).to.equal(undefined);
    expect(asked.message).to.include({ messageNumber: 2, fromBank: true, authorId: 'stf_teller' });
    expect(await teller.addServiceRequestMessage(order)).to.deep.equal(asked);
    const answered = await bank.asPrincipal(channel(id)).addServiceRequestMessage(message(serviceRequestId));
    expect(answered.serviceRequest).to.include({ state: ServiceRequestState.OPEN, messageCount: 3 });
    expect(answered.serviceRequest?.dueTime).to.not.equal(undefined);
    expect(await eventsOf(bank.database, serviceRequestId)).to.have.length(3);
  });

  it('takes documents of the customer along as evidence, of either side, and no others', async () => {
    const [id, other] = [await aCustomer(bank), await aCustomer(bank)];
    const own = bank.asPrincipal(channel(id));
    const [mine, theirs] = [await stored(own, id), await stored(bank.asPrincipal(staff('BACK_OFFICE')), id)];
    const foreign = await stored(bank.asPrincipal(channel(other)), other);
    const begun = await started(own, id, aPdf());
    const { serviceRequestId } = await complained(bank, id, { documentIds: [mine.documentId] });
    const answer = message(serviceRequestId, { documentIds: [theirs.documentId, mine.documentId] });
    await bank.asPrincipal(staff('TELLER')).addServiceRequestMessage(answer);
    for (const { documentId } of [foreign, begun]) {
      await refused(
        own.addServiceRequestMessage(message(serviceRequestId, { documentIds: [documentId] })),
        'DOCUMENT_NOT_FOUND',
      );
      await refused(complained(bank, id, { documentIds: [documentId] }), 'DOCUMENT_NOT_FOUND');
    }
    const { messages } = await own.listServiceRequestMessages({ customerId: id, serviceRequestId });
    expect(messages.map(({ documents }) => documents.map(({ documentId }) => documentId))).to.deep.equal([
      [theirs.documentId, mine.documentId],
      [mine.documentId],
    ]);
  });

  it('numbers messages that are written at the same time', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId } = await complained(bank, id);
    const own = bank.asPrincipal(channel(id));
    const written = await Promise.all(
      Array.from({ length: 5 }, () => own.addServiceRequestMessage(message(serviceRequestId))),
    );
    const numbers = written.map((one) => one.message?.messageNumber ?? 0).toSorted((a, b) => a - b);
    expect(numbers).to.deep.equal([2, 3, 4, 5, 6]);
  });

  it('is refused of who was erased, of whom no request is listed either', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId } = await complained(bank, id);
    // Sealed with a key that nobody has: the second of the customer's keys.
    await bank.database.query(
      `update service_request set subject = overlay(subject placing '\\x02' from position('\\x1001'::bytea in subject) + 1)
       where id = $1`,
      [serviceRequestId],
    );
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    await refused(officer.addServiceRequestMessage(message(serviceRequestId)), 'CUSTOMER_ERASED');
    expect((await officer.listServiceRequests({ customerId: id })).serviceRequests).to.deep.equal([]);
  });

  it('is for who sees the request, while it stands, up to a hundred', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId } = await complained(bank, id);
    const own = bank.asPrincipal(channel(id));
    const other = bank.asPrincipal(channel('cus_other'));
    await refused(other.addServiceRequestMessage(message(serviceRequestId)), 'SERVICE_REQUEST_NOT_FOUND');
    const elsewhere = bank.asPrincipal(staffAt('brn_brno', 'TELLER'));
    await refused(elsewhere.addServiceRequestMessage(message(serviceRequestId)), 'SERVICE_REQUEST_NOT_FOUND');
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    await refused(officer.addServiceRequestMessage(message('srq_none')), 'SERVICE_REQUEST_NOT_FOUND');
    await bank.database.query('update service_request set message_count = 100 where id = $1', [serviceRequestId]);
    await refused(own.addServiceRequestMessage(message(serviceRequestId)), 'SERVICE_REQUEST_FULL');
    const resolve = { requestId: unique('answer'), serviceRequestId, outcome: 'Sorry.' };
    await officer.resolveServiceRequest(resolve);
    await refused(own.addServiceRequestMessage(message(serviceRequestId)), 'SERVICE_REQUEST_RESOLVED');
  });
});
