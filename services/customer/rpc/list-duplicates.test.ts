import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ContactKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { DuplicateReason } from '#gen/bank/customer/v1/duplicate_pb.ts';
import { customer } from '../service.ts';
import { aPerson, registered, unique } from '../testing.ts';

describe('ListDuplicates', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  let born = 0;
  /** A birthday that nobody else has here, so that names alone make no pairs. */
  const aDay = () => {
    born += 1;
    return Temporal.PlainDate.from('1950-01-01').add({ days: born }).toString();
  };
  const person = (givenName: string, familyName: string, birthDate: string, email: string) =>
    registered(
      office(),
      aPerson({
        party: { case: 'person', value: { givenName, familyName, birthDate } },
        contacts: [{ kind: ContactKind.EMAIL, value: email }],
      }),
    );
  const email = () => `${unique('mail')}@example.org`;
  const othersOf = async (customerId: string) => {
    const { duplicates } = await office().listDuplicates({ customerId });
    return duplicates.map(({ otherCustomerId }) => otherCustomerId);
  };

  it('finds of one customer who is called so, or nearly so, and was born on that day, the most likely first', async () => {
    const [day, mail] = [aDay(), email()];
    const one = await person('Bohumil', 'Vopička', day, mail);
    const spelt = await person('Bohumil', 'Vopicka-Novak', day, email());
    const same = await person('Bohumil', 'Vopička', day, mail);
    await person('Bohumil', 'Vopička', aDay(), email());
    await person('Zdeněk', 'Krátký', day, email());
    const { duplicates } = await office().listDuplicates({ customerId: one });
    expect(duplicates.map(({ otherCustomerId }) => otherCustomerId)).to.deep.equal([same, spelt]);
    expect(duplicates[0]).to.deep.include({
      customerId: one,
      score: 90,
      reasons: [DuplicateReason.NAME, DuplicateReason.DATE, DuplicateReason.CONTACT],
    });
  });

  it('lists the pairs of all customers once, page by page, without those that are gone', async () => {
    const [day, mail] = [aDay(), email()];
    const [one, other] = [await person('Alois', 'Jirásek', day, mail), await person('Alois', 'Jirásek', day, mail)];
    const gone = await person('Alois', 'Jirásek', day, mail);
    await office().deactivateCustomer({ requestId: unique('end'), customerId: gone });
    const pairs: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await office().listDuplicates({ pageSize: 2, pageToken });
      pairs.push(...page.duplicates.map((pair) => `${pair.customerId} ${pair.otherCustomerId}`));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(pairs.filter((pair) => pair.includes(one) || pair.includes(other))).to.deep.equal([`${one} ${other}`]);
    expect(new Set(pairs).size).to.equal(pairs.length);
    expect(await othersOf(one)).to.deep.equal([other]);
  });

  it('is for staff of the whole bank', async () => {
    const id = await registered(office());
    await refused(bank.asPrincipal(channel(id)).listDuplicates({ customerId: id }), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('TELLER')).listDuplicates({}), 'CALLER_NOT_ALLOWED');
    await refused(office().listDuplicates({ customerId: 'cus_none' }), 'CUSTOMER_NOT_FOUND');
    await refused(office().listDuplicates({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });
});
