import { expect } from 'chai';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { ServiceRequestState } from '#gen/bank/customer/v1/service_request_pb.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';
import { aCustomer, complained } from '../testing-service-requests.ts';

describe('ListServiceRequests', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const ids = (requests: readonly { serviceRequestId: string }[]) => requests.map((one) => one.serviceRequestId);

  it('lists a customer theirs, newest first, page by page, without who works on them', async () => {
    const id = await aCustomer(bank);
    const older = await complained(bank, id);
    const made = [older, await complained(bank, id)];
    await complained(bank, await aCustomer(bank));
    const { serviceRequestId } = older;
    await officer().assignServiceRequest({ requestId: unique('give'), serviceRequestId, assigneeId: 'stf_eva' });
    const own = bank.asPrincipal(channel(id));
    const first = await own.listServiceRequests({ pageSize: 1 });
    const second = await own.listServiceRequests({ pageSize: 1, pageToken: first.nextPageToken });
    const listed = [...first.serviceRequests, ...second.serviceRequests];
    expect(ids(listed)).to.deep.equal(ids(made).toReversed());
    expect(listed.map((one) => one.assigneeId)).to.deep.equal(['', '']);
    expect(second.nextPageToken).to.equal('');
    await refused(own.listServiceRequests({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    await refused(own.listServiceRequests({ customerId: 'cus_other' }), 'CUSTOMER_NOT_FOUND');
  });

  it('lists staff those of the customers whom they see, by state and by who works on them', async () => {
    const [praha, brno] = [await aCustomer(bank, unique('brn')), await aCustomer(bank, 'brn_brno')];
    const { serviceRequestId } = await complained(bank, praha);
    const other = await complained(bank, brno);
    const assigneeId = unique('stf_eva');
    await officer().assignServiceRequest({ requestId: unique('give'), serviceRequestId, assigneeId });
    const all = await officer().listServiceRequests({});
    expect(ids(all.serviceRequests)).to.include.members([serviceRequestId, other.serviceRequestId]);
    const mine = await officer().listServiceRequests({ assigneeId, state: ServiceRequestState.IN_PROGRESS });
    expect(ids(mine.serviceRequests)).to.deep.equal([serviceRequestId]);
    const teller = bank.asPrincipal(staffAt('brn_brno', 'TELLER'));
    const seen = ids((await teller.listServiceRequests({})).serviceRequests);
    expect(seen).to.include(other.serviceRequestId);
    expect(seen).to.not.include(serviceRequestId);
    await refused(teller.listServiceRequests({ customerId: praha }), 'CUSTOMER_NOT_FOUND');
  });

  it('tells which the bank has not answered in time, and of each once', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId } = await complained(bank, id);
    await bank.database.query(`update service_request set due_time = now() where id = $1`, [serviceRequestId]);
    const late = async () =>
      ids((await officer().listServiceRequests({ customerId: id, escalatedOnly: true })).serviceRequests);
    while ((await late()).length === 0);
    expect(await late()).to.deep.equal([serviceRequestId]);
    const told = `select version, escalate_time is not null as late from service_request where id = $1`;
    expect(await bank.database.query(told, [serviceRequestId])).to.deep.equal([{ version: 2, late: true }]);
    const resolve = { requestId: unique('answer'), serviceRequestId, outcome: 'We are sorry.' };
    await officer().resolveServiceRequest(resolve);
    expect(await late()).to.deep.equal([]);
  }).timeout(30_000);
});
