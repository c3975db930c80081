import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, registered } from '../testing.ts';

describe('MatchName', () => {
  const bank = useService(customer);

  it('answers the best that any of the customers comes to, and a name only where it is nearly that of a person', async () => {
    const teller = bank.asPrincipal(staff('TELLER'));
    const [jana, bakery] = [await registered(teller), await registered(teller, anOrganisation())];
    const asked = async (name: string, ...customerIds: string[]) => {
      const { nameMatch, matchedName } = await bank.as('transaction').matchName({ customerIds, name });
      return [nameMatch, matchedName];
    };
    expect(await asked('Jana Novotna', bakery, jana)).to.deep.equal([NameMatch.MTCH, '']);
    expect(await asked('Jana Nowotna', bakery, jana)).to.deep.equal([NameMatch.CMTC, 'Jana Novotná']);
    expect(await asked('Pekarny U Mostu', bakery)).to.deep.equal([NameMatch.CMTC, '']);
    expect(await asked('Petr Svoboda', bakery, jana)).to.deep.equal([NameMatch.NMTC, '']);
    expect(await asked('Jana Novotna', 'cus_none')).to.deep.equal([NameMatch.NOAP, '']);
    await refused(bank.as('notification').matchName({ customerIds: [jana], name: 'Jana' }), 'CALLER_NOT_ALLOWED');
  });
});
