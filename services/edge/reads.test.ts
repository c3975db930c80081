import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { customer, staff } from '#chassis/testing/clients.ts';
import { publishedOf } from '#chassis/testing/events.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { type PersonalDataRead, PersonalDataReadSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { type Line, openLine } from '../_testbed/line.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { clientOf, refusalOf } from './test-clients.ts';

const GET = 'bank.customer.v1.CustomerService/GetCustomer';
const LIST = 'bank.customer.v1.CustomerService/ListCustomers';
const PATIENCE_MS = 20_000;

describe('A read of personal data', () => {
  const bank = useBank({ services: ['customer', 'security'], edge: false });
  let edge: RunningEdge;
  let way: Line;
  let jana = '';
  let petr = '';

  before(async () => {
    way = await openLine(bank().address('security'));
    edge = await startEdge({ ...bank().environment, SECURITY_ADDRESS: way.address, EDGE_LIMIT_CUSTOMER: '100000' });
    [jana, petr] = (await Promise.all([register(), register()])) as [string, string];
  });
  after(async () => {
    await edge?.stop();
    await way?.close();
  });

  const as = async (actor: Actor) =>
    clientOf(edge, 'gRPC', CustomerService, await bank().issuer.principalToken(actor, 60));

  async function register(): Promise<string> {
    const party = {
      case: 'person' as const,
      value: { givenName: 'Jana', familyName: 'Nova', birthDate: '1990-05-17' },
    };
    const order = { requestId: randomUUID(), residenceCountryCode: 'CZ', party };
    return (await (await as(staff('TELLER'))).registerCustomer(order)).customer?.customerId ?? '';
  }

  async function recorded(partyId: string): Promise<PersonalDataRead[]> {
    const all = await publishedOf(bank().database('security'), PersonalDataReadSchema);
    return all.filter(({ actor }) => actor?.partyId === partyId);
  }

  async function untilRecorded(partyId: string, count: number): Promise<PersonalDataRead[]> {
    for (const end = Date.now() + PATIENCE_MS; ; await sleep(50)) {
      const all = await recorded(partyId);
      if (all.length >= count) return all;
      if (Date.now() > end) throw new Error(`${all.length} reads of ${partyId} are recorded, not ${count}`);
    }
  }

  it('by staff is recorded before it is answered, each once, with whose it was', async () => {
    const teller = { ...staff('TELLER'), partyId: 'stf_reader' };
    const client = await as(teller);
    await client.getCustomer({ customerId: jana });
    const [first, ...more] = await recorded('stf_reader');
    expect(more).to.deep.equal([]);
    expect(first).to.deep.include({ rpc: GET, resourceIds: [jana], oneIn: 1 });
    expect(first?.origin?.partyId).to.equal('stf_reader');
    expect(first?.traceparent).to.match(/^00-[0-9a-f]{32}-/);
    await client.listCustomers({ pageSize: 2 });
    const listed = (await recorded('stf_reader')).find(({ rpc }) => rpc === LIST);
    expect(listed?.resourceIds).to.have.members([jana, petr]);
    await Promise.all(Array.from({ length: 30 }, () => client.getCustomer({ customerId: jana })));
    const all = await recorded('stf_reader');
    expect(all).to.have.length(32);
    expect(new Set(all.map(({ readId }) => readId))).to.have.length(32);
  });

  it('is none when nothing is read, or nothing of a person', async () => {
    const client = await as({ ...staff('TELLER'), partyId: 'stf_nobody' });
    await refusalOf(client.getCustomer({ customerId: 'cus_nobody' }));
    await register();
    expect(await recorded('stf_nobody')).to.deep.equal([]);
    expect((await recorded('stf_teller')).map(({ rpc }) => rpc)).to.deep.equal([]);
  });

  it('by staff is not answered while it cannot be recorded; of their own, customers notice nothing', async () => {
    const client = await as({ ...staff('TELLER'), partyId: 'stf_cut_off' });
    const own = await as(customer(petr));
    // While security is there, each gets the token that it calls with from then on.
    await client.getCustomer({ customerId: jana });
    await own.getCustomer({ customerId: petr });
    way.cut();
    const refusal = await refusalOf(client.getCustomer({ customerId: jana }));
    expect(refusal).to.include({ code: 'UNAVAILABLE', reason: 'SERVICE_UNAVAILABLE' });
    for (let times = 0; times < 20; times += 1) await own.getCustomer({ customerId: petr });
    way.mend();
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(50)) {
      if (await client.getCustomer({ customerId: jana }).catch(() => undefined)) break;
    }
    expect(await untilRecorded('stf_cut_off', 2)).to.have.length.at.least(2);
  });

  it('of their own is sampled as the policy says, behind the answer, and none of that is lost while security is away', async () => {
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
    const policy = {
      samplings: [
        { audience: Audience.CHANNEL, oneIn: 1_000_000 },
        { audience: Audience.CHANNEL, rpc: GET, oneIn: 2 },
        { audience: Audience.STAFF, oneIn: 1 },
        { audience: Audience.PARTNER, oneIn: 1 },
      ],
    };
    await bank()
      .asPrincipal(SecurityService, approved, { workload: 'security-executor' })
      .setReadRecordingPolicy({ requestId: randomUUID(), baseVersion: 0, policy });
    const own = await as(customer(jana));
    let reads = 0;
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; reads += 5) {
      await Promise.all(Array.from({ length: 5 }, () => own.getCustomer({ customerId: jana })));
      await sleep(200);
      if ((await recorded(jana)).some(({ policyVersion }) => policyVersion === 1)) break;
    }
    const before = (await recorded(jana)).length;
    way.cut();
    for (let times = 0; times < 200; times += 1) await own.getCustomer({ customerId: jana });
    way.mend();
    // Of 200, fewer than 50 or more than 150 come once in 10^12 runs.
    const all = await untilRecorded(jana, before + 50);
    expect(all.length - before).to.be.at.most(150 + reads);
    expect(all.at(-1)).to.deep.include({ oneIn: 2, policyVersion: 1, resourceIds: [jana] });
    expect(new Set(all.map(({ readId }) => readId))).to.have.length(all.length);
  });
});
