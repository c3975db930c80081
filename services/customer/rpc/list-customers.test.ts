import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
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
    for (const contact of [
      'l.rihova@example.org',
      ' L.RIHOVA@EXAMPLE.ORG',
      '+48 22 123 45 67',
      '0048 (0)22/123-45.67',
    ]) {
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

  it('finds parts of names: beginnings, middles and ends, of given, family and legal names, in any order', async () => {
    const person = await register(
      aPerson({
        branchId: 'brn_parts',
        party: { case: 'person', value: { givenName: 'Żaneta', familyName: 'Křížkovská', birthDate: '1970-01-01' } },
      }),
    );
    const firm = await register(
      anOrganisation({
        branchId: 'brn_parts',
        party: { case: 'organisation', value: { legalName: 'Křížala & synové', registrationDate: '2001-05-17' } },
      }),
    );
    const both = { branchId: 'brn_parts' };
    for (const namePart of ['kri', 'KŘÍ', ' křiž ', 'riz']) {
      expect(await found({ namePart, ...both }), namePart).to.deep.equal([firm, person]);
    }
    for (const namePart of ['zaneta', 'Żan', 'krizkovska', 'kovská', 'žkov zan', 'zan kriz', 'kovs a']) {
      expect(await found({ namePart, ...both }), namePart).to.deep.equal([person]);
    }
    for (const namePart of ['synove', 'kriz syn', '& kri']) {
      expect(await found({ namePart, ...both }), namePart).to.deep.equal([firm]);
    }
    // All its threes stand in a name, but not one after the other as here.
    for (const namePart of ['krizkrizkov', 'zanetaz', 'novotna', 'kriz x']) {
      expect(await found({ namePart, ...both }), namePart).to.deep.equal([]);
    }
    expect(await found({ namePart: 'kriz', name: 'Křížkovská' })).to.deep.equal([person]);
    for (const namePart of ['kr', ' a b ', '  ']) {
      await refused(teller().listCustomers({ namePart }), 'REQUEST_INVALID');
    }
  });

  it('goes on after a page on which nobody was the one', async () => {
    const named = (familyName: string) =>
      register(
        aPerson({
          branchId: 'brn_near',
          party: { case: 'person', value: { givenName: 'Jan', familyName, birthDate: '1970-01-01' } },
        }),
      );
    const id = await named('Abcdef');
    for (let count = 0; count < 4; count += 1) await named('Cdef-abcde');
    const listed: string[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const page = await teller().listCustomers({ namePart: 'abcdef', branchId: 'brn_near', pageSize: 2, pageToken });
      listed.push(...page.customers.map(({ customerId }) => customerId));
      pageToken = page.nextPageToken;
      pages += 1;
    } while (pageToken !== '');
    expect({ listed, pages }).to.deep.equal({ listed: [id], pages: 3 });
  });

  it('finds names of the time before parts were searched by, once they are renewed', async () => {
    const value = { givenName: 'Bohdana', familyName: 'Starobylá', birthDate: '1970-01-01' };
    const id = await register(aPerson({ party: { case: 'person', value } }));
    await bank.database.query(`delete from customer_search where customer_id = $1 and purpose = 'name_gram'`, [id]);
    expect(await found({ namePart: 'robyl' })).to.deep.equal([]);
    await bank.database.query('update customer set search_version = 0 where id = $1', [id]);
    const end = Date.now() + 10_000;
    while ((await found({ namePart: 'robyl' })).length === 0 && Date.now() < end) await sleep(50);
    expect(await found({ namePart: 'robyl' })).to.deep.equal([id]);
    expect(await found({ name: 'starobyla' })).to.deep.equal([id]);
  });

  it('finds nobody any more whose key was destroyed before their terms are renewed', async () => {
    const value = { givenName: 'Bohdana', familyName: 'Zapomenutá', birthDate: '1970-01-01' };
    const id = await register(aPerson({ party: { case: 'person', value } }));
    // Sealed with a key that nobody has: the second of the customer's keys.
    await bank.database.query(
      `update customer set search_version = 0, profile = overlay(profile placing '\\x1002'::bytea
         from position('\\x1001'::bytea in profile)) where id = $1`,
      [id],
    );
    const terms = () => bank.database.query('select from customer_search where customer_id = $1', [id]);
    const end = Date.now() + 10_000;
    while ((await terms()).length > 0 && Date.now() < end) await sleep(50);
    expect(await terms()).to.have.length(0);
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
      `insert into customer select id || n, kind, state, branch_id, profile, version, create_time, update_time, search_version
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

  it('lists to staff who are held to a branch its own, page by page, whatever they search for', async () => {
    const contacts = [{ kind: ContactKind.EMAIL, value: 'near@example.org' }];
    const near: string[] = [];
    for (const branchId of ['brn_here', 'brn_there', 'brn_here', '', 'brn_here']) {
      const id = await register(aPerson({ branchId, contacts }));
      if (branchId === 'brn_here') near.unshift(id);
    }
    const client = bank.asPrincipal(staffAt('brn_here', 'TELLER'));
    const page = async (pageToken = '', more = {}) => {
      const { customers, nextPageToken } = await client.listCustomers({ pageSize: 2, pageToken, ...more });
      return [customers.map(({ customerId }) => customerId), nextPageToken] as const;
    };
    for (const more of [{}, { contact: 'near@example.org' }, { branchId: 'brn_here' }]) {
      const [first, token] = await page('', more);
      expect([first, ...(await page(token, more))]).to.deep.equal([near.slice(0, 2), near.slice(2), '']);
    }
    await refused(client.listCustomers({ branchId: 'brn_there' }), 'BRANCH_NOT_ALLOWED');
    const everybody = bank.asPrincipal(staffAt('brn_here', 'TELLER', 'COMPLIANCE'));
    expect((await everybody.listCustomers({ contact: 'near@example.org' })).customers).to.have.length(5);
  });
});
