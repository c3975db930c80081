import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { deriveId } from '#chassis/id.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { staff, useService } from '#chassis/testing/service.ts';
import { customer } from './service.ts';
import { aPerson, registered } from './testing.ts';
import { imported } from './testing-sanctions.ts';

describe('The screening of customers', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const named = (givenName: string, familyName: string) =>
    aPerson({ party: { case: 'person', value: { givenName, familyName, birthDate: '1961-10-07' } } });

  async function restricted(customerId: string): Promise<void> {
    for (const end = Date.now() + 60_000; ; await sleep(50)) {
      const { standings } = await bank.as('account').getCustomerStates({ customerIds: [customerId] });
      if (standings[0]?.restricted) return;
      expect(Date.now(), 'restricted in time').to.be.lessThan(end);
    }
  }

  it('reaches those who come after hundreds who cannot be read', async () => {
    await imported(officer());
    const model = await registered(office());
    await bank.database.query(
      `insert into customer (id, kind, state, branch_id, relationship_officer_id, profile, version, search_version,
         create_time, update_time)
       select 'cus_0' || lpad(n::text, 5, '0'), kind, state, branch_id, relationship_officer_id,
         set_byte(profile, length(profile) - 1, 255 - get_byte(profile, length(profile) - 1)), version, search_version,
         create_time, update_time
       from customer, generate_series(1, 250) n where id = $1`,
      [model],
    );
    await restricted(await registered(office(), named('Wladimir Igorewitsch', 'Schirkowski')));
  });

  it('tells of those who were restricted before that was told', async () => {
    const customerId = await registered(office());
    await bank.database.query('update customer set restricted = true where id = $1', [customerId]);
    const told = async () => eventsOf(bank.database, deriveId('kyc', customerId));
    for (const end = Date.now() + 60_000; (await told()).length === 0 && Date.now() < end; ) await sleep(50);
    expect(await told()).to.include('CustomerStandingChanged 1');
  });
});
