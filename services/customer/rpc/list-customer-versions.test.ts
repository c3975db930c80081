import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { customer as channel, refused, staff, staffAt } from '#chassis/testing/service.ts';
import { CustomerState, type CustomerVersion } from '#gen/bank/customer/v1/customer_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { aSigner } from '../../_testbed/signers.ts';
import { CustomerVersions } from '../migrations/0007-customer-versions.ts';
import { aPerson, dump, legible, unique } from '../testing.ts';

describe('ListCustomerVersions', () => {
  const running = useBank({ services: ['customer', 'security'], edge: false });
  const bank = {
    asPrincipal: (actor: Actor) => running().asPrincipal(CustomerService, actor),
    get database() {
      return running().database('customer');
    },
  };
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  async function register(): Promise<string> {
    const { customer: registered } = await office().registerCustomer(aPerson());
    return registered?.customerId ?? '';
  }

  /** Registered by staff, moved by themselves, moved to another branch and deactivated by staff. */
  async function aLife(): Promise<string> {
    const customerId = await register();
    const address = { lines: ['Kanárčí 77'], city: 'Brno', countryCode: 'CZ' };
    const own = { requestId: unique('own'), customerId, address, remark: 'I moved' };
    const { proving } = await aSigner(running(), customerId);
    await proving(() => bank.asPrincipal(channel(customerId)).updateCustomer(own));
    const moved = { requestId: unique('up'), customerId, branchId: 'brn_brno', remark: 'Kanárková asked for it' };
    await office().updateCustomer(moved);
    await office().deactivateCustomer({ requestId: unique('end'), customerId, remark: 'Podezření' });
    return customerId;
  }

  const told = ({ customer: was, actor, remark }: CustomerVersion) =>
    [was?.etag, actor && Object.keys(Audience)[actor.audience], actor?.partyId, remark].join(' ').trim();

  it('tells what a customer was, who made it so, when and why, newest first', async () => {
    const customerId = await aLife();
    const { versions } = await office().listCustomerVersions({ customerId });
    expect(versions.map(told)).to.deep.equal([
      '4 STAFF stf_back_office Podezření',
      '3 STAFF stf_back_office Kanárková asked for it',
      `2 CHANNEL ${customerId} I moved`,
      '1 STAFF stf_back_office',
    ]);
    expect(versions.map(({ customer: was }) => [was?.state, was?.branchId, was?.address?.city])).to.deep.equal([
      [CustomerState.DEACTIVATED, 'brn_brno', 'Brno'],
      [CustomerState.ACTIVE, 'brn_brno', 'Brno'],
      [CustomerState.ACTIVE, 'brn_praha', 'Brno'],
      [CustomerState.ACTIVE, 'brn_praha', 'Praha'],
    ]);
    expect(versions[0]?.customer).to.deep.equal((await office().getCustomer({ customerId })).customer);
    expect(versions[3]?.customer?.updateTime).to.deep.equal(versions[0]?.customer?.createTime);
    expect(legible(await dump(bank.database), ['I moved', 'Podezření', 'Kanárčí'])).to.deep.equal([]);
  });

  it('goes page by page, and reads a customer as they were at any of the times', async () => {
    const customerId = await aLife();
    const { versions } = await office().listCustomerVersions({ customerId });
    const paged: CustomerVersion[] = [];
    let pageToken = '';
    do {
      const page = await office().listCustomerVersions({ customerId, pageSize: 3, pageToken });
      paged.push(...page.versions);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(paged).to.deep.equal(versions);
    for (const { customer: was } of versions) {
      const asOfTime = was?.updateTime ?? timestampFromDate(new Date(0));
      const { customer: then } = await office().getCustomer({ customerId, asOfTime });
      // Of several in one millisecond, the last.
      const last = versions.find(
        ({ customer: one }) =>
          String(timestampDate(one?.updateTime ?? asOfTime).getTime()) === String(timestampDate(asOfTime).getTime()),
      );
      expect(then).to.deep.equal(last?.customer);
    }
    const asOfTime = timestampFromDate(new Date(Date.now() + 3_600_000));
    expect((await office().getCustomer({ customerId, asOfTime })).customer).to.deep.equal(versions[0]?.customer);
    const before = timestampFromDate(new Date(Date.now() - 3_600_000));
    await refused(office().getCustomer({ customerId, asOfTime: before }), 'CUSTOMER_VERSION_NOT_FOUND');
    await refused(office().getCustomer({ customerId, asOfTime: { seconds: 10n ** 15n } }), 'REQUEST_INVALID');
    await refused(office().listCustomerVersions({ customerId, pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });

  it('tells customers of what they did themselves who and why, and of the rest that it was staff', async () => {
    const customerId = await aLife();
    const me = bank.asPrincipal(channel(customerId));
    const { versions } = await me.listCustomerVersions({ customerId });
    expect(versions.map(told)).to.deep.equal(['4 STAFF', '3 STAFF', `2 CHANNEL ${customerId} I moved`, '1 STAFF']);
    const theirs = await register();
    await refused(me.listCustomerVersions({ customerId: theirs }), 'CUSTOMER_NOT_FOUND');
    await refused(office().listCustomerVersions({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    const foreign = bank.asPrincipal(staffAt('brn_brno', 'TELLER'));
    await refused(foreign.listCustomerVersions({ customerId: theirs }), 'CUSTOMER_NOT_FOUND');
  });

  it('keeps what is not personal of one whose key was destroyed', async () => {
    const customerId = await aLife();
    // Sealed with a key that nobody has: the second of the customer's keys.
    await bank.database.query(
      `update customer_version set (profile, remark) = (
         overlay(profile placing '\\x02' from position('\\x1001'::bytea in profile) + 1),
         overlay(remark placing '\\x02' from position('\\x1001'::bytea in remark) + 1)
       ) where customer_id = $1`,
      [customerId],
    );
    const { versions } = await office().listCustomerVersions({ customerId });
    expect(versions.map(told)).to.deep.equal([
      '4 STAFF stf_back_office',
      '3 STAFF stf_back_office',
      `2 CHANNEL ${customerId}`,
      '1 STAFF stf_back_office',
    ]);
    expect(versions.map(({ customer: was }) => was?.party.case)).to.deep.equal(Array(4).fill(undefined));
  });

  it('leaves the service no right to change or remove a version', async () => {
    await register();
    for (const statement of ['delete from customer_version', `update customer_version set remark = null`]) {
      const refusal = await bank.database.query(statement, [], 'runtime').then(String, String);
      expect(refusal, statement).to.include('permission denied');
    }
  });

  it('has of customers from before the version that they were at', async () => {
    const customerId = await register();
    await office().updateCustomer({ requestId: unique('up'), customerId, branchId: 'brn_brno' });
    const { customer: before } = await office().getCustomer({ customerId });
    await bank.database.query('drop table customer_version');
    const statements: string[] = [];
    CustomerVersions.prototype.up.call({ addSql: (text: string) => void statements.push(text) } as never);
    for (const statement of statements) await bank.database.query(statement);
    // As a later migration has it.
    await bank.database.query(
      `alter table customer_version add column relationship_officer_id text not null default ''`,
    );
    const { versions } = await office().listCustomerVersions({ customerId });
    expect(versions.map(told)).to.deep.equal(['2']);
    expect(versions[0]?.customer).to.deep.equal(before);
  });
});
