import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { ConsentChannel, ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';

describe('GetConsents', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));

  it('tells notification what customers last said about a purpose, and nothing of who said nothing', async () => {
    const [jana, petr] = [await registered(teller()), await registered(teller())];
    const purpose = ConsentPurpose.PRODUCT_NEWS;
    const said = { requestId: unique('consent'), customerId: jana, purpose, channel: ConsentChannel.BRANCH };
    await teller().recordConsent({ ...said, given: false });
    const asked = { customerIds: [jana, petr, 'cus_none'], purpose };
    const { consents } = await bank.as('notification').getConsents(asked);
    expect(consents.map(({ customerId, consent }) => [customerId, consent?.given])).to.deep.equal([[jana, false]]);
    const other = { ...asked, purpose: ConsentPurpose.PROFILING };
    expect((await bank.as('notification').getConsents(other)).consents).to.deep.equal([]);
    await refused(bank.as('account').getConsents(asked), 'CALLER_NOT_ALLOWED');
  });
});
