import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Code } from '#chassis/errors.ts';
import { eventsOf, publishedOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { CustomerUpdatedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { ContactKind, type Customer, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { CustomerService, type UpdateCustomerRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { aSigner } from '../../_testbed/signers.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson, dump, unique } from '../testing.ts';

const married = { givenName: 'Jana', familyName: 'Dvořáková', birthDate: '1985-02-28' };

type Changes = Exclude<MessageInitShape<typeof UpdateCustomerRequestSchema>, { $typeName: string }>;

describe('UpdateCustomer', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));

  async function register(application = aPerson()): Promise<string> {
    const { customer: registered } = await teller().registerCustomer(application);
    return registered?.customerId ?? '';
  }

  async function update(customerId: string, changes: Changes): Promise<Customer> {
    const { customer: updated } = await teller().updateCustomer({ requestId: unique('up'), customerId, ...changes });
    if (!updated) throw new Error('no customer was answered');
    return updated;
  }

  it('changes what is set, and nothing else, without a mask', async () => {
    const customerId = await register();
    const { customer: before } = await teller().getCustomer({ customerId });
    const after = await update(customerId, { party: { case: 'person', value: married }, residenceCountryCode: 'AT' });
    expect(after.party.value).to.include(married);
    expect(after.residenceCountryCode).to.equal('AT');
    expect(after.etag).to.equal('2');
    expect(after.contacts).to.deep.equal(before?.contacts);
    expect(after.address).to.deep.equal(before?.address);
    expect(after.identifiers).to.deep.equal(before?.identifiers);
    expect(after.branchId).to.equal('brn_praha');
    expect(after.createTime).to.deep.equal(before?.createTime);
    expect((await teller().getCustomer({ customerId })).customer).to.deep.equal(after);
    expect(await eventsOf(bank.database, customerId)).to.deep.equal(['CustomerRegistered 1', 'CustomerUpdated 2']);
  });

  it('changes what the mask names, to nothing where it is not set', async () => {
    const customerId = await register();
    const contacts = [{ kind: ContactKind.PHONE, value: '+420602000000' }];
    const paths = ['contacts', 'address', 'branch_id'];
    const after = await update(customerId, { contacts, residenceCountryCode: 'AT', updateMask: { paths } });
    expect(after.contacts.map(({ value }) => value)).to.deep.equal(['+420602000000']);
    expect(after.address).to.equal(undefined);
    expect(after.branchId).to.equal('');
    expect(after.residenceCountryCode).to.equal('CZ');
    expect(after.identifiers).to.have.length(1);
  });

  it('finds the customer by what they are called now, and no longer by what they were', async () => {
    const [old, now] = [unique('Stará'), unique('Nová')];
    const person = (familyName: string) =>
      ({ party: { case: 'person', value: { ...married, familyName } } }) satisfies Changes;
    const customerId = await register(aPerson(person(old)));
    await update(customerId, person(now));
    const found = async (name: string) => (await teller().listCustomers({ name })).customers.length;
    expect([await found(old), await found(now)]).to.deep.equal([0, 1]);
  });

  it('replaces identifiers whole: those left out are free, those of others are refused', async () => {
    const [one, two, three] = [1, 2, 3].map(() => ({
      kind: IdentifierKind.NATIONAL_ID,
      value: unique('NI'),
      countryCode: 'CZ',
    }));
    if (!one || !two || !three) throw new Error('three identifiers are needed');
    const customerId = await register(aPerson({ identifiers: [one, two] }));
    const after = await update(customerId, { identifiers: [two, three] });
    expect(after.identifiers.map(({ value }) => value)).to.deep.equal([two.value, three.value]);
    const other = await register(aPerson({ identifiers: [one] }));
    const refusal = await refused(update(other, { identifiers: [one, three] }), 'IDENTIFIER_TAKEN');
    expect(refusal.metadata).to.deep.equal({ field: 'identifiers[1]' });
    await update(customerId, { updateMask: { paths: ['identifiers'] } });
    await update(other, { identifiers: [one, three] });
  });

  it('lets one of many who read the same version win', async () => {
    const customerId = await register();
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => update(customerId, { etag: '1', branchId: `brn_${index}` })),
    );
    const lost = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(lost.map(({ reason }) => reason.reason)).to.deep.equal(Array(9).fill('ETAG_MISMATCH'));
    expect((await teller().getCustomer({ customerId })).customer?.etag).to.equal('2');
    await update(customerId, { etag: '2', branchId: 'brn_praha' });
    await refused(update(customerId, { etag: 'x', branchId: 'brn_praha' }), 'ETAG_MISMATCH');
  });

  it('loses none of many changes that name no version', async () => {
    const customerId = await register();
    const changes: Changes[] = [{ party: { case: 'person', value: married } }, { residenceCountryCode: 'AT' }];
    await Promise.all(changes.map((change) => update(customerId, change)));
    const { customer: after } = await teller().getCustomer({ customerId });
    expect(after).to.include({ etag: '3', residenceCountryCode: 'AT' });
    expect(after?.party.value).to.include(married);
  });

  it('answers a repeat as it answered the first time', async () => {
    const customerId = await register();
    const request = { requestId: unique('up'), customerId, residenceCountryCode: 'DE' };
    const first = await teller().updateCustomer(request);
    await update(customerId, { residenceCountryCode: 'FR' });
    expect(await teller().updateCustomer(request)).to.deep.equal(first);
    await refused(teller().updateCustomer({ ...request, residenceCountryCode: 'IT' }), 'REQUEST_EXISTS');
  });

  it('changes nothing when it is only tried', async () => {
    const customerId = await register();
    const before = await dump(bank.database);
    const tried = await update(customerId, { party: { case: 'person', value: married }, validateOnly: true });
    expect(tried.party.value).to.include(married);
    expect(await dump(bank.database)).to.equal(before);
  });

  it('is for staff who serve customers', async () => {
    const request = { requestId: unique('own'), customerId: await register(), branchId: 'brn_1' };
    await refused(bank.asPrincipal(staff('AUDITOR')).updateCustomer(request), 'CALLER_NOT_ALLOWED');
  });

  it('lets back office alone give, change and take the number that another bank knew a customer by', async () => {
    const number = { kind: IdentifierKind.MIGRATION, value: unique('berka') };
    const other = { kind: IdentifierKind.MIGRATION, value: unique('berka') };
    const passport = { kind: IdentifierKind.PASSPORT, value: unique('P'), countryCode: 'CZ' };
    const customerId = await register(aPerson({ identifiers: [passport] }));
    await refused(update(customerId, { identifiers: [passport, number] }), 'IDENTIFIER_NOT_ALLOWED');
    const backOffice = bank.asPrincipal(staff('BACK_OFFICE'));
    const settle = (identifiers: NonNullable<Changes['identifiers']>) =>
      backOffice.updateCustomer({ requestId: unique('up'), customerId, identifiers });
    await settle([number]);
    for (const identifiers of [[other], [number, other], [passport]]) {
      const refusal = await refused(update(customerId, { identifiers }), 'IDENTIFIER_NOT_ALLOWED');
      expect(refusal).to.deep.include({ code: Code.PERMISSION_DENIED, metadata: { field: 'identifiers' } });
    }
    await refused(update(customerId, { updateMask: { paths: ['identifiers'] } }), 'IDENTIFIER_NOT_ALLOWED');
    // Beside it, and around it, a teller works as ever.
    await update(customerId, { branchId: 'brn_1' });
    expect((await update(customerId, { identifiers: [passport, number] })).identifiers).to.have.length(2);
    expect((await settle([passport])).customer?.identifiers).to.have.length(1);
  });

  it('refuses whom it does not know, who is gone, and to make an organisation of a person', async () => {
    await refused(update('cus_unknown', { branchId: 'brn_1' }), 'CUSTOMER_NOT_FOUND');
    const customerId = await register();
    const organisation = anOrganisation().party;
    if (organisation?.case !== 'organisation') throw new Error('an organisation is needed');
    await refused(update(customerId, { party: organisation }), 'PARTY_KIND_FIXED');
    const manager = bank.asPrincipal(staff('BRANCH_MANAGER'));
    await manager.deactivateCustomer({ requestId: unique('end'), customerId });
    await refused(update(customerId, { branchId: 'brn_1' }), 'CUSTOMER_DEACTIVATED');
  });

  it('refuses what no customer may be, and what cannot be changed', async () => {
    const customerId = await register();
    const born = (birthDate: string): Changes => ({ party: { case: 'person', value: { ...married, birthDate } } });
    await refused(update(customerId, born('2100-01-01')), 'DATE_INVALID');
    await refused(update(customerId, { contacts: [{ kind: ContactKind.PHONE, value: '123' }] }), 'CONTACT_INVALID');
    await refused(update(customerId, { residenceCountryCode: 'XX' }), 'COUNTRY_UNKNOWN');
    await refused(update(customerId, { updateMask: { paths: ['residence_country_code'] } }), 'COUNTRY_UNKNOWN');
    await refused(update(customerId, { updateMask: { paths: ['person'] } }), 'REQUEST_INVALID');
    await refused(update(customerId, { updateMask: { paths: ['state'] } }), 'REQUEST_INVALID');
    await refused(update(customerId, { updateMask: { paths: ['person.birth_date'] } }), 'REQUEST_INVALID');
    await refused(update(customerId, {}), 'REQUEST_INVALID');
    expect((await teller().getCustomer({ customerId })).customer?.etag).to.equal('1');
  });

  it('moves a customer to another branch and gives them an officer, with events that say from where', async () => {
    const customerId = await register();
    await update(customerId, { branchId: 'brn_brno' });
    expect((await update(customerId, { relationshipOfficerId: 'stf_eva' })).relationshipOfficerId).to.equal('stf_eva');
    const nobody = await update(customerId, { updateMask: { paths: ['relationship_officer_id'] } });
    expect(nobody.relationshipOfficerId).to.equal('');
    const events = await publishedOf(bank.database, CustomerUpdatedSchema);
    const theirs = events.filter((event) => event.customerId === customerId);
    expect(theirs.map((one) => [one.previousBranchId, one.branchId, one.relationshipOfficerId])).to.deep.equal([
      ['brn_praha', 'brn_brno', ''],
      ['brn_brno', 'brn_brno', 'stf_eva'],
      ['brn_brno', 'brn_brno', ''],
    ]);
    const { versions } = await teller().listCustomerVersions({ customerId });
    const officers = versions.map(({ customer: was }) => was?.relationshipOfficerId);
    expect(officers).to.deep.equal(['', 'stf_eva', '', '']);
    await refused(update(customerId, { relationshipOfficerId: 'cus_eva' }), 'REQUEST_INVALID');
  });

  it('is done by staff who are held to a branch for its customers, whom they keep', async () => {
    const customerId = await register();
    const change = (branchId: string, changes: Changes) =>
      bank
        .asPrincipal(staffAt(branchId, 'BRANCH_MANAGER'))
        .updateCustomer({ requestId: unique('update'), customerId, ...changes });
    const address = { lines: ['Nova 1'], city: 'Praha', postalCode: '110 00', countryCode: 'CZ' };
    await change('brn_praha', { address });
    await refused(change('brn_brno', { address }), 'CUSTOMER_NOT_FOUND');
    await refused(change('brn_praha', { branchId: 'brn_brno' }), 'BRANCH_NOT_ALLOWED');
    const kept = await change('brn_praha', { branchId: '', updateMask: { paths: ['branch_id'] } });
    expect(kept.customer?.branchId).to.equal('brn_praha');
  });
});

describe('UpdateCustomer of customers themselves', () => {
  const running = useBank({ services: ['customer', 'security'], edge: false });
  const teller = () => running().asPrincipal(CustomerService, staff('TELLER'));

  async function aCustomer() {
    const { customer: registered } = await teller().registerCustomer(aPerson());
    const signer = await aSigner(running(), registered?.customerId ?? '');
    const own = (request: Changes) =>
      running().asPrincipal(CustomerService, channel(signer.customerId)).updateCustomer(request);
    /** What they ask and prove. */
    const mine = (changes: Changes) => {
      const request = { requestId: unique('own'), customerId: signer.customerId, ...changes };
      return signer.proving(() => own(request));
    };
    return { ...signer, own, mine };
  }

  it('changes how they can be reached once they have proved that it is them: that very change, and no other', async () => {
    const { customerId, own, proving } = await aCustomer();
    const contacts = [{ kind: ContactKind.PHONE, value: '+420602000000' }];
    const request = { requestId: unique('own'), customerId, contacts };
    await refused(own(request), 'STEP_UP_REQUIRED');
    expect((await teller().getCustomer({ customerId })).customer?.etag).to.equal('1');
    expect((await proving(() => own(request))).customer?.contacts).to.have.length(1);
    const other = [{ kind: ContactKind.PHONE, value: '+420602000001' }];
    await refused(own({ ...request, contacts: other }), 'STEP_UP_MISMATCH');
    const { customerId: theirs } = await aCustomer();
    for (const foreign of [theirs, 'cus_unknown']) {
      await refused(own({ ...request, requestId: unique('own'), customerId: foreign }), 'CUSTOMER_NOT_FOUND');
    }
    expect((await teller().getCustomer({ customerId: theirs })).customer?.etag).to.equal('1');
  });

  it('is refused to who has nothing to prove it with', async () => {
    const { customer: registered } = await teller().registerCustomer(aPerson());
    const customerId = registered?.customerId ?? '';
    const contacts = [{ kind: ContactKind.PHONE, value: '+420602000000' }];
    const own = running().asPrincipal(CustomerService, channel(customerId));
    await refused(own.updateCustomer({ requestId: unique('own'), customerId, contacts }), 'STEP_UP_UNAVAILABLE');
  });

  it('changes nothing else of themselves', async () => {
    const { customerId, mine } = await aCustomer();
    const address = { lines: ['Krátká 1'], city: 'Brno', countryCode: 'CZ' };
    const contacts = [{ kind: ContactKind.PHONE, value: '+420602000000' }];
    // What the mask does not name is not changed, so that it may be there.
    const paths = ['contacts', 'address'];
    const { customer: moved } = await mine({ contacts, address, branchId: 'brn_1', updateMask: { paths } });
    expect(moved?.address?.city).to.equal('Brno');
    expect(moved?.branchId).to.equal('brn_praha');
    const identifiers = [{ kind: IdentifierKind.TAX, value: unique('TX'), countryCode: 'CZ' }];
    const staffs: [field: string, changes: Changes][] = [
      ['person', { party: { case: 'person', value: married } }],
      ['identifiers', { address, identifiers }],
      ['identifiers', { updateMask: { paths: ['address', 'identifiers'] } }],
      ['residence_country_code', { residenceCountryCode: 'AT' }],
      ['branch_id', { branchId: 'brn_1' }],
      ['relationship_officer_id', { relationshipOfficerId: 'stf_eva' }],
    ];
    for (const [field, changes] of staffs) {
      const refusal = await refused(mine(changes), 'FIELD_NOT_ALLOWED');
      expect(refusal, field).to.deep.include({ code: Code.PERMISSION_DENIED, metadata: { field } });
    }
    expect((await teller().getCustomer({ customerId })).customer).to.deep.equal(moved);
  });
});
