import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { aPerson, registered, unique } from '../testing.ts';

describe('DismissDuplicate', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('takes two who are not the same off the list, whoever is named first, and leaves the others on it', async () => {
    const twins = {
      party: { case: 'person' as const, value: { givenName: 'Eva', familyName: 'Malá', birthDate: '2001-03-04' } },
    };
    const [eva, twin, again] = [
      await registered(office(), aPerson(twins)),
      await registered(office(), aPerson(twins)),
      await registered(office(), aPerson(twins)),
    ];
    const request = { requestId: unique('distinct'), customerId: twin, otherCustomerId: eva };
    await office().dismissDuplicate(request);
    await office().dismissDuplicate({ requestId: unique('distinct'), customerId: eva, otherCustomerId: twin });
    for (const [one, other] of [
      [eva, twin],
      [twin, eva],
    ] as const) {
      const { duplicates } = await office().listDuplicates({ customerId: one });
      expect(duplicates.map(({ otherCustomerId }) => otherCustomerId))
        .to.include(again)
        .and.not.to.include(other);
    }
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([twin, eva]);
  });

  it('refuses one who is named twice, whom there is not, and staff of a branch', async () => {
    const id = await registered(office());
    const dismiss = (otherCustomerId: string) => ({ requestId: unique('distinct'), customerId: id, otherCustomerId });
    await refused(office().dismissDuplicate(dismiss(id)), 'CUSTOMERS_THE_SAME');
    await refused(office().dismissDuplicate(dismiss('cus_none')), 'CUSTOMER_NOT_FOUND');
    await refused(bank.asPrincipal(staff('TELLER')).dismissDuplicate(dismiss(id)), 'CALLER_NOT_ALLOWED');
  });
});
