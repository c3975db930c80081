import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { publishedOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ConsentChannel, ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import { CustomerMergedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { ContactKind, CustomerState } from '#gen/bank/customer/v1/customer_pb.ts';
import { DocumentKind } from '#gen/bank/customer/v1/document_pb.ts';
import { RiskRating } from '#gen/bank/customer/v1/kyc_pb.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson, published, registered, unique } from '../testing.ts';
import { aPdf, stored } from '../testing-documents.ts';
import { approvedBy, requireVerification, tierOf, verified } from '../testing-kyc.ts';
import { imported, screened } from '../testing-sanctions.ts';
import { aComplaint } from '../testing-service-requests.ts';

describe('MergeCustomers', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const merging = (customerId: string, mergedCustomerId: string) => ({
    requestId: unique('merge'),
    customerId,
    mergedCustomerId,
    remark: 'Registered twice',
  });
  const merge = (one: string, other: string) => approvedBy(bank).mergeCustomers(merging(one, other));
  const two = async () => [await registered(office()), await registered(office())] as const;
  /** Has somebody act for a customer. */
  const representing = async (customerId: string, relatedCustomerId: string) => {
    const asked = { customerId, relatedCustomerId, kind: RelationKind.POWER_OF_ATTORNEY };
    const granted = await approvedBy(bank, 'BACK_OFFICE').grantRepresentation({ requestId: unique('grant'), ...asked });
    return granted.relation?.relationId ?? '';
  };
  const say = async (ids: readonly string[], purpose: ConsentPurpose, given: readonly boolean[]) => {
    for (const [index, customerId] of ids.entries()) {
      const said = { purpose, given: given[index] ?? false, textVersion: 1, channel: ConsentChannel.BRANCH };
      await office().recordConsent({ requestId: unique('consent'), customerId, ...said });
    }
  };

  it('makes all the survivor’s that was the other’s, who stays readable as merged into them', async () => {
    const [one, other, third] = [...(await two()), await registered(office())];
    const { PRODUCT_NEWS } = ConsentPurpose;
    await published(bank, PRODUCT_NEWS);
    await say([one, other], PRODUCT_NEWS, [true, false]);
    const content = aPdf(2_000, 'Hers');
    const documents = [await stored(office(), one), await stored(office(), other, content)].map((of) => of.documentId);
    for (const customerId of [one, other, other]) {
      await office().addCustomerNote({ requestId: unique('note'), customerId, text: `Of ${customerId}` });
      await bank.asPrincipal(channel(customerId)).openServiceRequest(aComplaint(customerId));
    }
    await representing(other, third);
    const before = (await office().getCustomer({ customerId: other })).customer;

    const { customer: survivor } = await merge(one, other);
    expect(survivor?.identifiers.map(({ value }) => value))
      .to.have.length(2)
      .and.include(before?.identifiers[0]?.value);
    expect(survivor?.contacts).to.have.length(2);

    const { customer: gone } = await office().getCustomer({ customerId: other });
    expect(gone).to.deep.include({ state: CustomerState.DEACTIVATED, mergedIntoCustomerId: one, party: before?.party });
    const { notes } = await office().listCustomerNotes({ customerId: one });
    expect(notes.map(({ noteNumber, text }) => [noteNumber, text])).to.have.deep.members([
      [1, `Of ${one}`],
      [2, `Of ${other}`],
      [3, `Of ${other}`],
    ]);
    const { serviceRequests } = await office().listServiceRequests({ customerId: one });
    expect(serviceRequests.map(({ subject }) => subject)).to.deep.equal(Array(3).fill('Stížnost na platbu'));
    const { documents: held } = await office().listDocuments({ customerId: one });
    expect(held.map(({ documentId }) => documentId)).to.have.members(documents);
    const read = await office().readDocument({ customerId: one, documentId: documents[1] ?? '' });
    expect(Buffer.from(read.content).equals(content)).to.equal(true);
    const { consents } = await office().listConsents({ customerId: one });
    expect(consents.map(({ version, given }) => [version, given])).to.have.deep.members([
      [1, true],
      [2, false],
    ]);
    const { relations } = await office().listRelations({ customerId: one });
    expect(relations.map(({ relatedCustomerId }) => relatedCustomerId)).to.deep.equal([third]);
    expect((await office().listRelations({ customerId: other })).relations).to.deep.equal([]);
    await refused(bank.asPrincipal(channel(one)).getCustomer({ customerId: other }), 'CUSTOMER_NOT_FOUND');
  });

  it('tells it twice, and the second time makes the survivor’s what has come in between', async () => {
    const [one, other] = await two();
    await merge(one, other);
    const told = async () =>
      (await publishedOf(bank.database, CustomerMergedSchema)).filter((event) => event.mergedCustomerId === other);
    expect(await told()).to.have.length(1);
    await bank.database.query(`insert into consent values ('${other}', 1, 1, false, 0, 2, 'stf_1', now())`);
    await bank.database.query(`update customer_merge set merge_time = now() - interval '61 minutes'`);
    for (const end = Date.now() + 60_000; (await told()).length < 2; await pause(50)) {
      expect(Date.now(), 'told again in time').to.be.lessThan(end);
    }
    expect((await office().listConsents({ customerId: one })).consents).to.have.length(1);
  });

  it('counts what is verified of both, and takes the higher risk of the two', async () => {
    await requireVerification(bank);
    const [one, other] = await two();
    expect([await tierOf(bank, one), await tierOf(bank, other)]).to.deep.equal(['entry', 'entry']);
    await verified(bank, one);
    await verified(bank, other, { kind: DocumentKind.PROOF_OF_ADDRESS });
    const risk = { rating: RiskRating.HIGH, reason: 'A tip' };
    await approvedBy(bank).overrideRiskRating({ requestId: unique('risk'), customerId: other, ...risk });
    await merge(one, other);
    expect(await tierOf(bank, one)).to.equal('full');
    expect((await officer().getRiskRating({ customerId: one })).rating).to.equal(RiskRating.HIGH);
  });

  it('refuses what cannot be one, and then changes nothing', async () => {
    const [one, other, third] = [...(await two()), await registered(office())];
    const company = await registered(office(), anOrganisation());
    await refused(office().mergeCustomers(merging(one, other)), 'CALLER_NOT_ALLOWED');
    await refused(merge(one, one), 'CUSTOMERS_THE_SAME');
    await refused(merge(one, 'cus_none'), 'CUSTOMER_NOT_FOUND');
    await refused(merge(one, company), 'PARTY_KIND_FIXED');
    const end = async (customerId: string, relationId = '') =>
      office().endRelation({ requestId: unique('end'), customerId, relationId });
    const first = await representing(one, other);
    await refused(merge(one, other), 'CUSTOMERS_RELATED');
    await end(one, first);
    await representing(one, third);
    const second = await representing(other, third);
    await refused(merge(one, other), 'RELATION_EXISTS');
    await end(other, second);
    await bank.asPrincipal(channel(other)).requestErasure({ requestId: unique('erase'), customerId: other });
    await refused(merge(one, other), 'ERASURE_PENDING');
    const contacts = (from: number) =>
      Array.from({ length: 6 }, (_, index) => ({ kind: ContactKind.EMAIL, value: `p${from + index}@example.org` }));
    const many = [
      await registered(office(), aPerson({ contacts: contacts(0) })),
      await registered(office(), aPerson({ contacts: contacts(6) })),
    ];
    await refused(merge(many[0] ?? '', many[1] ?? ''), 'PARTICULARS_TOO_MANY');
    for (const customerId of [one, other, third, ...many]) {
      const { customer: same } = await office().getCustomer({ customerId });
      expect(same).to.deep.include({ state: CustomerState.ACTIVE, etag: '1', mergedIntoCustomerId: '' });
    }
  });

  it('restricts the survivor for what is found of the other’s name later, until that is cleared', async () => {
    const [one, last] = await two();
    const party = {
      case: 'person' as const,
      value: { givenName: 'Muammar', familyName: 'Qadhafani', birthDate: '1942-05-01' },
    };
    const other = await registered(office(), aPerson({ party }));
    await merge(one, other);
    await merge(last, one);
    await imported(officer());
    await screened(officer());
    const restricted = async () =>
      (await bank.as('account').getCustomerStates({ customerIds: [last] })).standings.map((of) => of.restricted);
    expect(await restricted()).to.deep.equal([true]);
    await refused(merge(await registered(office()), last), 'CUSTOMER_RESTRICTED');
    const { hits } = await officer().listSanctionsHits({ customerId: other });
    for (const { hitId } of hits) {
      const cleared = { requestId: unique('clear'), customerId: other, hitId, reason: 'Somebody else' };
      await approvedBy(bank).clearSanctionsHit(cleared);
    }
    expect(await restricted()).to.deep.equal([false]);
  });

  it('refuses whose documents are kept elsewhere, who is restricted, and who is gone', async () => {
    const one = await registered(office());
    const party = {
      case: 'person' as const,
      value: { givenName: 'Vladimir', familyName: 'Zhirkovsky', birthDate: '1961-10-07' },
    };
    await imported(officer());
    const listed = await registered(office(), aPerson({ party }));
    await screened(officer());
    await refused(merge(one, listed), 'CUSTOMER_RESTRICTED');
    const gone = await registered(office());
    await office().deactivateCustomer({ requestId: unique('end'), customerId: gone });
    await refused(merge(one, gone), 'CUSTOMER_DEACTIVATED');
  });
});
