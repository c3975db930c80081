import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { EvidenceState } from '#gen/bank/customer/v1/kyc_pb.ts';
import { customer } from '../service.ts';
import { registered } from '../testing.ts';
import { submitted, verified } from '../testing-kyc.ts';

describe('ListEvidence', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('lists what waits, or all of a customer, newest first', async () => {
    const [jana, eva] = [await registered(office()), await registered(office())];
    const first = await verified(bank, jana);
    const second = await submitted(bank, jana);
    const third = await submitted(bank, eva);
    const idsOf = async (request: object) =>
      (await office().listEvidence(request)).evidence.map((one) => one.evidenceId);
    expect(await idsOf({ customerId: jana })).to.deep.equal([second.evidenceId, first.evidenceId]);
    expect(await idsOf({ state: EvidenceState.PENDING })).to.deep.equal([third.evidenceId, second.evidenceId]);
    const { nextPageToken: pageToken } = await office().listEvidence({ pageSize: 2 });
    expect(await idsOf({ pageSize: 2, pageToken })).to.deep.equal([first.evidenceId]);
    await refused(office().listEvidence({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    await refused(office().listEvidence({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });
});
