import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { registerPerson } from '../../_testbed/opening.ts';
import { as, of } from '../testing.ts';
import { usePayments } from '../testing-payments.ts';

describe('ListLimits', () => {
  const { bank } = usePayments();

  it('is empty while the bank has published none, and for customers alone', async () => {
    expect((await of(bank(), await registerPerson(bank())).listLimits({})).limits).to.deep.equal([]);
    await refused(as(bank(), 'TELLER').listLimits({}), 'CALLER_NOT_ALLOWED');
  });
});
