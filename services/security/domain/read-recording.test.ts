import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { type ReadSampling, ReadSamplingSchema } from '#gen/bank/security/v1/read_recording_pb.ts';
import { checkReadPolicy, FIRST_READ_POLICY } from './read-recording.ts';

const sampling = (audience: Audience, rpc: string): ReadSampling =>
  create(ReadSamplingSchema, { audience, rpc, oneIn: 10 });
const withMore =
  (...more: readonly ReadSampling[]) =>
  () =>
    checkReadPolicy({ ...FIRST_READ_POLICY, samplings: [...FIRST_READ_POLICY.samplings, ...more] });

describe('A policy of recording reads', () => {
  it('may say something of its own of a read that shows something of a person', () => {
    const rpc = 'bank.customer.v1.CustomerService/GetCustomer';
    withMore()();
    withMore(sampling(Audience.STAFF, rpc), sampling(Audience.CHANNEL, rpc))();
    expect(withMore(sampling(Audience.STAFF, rpc), sampling(Audience.STAFF, rpc))).to.throw('contradicts itself');
  });

  it('says nothing of a command, of a read of nobody, or of what there is not', () => {
    for (const rpc of [
      'bank.customer.v1.CustomerService/RegisterCustomer',
      'bank.ledger.v1.LedgerService/GetTrialBalance',
      'bank.made.v1.UpService/GetUp',
    ]) {
      expect(withMore(sampling(Audience.STAFF, rpc)), rpc).to.throw('contradicts itself');
    }
  });

  it('forgets nobody, and says one thing of each', () => {
    for (const left of FIRST_READ_POLICY.samplings) {
      const samplings = FIRST_READ_POLICY.samplings.filter((one) => one !== left);
      expect(() => checkReadPolicy({ ...FIRST_READ_POLICY, samplings })).to.throw('contradicts itself');
    }
    expect(withMore(sampling(Audience.STAFF, ''))).to.throw('contradicts itself');
  });
});
