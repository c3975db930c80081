import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ContactKind, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import type { ListCustomersRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson, unique } from '../testing.ts';

describe('ListCustomers', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));

  async function register(application: ReturnType<typeof aPerson>): Promise<string> {
    const { customer: registered } = await teller().registerCustomer(application);
    return registered?.customerId ?? '';
  }

  async function found(search: MessageInitShape<typeof ListCustomersRequestSchema>): Promise<string[]> {
    const { customers } = await teller().listCustomers(search);
    return customers.map(({ customerId }) => customerId);
  }

  it('lists all customers, newest first, page by page', async () => {
    const registered: string[] = [];
    for (let count = 0; count < 5; count += 1) registered.push(await register(aPerson({ branchId: 'brn_pages' })));
    const listed: string[] = [];
    let pageToken = '';
    do {
      const page = await teller().listCustomers({ branchId: 'brn_pages', pageSize: 2, pageToken });
      expect(page.customers.length).to.be.within(1, 2);
      listed.push(...page.customers.map(({ customerId }) => customerId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(listed).to.deep.equal(registered.toReversed());
    expect((await found({})).slice(0, 5)).to.deep.equal(listed);
    expect((await found({ branchId: 'brn_pages', pageSize: 5 })).length).to.equal(5);
  });

  it('finds exact values, whatever their case, accents and spaces', async () => {
    const value = unique('ČZ').replaceAll('-', ' ');
    const id = await register(
      aPerson({
        party: { case: 'person', value: { givenName: 'Łucja', familyName: 'Říhová  Wałęsa', birthDate: '1970-01-01' } },
        contacts: [
          { kind: ContactKind.EMAIL, value: 'L.Rihova@Example.ORG' },
          { kind: ContactKind.PHONE, value: '+48221234567' },
        ],
        identifiers: [{ kind: IdentifierKind.PASSPORT, value, countryCode: 'PL' }],
      }),
    );
    for (const name of ['Říhová Wałęsa', 'rihova walesa', ' RIHOVA   WALESA ', 'R\u030ci\u0301hova\u0301 Walesa']) {
      expect(await found({ name }), name).to.deep.equal([id]);
    }
    for (const contact of ['l.rihova@example.org', ' L.RIHOVA@EXAMPLE.ORG', '+48 22 123 45 67']) {
      expect(await found({ contact }), contact).to.deep.equal([id]);
    }
    for (const identifier of [value, value.toLowerCase().replace('č', 'c'), value.replaceAll(' ', '')]) {
      expect(await found({ identifier }), identifier).to.deep.equal([id]);
    }
    expect(await found({ name: 'Łucja' })).to.deep.equal([]);
    expect(await found({ name: 'Rihova' })).to.deep.equal([]);
    expect(await found({ name: ' ' })).to.deep.equal([]);
    expect(await found({ contact: value })).to.deep.equal([]);
  });

  it('finds only those whom everything fits that is searched for', async () => {
    const contacts = [{ kind: ContactKind.EMAIL, value: 'shared@example.org' }];
    const household = { contacts, branchId: 'brn_shared' };
    const person = await register(aPerson(household));
    const firm = await register(anOrganisation(household));
    expect(await found({ contact: 'shared@example.org' })).to.deep.equal([firm, person]);
    expect(await found({ contact: 'shared@example.org', name: 'novotna' })).to.deep.equal([person]);
    expect(await found({ contact: 'shared@example.org', name: 'PEKARNA U MOSTU S.R.O.' })).to.deep.equal([firm]);
    expect(await found({ contact: 'shared@example.org', name: 'novotna', branchId: 'brn_brno' })).to.deep.equal([]);
    expect(await found({ name: "x' or true --" })).to.deep.equal([]);
  });

  it('refuses a page token of another search, and one that was made up', async () => {
    await register(aPerson());
    await register(aPerson());
    const { nextPageToken } = await teller().listCustomers({ name: 'novotna', pageSize: 1 });
    expect(nextPageToken).to.not.equal('');
    const other = teller().listCustomers({ name: 'novotny', pageToken: nextPageToken });
    await refused(other, 'PAGE_TOKEN_INVALID');
    await refused(teller().listCustomers({ pageToken: 'made-up' }), 'PAGE_TOKEN_INVALID');
    await refused(teller().listCustomers({ pageSize: -1 }), 'REQUEST_INVALID');
  });

  it('ends a page before it is too large for a message', async () => {
    const long = { kind: ContactKind.EMAIL, value: `${'x'.repeat(60)}@${'y.'.repeat(90)}org` };
    const lines = Array.from({ length: 5 }, () => '\u{10FFFD}'.repeat(140));
    const id = await register(
      aPerson({
        contacts: Array.from({ length: 10 }, () => long),
        address: { lines, city: '\u{10FFFD}'.repeat(100), countryCode: 'CZ' },
        branchId: 'brn_huge',
      }),
    );
    await bank.database.query(
      `insert into customer select id || n, kind, state, branch_id, profile, version, create_time, update_time
       from customer, generate_series(1, 599) n where id = $1`,
      [id],
    );
    const first = await teller().listCustomers({ branchId: 'brn_huge', pageSize: 1000 });
    expect(first.customers.length).to.be.within(300, 599);
    const rest = await teller().listCustomers({
      branchId: 'brn_huge',
      pageSize: 1000,
      pageToken: first.nextPageToken,
    });
    expect(first.customers.length + rest.customers.length).to.equal(600);
    expect(rest.nextPageToken).to.equal('');
  });

  it('is for staff only', async () => {
    await refused(bank.asPrincipal(channel('cus_1')).listCustomers({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('TREASURY')).listCustomers({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(undefined).listCustomers({}), 'TOKEN_MISSING');
    await refused(teller().listCustomers({ branchId: 'a\0' }), 'REQUEST_INVALID');
  });
});
