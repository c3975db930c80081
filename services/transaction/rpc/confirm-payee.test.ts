import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountType } from '#gen/bank/account/v1/account_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { openAccount, registerOrganisation, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, as, dump, of } from '../testing.ts';
import { confirmed } from '../testing-payees.ts';
import { ELSEWHERE, NOBODYS, usePayments } from '../testing-payments.ts';

describe('ConfirmPayee', function confirmPayee() {
  this.timeout(120_000);
  const { bank } = usePayments();

  it('says of an account of the bank whether it is whose the payer believes, and tells the name of a person that it nearly is', async () => {
    const payer = await registerPerson(bank());
    const { iban } = await openAccount(bank());
    const firm = await openAccount(bank(), {
      type: AccountType.BUSINESS,
      owners: [await registerOrganisation(bank())],
    });
    const asked = async (number: string, name: string) => {
      const { nameMatch, matchedName } = await confirmed(bank(), payer, number, name);
      return [nameMatch, matchedName];
    };
    expect(await asked(iban, 'Jana Novotná')).to.deep.equal([NameMatch.MTCH, '']);
    expect(await asked(iban.replace(/(.{4})/g, '$1 '), 'Jana Nowotna')).to.deep.equal([NameMatch.CMTC, 'Jana Novotna']);
    expect(await asked(iban, 'Petr Svoboda')).to.deep.equal([NameMatch.NMTC, '']);
    expect(await asked(firm.iban, 'Pekarny U Mostu')).to.deep.equal([NameMatch.CMTC, '']);
    // There is no integration service here: the other bank is not heard.
    expect(await asked(ELSEWHERE, 'Erika Mustermann')).to.deep.equal([NameMatch.NOAP, '']);
    expect(await asked(NOBODYS, 'Jana Novotna')).to.deep.equal([NameMatch.NOAP, '']);
    await refused(asked('CZ0000000000000000000000', 'Jana'), 'IBAN_INVALID');
    await refused(as(bank(), 'TELLER').confirmPayee({ requestId: 'x', iban, name: 'Jana' }), 'CALLER_NOT_ALLOWED');
    const stored = await dump(bank().database('transaction'));
    for (const text of [iban, ELSEWHERE, 'Mustermann', 'Svoboda', 'Nowotna']) expect(stored).to.not.include(text);
  });

  it('is answered so often a day and no oftener, however it is asked, and says nothing to what is only tried', async () => {
    const guesser = await registerPerson(bank());
    const { iban } = await openAccount(bank());
    const own = of(bank(), guesser);
    const ask = (name: string, validateOnly = false) =>
      own.confirmPayee({ requestId: aRequestId(), iban, name, validateOnly });
    const tried = await ask('Jana Novotna', true);
    expect(tried.payeeConfirmation?.nameMatch).to.equal(NameMatch.UNSPECIFIED);
    const outcomes = await Promise.allSettled(Array.from({ length: 34 }, (_, index) => ask(`Jana Guess${index}`)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(30);
    const { metadata } = await refused(ask('Jana Novotna'), 'RATE_LIMITED');
    expect(Number(metadata['retry_after_seconds'])).to.be.within(80_000, 86_400);
    await refused(ask('Jana Novotna', true), 'RATE_LIMITED');
    // As if a day had passed since the first.
    await bank()
      .database('transaction')
      .query(
        `update payee_confirmation set create_time = create_time - interval '1 day'
         where id = (select min(id) from payee_confirmation where customer_id = $1)`,
        [guesser],
      );
    const last = { requestId: aRequestId(), iban, name: 'Jana Novotna' };
    const answer = await own.confirmPayee(last);
    expect(answer.payeeConfirmation?.nameMatch).to.equal(NameMatch.MTCH);
    await refused(ask('Jana Novotna'), 'RATE_LIMITED');
    // Who has not heard the answer asks again.
    expect(await own.confirmPayee(last)).to.deep.equal(answer);
  });
});
