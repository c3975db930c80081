import { expect } from 'chai';
import { customer as channel, partner, refused, useService } from '#chassis/testing/service.ts';
import { ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import { customer } from '../service.ts';
import { published } from '../testing.ts';

describe('ListConsentTexts', () => {
  const bank = useService(customer);

  it('shows customers what they are asked for, and of another purpose nothing', async () => {
    await published(bank, ConsentPurpose.PROFILING);
    const jana = bank.asPrincipal(channel('cus_jana'));
    const { texts } = await jana.listConsentTexts({ purpose: ConsentPurpose.PROFILING });
    expect(texts.map(({ version }) => version)).to.deep.equal([1]);
    expect((await jana.listConsentTexts({ purpose: ConsentPurpose.DATA_SHARING })).texts).to.deep.equal([]);
    await refused(jana.listConsentTexts({}), 'REQUEST_INVALID');
    const other = bank.asPrincipal(partner('ptn_one'));
    await refused(other.listConsentTexts({ purpose: ConsentPurpose.PROFILING }), 'CALLER_NOT_ALLOWED');
  });
});
