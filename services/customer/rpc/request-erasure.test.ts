import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ErasureState, RetentionReason } from '#gen/bank/customer/v1/erasure_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';
import { approvedBy } from '../testing-kyc.ts';

describe('RequestErasure', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));
  const own = (customerId: string) => bank.asPrincipal(channel(customerId));
  const wish = (customerId: string) => ({ requestId: unique('erase'), customerId });

  it('writes down that a customer wants to be forgotten, once, and says what is kept all the same, and why', async () => {
    const id = await registered(teller());
    const request = wish(id);
    const { erasureRequest } = await own(id).requestErasure(request);
    expect(erasureRequest).to.include({ requestNumber: 1, state: ErasureState.REQUESTED, authorId: id });
    expect((await own(id).requestErasure(request)).erasureRequest).to.deep.equal(erasureRequest);
    const ledger = erasureRequest?.retained.filter(({ service }) => service === 'ledger');
    expect(ledger?.map(({ reason, years }) => [reason, years])).to.deep.equal([[RetentionReason.BOOKS_OF_ACCOUNT, 10]]);
    expect(erasureRequest?.retained.every(({ reason }) => reason !== RetentionReason.UNSPECIFIED)).to.equal(true);
    expect((await own(id).getErasureRequest({ customerId: id })).erasureRequest).to.deep.equal(erasureRequest);
    await refused(own(id).requestErasure(wish(id)), 'ERASURE_REQUESTED');
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([id]);
  });

  it('is asked of the one who is left, where two were merged', async () => {
    const [one, other] = [await registered(teller()), await registered(teller())];
    const merging = { requestId: unique('merge'), customerId: one, mergedCustomerId: other, remark: 'Twice' };
    await approvedBy(bank).mergeCustomers(merging);
    const office = bank.asPrincipal(staff('BACK_OFFICE'));
    await refused(office.requestErasure(wish(other)), 'CUSTOMER_MERGED');
    expect((await office.requestErasure(wish(one))).erasureRequest?.state).to.equal(ErasureState.REQUESTED);
  });

  it('is for the customer and those of the staff who may ask for them', async () => {
    const id = await registered(teller());
    await refused(teller().requestErasure(wish(id)), 'CALLER_NOT_ALLOWED');
    await refused(own(await registered(teller())).requestErasure(wish(id)), 'CUSTOMER_NOT_FOUND');
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).requestErasure(wish('cus_none')), 'CUSTOMER_NOT_FOUND');
    const { erasureRequest } = await bank.asPrincipal(staff('BACK_OFFICE')).requestErasure(wish(id));
    expect(erasureRequest?.authorId).to.equal('stf_back_office');
  });
});
