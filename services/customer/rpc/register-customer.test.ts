import { toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Code } from '#chassis/errors.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import {
  customer as channel,
  refused,
  staff,
  staffAt,
  startTestService,
  useService,
} from '#chassis/testing/service.ts';
import { ContactKind, CustomerSchema, CustomerState, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson, dump, legible, unique } from '../testing.ts';

const CANARIES = [
  'Kanárková',
  'Zdeňka',
  'canary@example.org',
  '+420777000111',
  '1911-11-11',
  'Kanárčí 77',
  'ID-CANARY-9',
];

function aCanary() {
  return aPerson({
    party: { case: 'person', value: { givenName: 'Zdeňka', familyName: 'Kanárková', birthDate: '1911-11-11' } },
    contacts: [
      { kind: ContactKind.EMAIL, value: 'canary@example.org' },
      { kind: ContactKind.PHONE, value: '+420777000111' },
    ],
    address: { lines: ['Kanárčí 77'], city: 'Praha', postalCode: '110 00', countryCode: 'CZ' },
    identifiers: [{ kind: IdentifierKind.PASSPORT, value: 'ID-CANARY-9', countryCode: 'CZ' }],
  });
}

describe('RegisterCustomer', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));

  it('registers a person and says so once', async () => {
    const application = aPerson();
    const { customer: jana } = await teller().registerCustomer(application);
    expect(jana?.customerId).to.match(/^cus_[0-9a-z]{26}$/);
    expect(jana?.state).to.equal(CustomerState.ACTIVE);
    expect(jana?.etag).to.equal('1');
    expect(jana?.party.value).to.include({ givenName: 'Jana', familyName: 'Novotná', birthDate: '1985-02-28' });
    expect(jana?.contacts.map(({ value }) => value)).to.deep.equal(['Jana.Novotna@example.org', '+420601123456']);
    expect(jana?.address?.lines).to.deep.equal(['Dlouhá 12']);
    expect(jana?.branchId).to.equal('brn_praha');
    expect(await eventsOf(bank.database, jana?.customerId ?? '')).to.deep.equal(['CustomerRegistered 1']);
    const { customer: read } = await teller().getCustomer({ customerId: jana?.customerId ?? '' });
    expect(read).to.deep.equal(jana);
  });

  it('registers an organisation, and lets anybody register without a token', async () => {
    const { customer: bakery } = await bank.asPrincipal(undefined).registerCustomer(anOrganisation());
    expect(bakery?.party.value).to.include({ legalName: 'Pekárna U Mostu s.r.o.', registrationDate: '2001-05-17' });
    const own = bank.asPrincipal(channel(bakery?.customerId ?? ''));
    expect((await own.getCustomer({ customerId: bakery?.customerId ?? '' })).customer).to.deep.equal(bakery);
  });

  it('answers a repeat as it answered the first time, and refuses other content', async () => {
    const application = aPerson();
    const first = await teller().registerCustomer(application);
    expect(await teller().registerCustomer(application)).to.deep.equal(first);
    await refused(teller().registerCustomer({ ...application, branchId: 'brn_brno' }), 'REQUEST_EXISTS');
    expect(await eventsOf(bank.database, first.customer?.customerId ?? '')).to.have.length(1);
  });

  it('writes nothing personal that could be read, not even in the stored answers and the audit records', async () => {
    const application = aCanary();
    const first = await teller().registerCustomer(application);
    expect(await teller().registerCustomer(application)).to.deep.equal(first);
    const { customer: registered } = first;
    await refused(teller().registerCustomer({ ...aCanary(), requestId: unique('again') }), 'IDENTIFIER_TAKEN');
    await teller().updateCustomer({
      requestId: unique('update'),
      customerId: registered?.customerId ?? '',
      party: { case: 'person', value: { givenName: 'Zdeňka', familyName: 'Kanárková', birthDate: '1911-11-11' } },
    });
    const dumped = await dump(bank.database);
    expect(legible(dumped, CANARIES)).to.deep.equal([]);
    // The dump is one in which they would have been found.
    expect(legible(dumped, [registered?.customerId ?? '', 'brn_praha'])).to.have.length(2);
    const plain = Buffer.from(JSON.stringify(toJson(CustomerSchema, registered ?? never()))).toString('hex');
    expect(legible(`\\x${plain}`, CANARIES)).to.deep.equal(CANARIES);
  });

  it('changes nothing when it is only tried', async () => {
    const before = await dump(bank.database);
    const application = aPerson({ validateOnly: true });
    const { customer: tried } = await teller().registerCustomer(application);
    expect(tried?.party.value).to.include({ familyName: 'Novotná' });
    await refused(teller().getCustomer({ customerId: tried?.customerId ?? '' }), 'CUSTOMER_NOT_FOUND');
    await refused(
      teller().registerCustomer(
        aPerson({
          validateOnly: true,
          residenceCountryCode: 'ZZ',
        }),
      ),
      'COUNTRY_UNKNOWN',
    );
    expect(await dump(bank.database)).to.equal(before);
    expect((await teller().registerCustomer({ ...application, validateOnly: false })).customer?.etag).to.equal('1');
  });

  it('refuses days that are none, are still to come or are too long ago', async () => {
    const born = (birthDate: string) =>
      teller().registerCustomer(
        aPerson({ party: { case: 'person', value: { givenName: 'Jan', familyName: 'Novák', birthDate } } }),
      );
    const today = Temporal.Now.plainDateISO('Europe/Prague');
    const refusal = await refused(born('2023-02-29'), 'DATE_INVALID');
    expect(refusal.metadata).to.deep.equal({ field: 'person.birth_date' });
    await refused(born(today.add({ days: 1 }).toString()), 'DATE_INVALID');
    await refused(born(today.subtract({ years: 150, days: 1 }).toString()), 'DATE_INVALID');
    await refused(born('1.2.1990'), 'REQUEST_INVALID');
    await born(today.toString());
    await born(today.subtract({ years: 150 }).toString());
    const founded = (registrationDate: string) =>
      teller().registerCustomer(
        anOrganisation({ party: { case: 'organisation', value: { legalName: 'Karlovy', registrationDate } } }),
      );
    await refused(founded(today.add({ days: 1 }).toString()), 'DATE_INVALID');
    await founded('1348-04-07');
  });

  it('refuses contacts that are none', async () => {
    const at = (kind: ContactKind, value: string) =>
      teller().registerCustomer(aPerson({ contacts: [{ kind, value }] }));
    const refusal = await refused(at(ContactKind.EMAIL, 'jana.example.org'), 'CONTACT_INVALID');
    expect(refusal.metadata).to.deep.equal({ field: 'contacts[0].value' });
    await refused(at(ContactKind.PHONE, '601123456'), 'CONTACT_INVALID');
    await refused(at(ContactKind.PHONE, 'jana@example.org'), 'CONTACT_INVALID');
    await refused(at(ContactKind.UNSPECIFIED, 'jana@example.org'), 'REQUEST_INVALID');
  });

  it('refuses countries that there are not', async () => {
    await refused(teller().registerCustomer(aPerson({ residenceCountryCode: 'XX' })), 'COUNTRY_UNKNOWN');
    const address = { lines: ['Dlouhá 12'], city: 'Praha', countryCode: 'SU' };
    await refused(teller().registerCustomer(aPerson({ address })), 'COUNTRY_UNKNOWN');
    const identifiers = [{ kind: IdentifierKind.TAX, value: unique('TX'), countryCode: 'EU' }];
    const refusal = await refused(teller().registerCustomer(aPerson({ identifiers })), 'COUNTRY_UNKNOWN');
    expect(refusal.metadata).to.deep.equal({ field: 'identifiers[0].country_code' });
    await refused(teller().registerCustomer(aPerson({ residenceCountryCode: '' })), 'REQUEST_INVALID');
  });

  it('refuses an identifier that another active customer has, however it is written', async () => {
    const value = unique('ab');
    const identifiers = [{ kind: IdentifierKind.PASSPORT, value, countryCode: 'CZ' }];
    await teller().registerCustomer(aPerson({ identifiers }));
    const other = { kind: IdentifierKind.TAX, value: unique('TX'), countryCode: 'CZ' };
    const spaced = {
      kind: IdentifierKind.PASSPORT,
      value: ` ${value.toUpperCase().split('').join(' ')}`,
      countryCode: 'CZ',
    };
    const refusal = await refused(
      teller().registerCustomer(aPerson({ identifiers: [other, spaced] })),
      'IDENTIFIER_TAKEN',
    );
    expect(refusal.metadata).to.deep.equal({ field: 'identifiers[1]' });
    await teller().registerCustomer(aPerson({ identifiers: [{ ...spaced, countryCode: 'SK' }] }));
    await teller().registerCustomer(aPerson({ identifiers: [{ ...spaced, kind: IdentifierKind.NATIONAL_ID }] }));
    // What the refused one would have taken is free.
    await teller().registerCustomer(aPerson({ identifiers: [other, other] }));
  });

  it('lets back office alone register the number that another bank knew a customer by', async () => {
    const migrated = () => {
      const identifiers = [
        { kind: IdentifierKind.TAX, value: unique('TX'), countryCode: 'CZ' },
        { kind: IdentifierKind.MIGRATION, value: unique('berka') },
      ];
      return aPerson({ identifiers });
    };
    for (const principal of [undefined, staff('TELLER'), staff('BRANCH_MANAGER')]) {
      const application = migrated();
      const refusal = await refused(
        bank.asPrincipal(principal).registerCustomer(application),
        'IDENTIFIER_NOT_ALLOWED',
      );
      expect(refusal).to.deep.include({ code: Code.PERMISSION_DENIED, metadata: { field: 'identifiers' } });
      const tried = bank.asPrincipal(principal).registerCustomer({ ...application, validateOnly: true });
      await refused(tried, 'IDENTIFIER_NOT_ALLOWED');
      // The number stays free.
      const backOffice = bank.asPrincipal(staff('BACK_OFFICE'));
      expect((await backOffice.registerCustomer(application)).customer?.identifiers).to.have.length(2);
    }
  });

  it('lets one of many who claim an identifier at the same time win', async () => {
    const identifiers = [{ kind: IdentifierKind.LEI, value: unique('LEI') }];
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, () => teller().registerCustomer(anOrganisation({ identifiers }))),
    );
    const lost = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(lost.map(({ reason }) => reason.reason)).to.deep.equal(Array(19).fill('IDENTIFIER_TAKEN'));
  });

  it('lets one of many win in two processes on one database too', async () => {
    const other = await startTestService(customer, { beside: bank });
    try {
      const clients = [teller(), other.asPrincipal(staff('TELLER'))];
      for (let round = 0; round < 10; round += 1) {
        const [a, b] = [1, 2].map(() => ({ kind: IdentifierKind.TAX, value: unique('TAX'), countryCode: 'CZ' }));
        const taken = await Promise.allSettled(
          clients.map((client, index) =>
            client.registerCustomer(aPerson({ identifiers: index === 0 ? [a ?? {}, b ?? {}] : [b ?? {}, a ?? {}] })),
          ),
        );
        expect(taken.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
      }
    } finally {
      await other.stop();
    }
  });

  it('leaves the service no right to remove a customer, or to rewrite who they are', async () => {
    const { customer: jana } = await teller().registerCustomer(aPerson());
    const statements = [
      'delete from customer',
      `update customer set id = 'cus_1' where id = '${jana?.customerId}'`,
      'update customer set create_time = now()',
      `update held_identifier set customer_id = 'cus_1'`,
      'delete from outbox',
    ];
    for (const statement of statements) {
      const refusal = await bank.database.query(statement, [], 'runtime').then(String, String);
      expect(refusal, statement).to.include('permission denied');
    }
  });

  it('refuses blank names and texts with U+0000, and lets no caller in who may not', async () => {
    const named = (familyName: string) =>
      teller().registerCustomer(
        aPerson({ party: { case: 'person', value: { givenName: 'Jan', familyName, birthDate: '1990-01-01' } } }),
      );
    expect((await refused(named('  '), 'REQUEST_INVALID')).violations[0]?.field).to.equal('person.family_name');
    expect((await refused(named('a\0b'), 'REQUEST_INVALID')).violations[0]?.field).to.equal('person.family_name');
    const branch = await refused(teller().registerCustomer(aPerson({ branchId: '\0' })), 'REQUEST_INVALID');
    expect(branch.violations.map(({ field }) => field)).to.deep.equal(['branch_id']);
    await refused(teller().registerCustomer(aPerson({ party: { case: undefined } })), 'REQUEST_INVALID');
    await refused(bank.as('transaction').registerCustomer(aPerson()), 'CALLER_NOT_ALLOWED');
  });

  it('registers customers of their own branch for staff who are held to it, and of no other', async () => {
    const held = bank.asPrincipal(staffAt('brn_brno', 'TELLER'));
    for (const branchId of ['', 'brn_brno']) {
      const { customer: registered } = await held.registerCustomer(aPerson({ branchId }));
      expect(registered?.branchId).to.equal('brn_brno');
    }
    await refused(held.registerCustomer(aPerson({ branchId: 'brn_praha' })), 'BRANCH_NOT_ALLOWED');
    const office = bank.asPrincipal(staffAt('brn_brno', 'BACK_OFFICE'));
    for (const branchId of ['', 'brn_praha']) {
      const { customer: registered } = await office.registerCustomer(aPerson({ branchId }));
      expect(registered?.branchId).to.equal(branchId);
    }
  });
});

function never(): never {
  throw new Error('there is no customer');
}
