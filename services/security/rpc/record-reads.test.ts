import { expect } from 'chai';
import { eventsOf, publishedOf } from '#chassis/testing/events.ts';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { PersonalDataReadSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

describe('RecordReads', () => {
  const bank = useService(security);
  const edge = () => bank.as('edge');
  const aRead = (more: object = {}) => ({
    readId: unique('rdg'),
    actor: staff('TELLER'),
    rpc: 'bank.customer.v1.CustomerService/GetCustomer',
    resourceIds: ['cus_jana'],
    oneIn: 1,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    address: '192.0.2.77',
    userAgent: 'a canary of a browser',
    ...more,
  });

  it('publishes each read once, with who read what, and whence under their key', async () => {
    const reads = [aRead(), aRead({ actor: customer('cus_jana'), oneIn: 100, policyVersion: 3 })];
    await Promise.all(Array.from({ length: 4 }, () => edge().recordReads({ reads: [...reads, aRead()] })));
    for (const { readId } of reads) {
      expect(await eventsOf(bank.database, readId)).to.deep.equal(['PersonalDataRead 1']);
    }
    const events = await publishedOf(bank.database, PersonalDataReadSchema);
    const [one, other] = reads.map(({ readId }) => events.find((event) => event.readId === readId));
    expect(one).to.deep.include({ rpc: reads[0]?.rpc, resourceIds: ['cus_jana'], oneIn: 1, policyVersion: 0 });
    expect(one?.traceparent).to.equal(reads[0]?.traceparent);
    expect(one?.origin?.partyId).to.equal('stf_teller');
    expect(other).to.deep.include({ oneIn: 100, policyVersion: 3 });
    const rows = await bank.database.query<{ row: string }>("select encode(envelope, 'escape') as row from outbox");
    expect(rows.map(({ row }) => row).join('\n')).not.to.match(/192\.0\.2\.77|canary of a browser/);
  });

  it('records nothing when it is only tried, and no other read under the same key', async () => {
    const tried = aRead();
    await edge().recordReads({ reads: [tried], validateOnly: true });
    expect(await eventsOf(bank.database, tried.readId)).to.deep.equal([]);
    await edge().recordReads({ reads: [tried, tried, { ...tried, rpc: 'another' }] });
    await edge().recordReads({ reads: [{ ...tried, rpc: 'another' }] });
    expect(await eventsOf(bank.database, tried.readId)).to.deep.equal(['PersonalDataRead 1']);
    await refused(edge().recordReads({ reads: [] }), 'REQUEST_INVALID');
  });

  it("is the edge's alone", async () => {
    await refused(bank.as('account').recordReads({ reads: [aRead()] }), 'CALLER_NOT_ALLOWED');
  });
});
