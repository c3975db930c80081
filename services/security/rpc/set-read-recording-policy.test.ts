import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { FIRST_READ_POLICY } from '../domain/read-recording.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

const GET_CUSTOMER = 'bank.customer.v1.CustomerService/GetCustomer';

describe('SetReadRecordingPolicy', () => {
  const bank = useService(security);
  const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
  const executor = () => bank.asPrincipal(approved, { workload: 'security-executor' });
  const setting = (baseVersion: number, oneIn: number) => ({
    requestId: unique('policy'),
    baseVersion,
    policy: {
      samplings: [...FIRST_READ_POLICY.samplings, { audience: Audience.CHANNEL, rpc: GET_CUSTOMER, oneIn }],
    },
  });

  it('puts a policy in force, keeps those before, and records who changed what and who approved', async () => {
    const request = setting(0, 5);
    const { policy } = await executor().setReadRecordingPolicy(request);
    expect(policy).to.deep.include({ version: 1, authorId: 'stf_compliance', approverId: 'stf_other' });
    expect((await executor().setReadRecordingPolicy(request)).policy).to.deep.equal(policy);
    expect(await bank.as('edge').getReadSamplings({})).to.deep.include({ policy: policy?.policy, version: 1 });
    await executor().setReadRecordingPolicy(setting(1, 6));
    const { policies } = await bank.asPrincipal(staff('AUDITOR')).listReadRecordingPolicies({});
    expect(policies.map(({ version }) => version)).to.deep.equal([2, 1, 0]);
    expect(policies[2]?.policy).to.deep.equal(FIRST_READ_POLICY);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal(['read_recording_policy/1']);
    expect([record?.before, record?.after].every((sealed) => sealed !== undefined)).to.equal(true);
  });

  it('refuses what contradicts itself, a version that was changed meanwhile, and whoever comes alone', async () => {
    await refused(executor().setReadRecordingPolicy(setting(0, 7)), 'ETAG_MISMATCH');
    await refused(executor().setReadRecordingPolicy(setting(2, 0)), 'REQUEST_INVALID');
    const strange = {
      samplings: [{ audience: Audience.STAFF, rpc: 'no such RPC', oneIn: 2 }, ...FIRST_READ_POLICY.samplings],
    };
    const asked = { ...setting(2, 7), policy: strange };
    await refused(executor().setReadRecordingPolicy(asked), 'READ_RECORDING_POLICY_INVALID');
    const alone = bank.asPrincipal(staff('COMPLIANCE'));
    await refused(alone.setReadRecordingPolicy(setting(2, 7)), 'CALLER_NOT_ALLOWED');
    await executor().setReadRecordingPolicy({ ...setting(2, 7), validateOnly: true });
    expect((await bank.as('edge').getReadSamplings({})).version).to.equal(2);
  });
});
