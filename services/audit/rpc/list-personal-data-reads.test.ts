import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { personalDataRead, useAudit } from '../testing.ts';

const GET_CUSTOMER = 'bank.customer.v1.CustomerService/GetCustomer';
const LIST_HITS = 'bank.customer.v1.CustomerService/ListSanctionsHits';

describe('ListPersonalDataReads', () => {
  const { bank, auditor, hear } = useAudit();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';

  it('tells a customer when what was read, and what readers are to the bank; not who, nor what nobody may tell', async () => {
    const customerId = 'cus_read';
    const read = { rpc: GET_CUSTOMER, resourceIds: [customerId], oneIn: 1, traceparent };
    await hear('security', [
      personalDataRead({ ...read, actor: staff('TELLER') }),
      personalDataRead({ ...read, rpc: LIST_HITS, actor: staff('COMPLIANCE') }),
      personalDataRead({ ...read, actor: customer(customerId), oneIn: 100 }),
      personalDataRead({ ...read, actor: staff('TELLER'), resourceIds: ['cus_other'] }),
    ]);
    const own = bank.asPrincipal(customer(customerId));
    const { reads } = await own.listPersonalDataReads({ customerId });
    const told = reads.map(({ rpc, audience, own: isOwn, oneIn }) => ({ rpc, audience, isOwn, oneIn }));
    expect(told).to.have.deep.members([
      { rpc: GET_CUSTOMER, audience: Audience.CHANNEL, isOwn: true, oneIn: 100 },
      { rpc: GET_CUSTOMER, audience: Audience.STAFF, isOwn: false, oneIn: 1 },
    ]);
    expect(JSON.stringify(reads, (_key, value: unknown) => (typeof value === 'bigint' ? 0 : value))).not.to.include(
      'stf_',
    );
    expect((await auditor().listPersonalDataReads({ customerId })).reads).to.deep.equal(reads);
    await refused(own.listPersonalDataReads({ customerId: 'cus_other' }), 'CUSTOMER_NOT_FOUND');
    await refused(own.listPersonalDataReads({ customerId, pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    await refused(bank.asPrincipal(staff('TELLER')).listPersonalDataReads({ customerId }), 'CALLER_NOT_ALLOWED');
  });
});
