// A valid request of every RPC of the customer service.
import type { Belongings } from './belongings.ts';
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Samples that the customer, and the staff of their branch, may send. */
export function customerSamples({
  customerId,
  jointHolderId,
  disponentId,
  branchId,
  serviceRequestId,
}: Belongings): Partial<Record<RpcName, Sample>> {
  const person = { givenName: 'Jana', familyName: 'Novotna', birthDate: '1990-05-17' };
  const address = { lines: ['Dlouha 12'], city: 'Praha', countryCode: 'CZ' };
  const contacts = [{ kind: 'CONTACT_KIND_EMAIL', value: 'jana@example.com' }];
  const purpose = 'CONSENT_PURPOSE_PRODUCT_NEWS';
  const related = { customerId, relatedCustomerId: jointHolderId };
  const identifiers = [{ kind: 'IDENTIFIER_KIND_PASSPORT', value: '38291746', countryCode: 'CZ' }];
  return {
    'customer.RegisterCustomer': {
      request: { person, address, contacts, identifiers, residenceCountryCode: 'CZ', branchId },
    },
    'customer.BatchRegisterCustomers': {
      request: {
        customers: [{ requestId: 'customer-of-a-batch', person, address, residenceCountryCode: 'CZ', branchId }],
      },
    },
    'customer.GetCustomer': { request: { customerId } },
    'customer.ListCustomerVersions': { request: { customerId } },
    'customer.ListCustomers': { request: { branchId, pageSize: 1 } },
    'customer.UpdateCustomer': {
      request: { customerId, updateMask: 'address', address },
      refused: 'STEP_UP_UNAVAILABLE',
      toCustomers: true,
    },
    // Somebody else, since what is done to the customer in earnest comes after it.
    'customer.DeactivateCustomer': { request: { customerId: disponentId } },
    'customer.ReportDeath': {
      request: { customerId, deathDate: '2999-01-01', evidenceReference: 'UL-2026/17' },
      refused: 'DATE_INVALID',
    },
    'customer.ListDuplicates': { request: { customerId } },
    'customer.DismissDuplicate': {
      request: { customerId, otherCustomerId: customerId },
      refused: 'CUSTOMERS_THE_SAME',
    },
    'customer.MergeCustomers': {
      request: { customerId, mergedCustomerId: customerId, remark: 'Registered twice' },
      refused: 'CUSTOMERS_THE_SAME',
    },
    'customer.AddCustomerNote': { request: { customerId, text: 'Moves to Brno in spring' } },
    'customer.ListCustomerNotes': { request: { customerId } },
    'customer.PublishConsentText': {
      request: { purpose, baseVersion: 1_000_000, wordings: [{ locale: 'en', text: 'Tell me.' }] },
      refused: 'ETAG_MISMATCH',
    },
    'customer.ListConsentTexts': { request: { purpose } },
    'customer.RecordConsent': {
      request: { customerId, purpose, given: true, textVersion: 1_000_000, channel: 'CONSENT_CHANNEL_APP' },
      refused: 'CONSENT_TEXT_NOT_IN_FORCE',
    },
    'customer.ListConsents': { request: { customerId } },
    'customer.GetErasureRequest': { request: { customerId }, refused: 'ERASURE_NOT_REQUESTED' },
    'customer.RequestErasure': { request: { customerId } },
    'customer.ListErasureRequests': { request: {} },
    'customer.RejectErasureRequest': {
      request: { customerId, rejection: 'ERASURE_REJECTION_LAW_REQUIRES' },
      refused: 'ERASURE_NOT_REQUESTED',
    },
    ...serviceRequestSamples(customerId, serviceRequestId),
    ...evidenceSamples(customerId),
    'customer.CreateRelation': { request: { ...related, kind: 'RELATION_KIND_EMPLOYER' } },
    'customer.GrantRepresentation': { request: { ...related, kind: 'RELATION_KIND_GUARDIAN' } },
    'customer.EndRelation': { request: { customerId, relationId: 'rel_none' }, refused: 'RELATION_NOT_FOUND' },
    'customer.ListRelations': { request: { customerId } },
    'customer.UploadSanctionsPart': { request: { content: 'MSwiTk9CT0RZIg==' } },
    'customer.ImportSanctionsList': {
      request: {
        list: 'SANCTIONS_LIST_UN_CONSOLIDATED',
        files: [{ kind: 'SANCTIONS_FILE_KIND_UN_XML', partDigests: ['0'.repeat(64)] }],
      },
      refused: 'SANCTIONS_PART_NOT_FOUND',
    },
    'customer.ListSanctionsListVersions': { request: {} },
    'customer.ScreenName': { request: { name: 'Jana Novotna', birthDate: '1990-05-17' } },
    'customer.ListSanctionsHits': { request: { customerId } },
    'customer.ClearSanctionsHit': {
      request: { customerId, hitId: 'sht_none', reason: 'Born in another century' },
      refused: 'SANCTIONS_HIT_NOT_FOUND',
    },
    'customer.ConfirmSanctionsHit': {
      request: { customerId, hitId: 'sht_none', reason: 'The same passport' },
      refused: 'SANCTIONS_HIT_NOT_FOUND',
    },
  };
}

function serviceRequestSamples(customerId: string, serviceRequestId: string): Partial<Record<RpcName, Sample>> {
  const kind = 'SERVICE_REQUEST_KIND_FEEDBACK';
  const text = 'Thank you.';
  return {
    'customer.OpenServiceRequest': { request: { customerId, kind, subject: 'All is well', text, rating: 5 } },
    'customer.ListServiceRequests': { request: { customerId } },
    'customer.ListServiceRequestMessages': { request: { customerId } },
    'customer.AddServiceRequestMessage': { request: { serviceRequestId, text } },
    'customer.AssignServiceRequest': { request: { serviceRequestId, assigneeId: 'stf_eva' } },
    'customer.ReopenServiceRequest': { request: { serviceRequestId, text }, refused: 'SERVICE_REQUEST_NOT_RESOLVED' },
    'customer.ApproveRequestedProduct': { request: { serviceRequestId }, refused: 'PRODUCT_NOT_REQUESTED' },
    'customer.ResolveServiceRequest': { request: { serviceRequestId, outcome: 'It came the next day.' } },
  };
}

function evidenceSamples(customerId: string): Partial<Record<RpcName, Sample>> {
  const evidence = { customerId, evidenceId: 'evd_none' };
  const rejection = 'EVIDENCE_REJECTION_ILLEGIBLE';
  return {
    'customer.StartDocumentUpload': {
      request: { customerId, kind: 'DOCUMENT_KIND_PASSPORT', fileName: 'passport.pdf', sizeBytes: 4 },
    },
    'customer.UploadDocumentPart': {
      request: { customerId, documentId: 'doc_none', version: 1, content: 'JVBERg==' },
      refused: 'DOCUMENT_NOT_FOUND',
    },
    'customer.FinishDocumentUpload': {
      request: { customerId, documentId: 'doc_none', version: 1, digest: '0'.repeat(64) },
      refused: 'DOCUMENT_NOT_FOUND',
    },
    'customer.ListDocuments': { request: { customerId } },
    'customer.ReadDocument': { request: { customerId, documentId: 'doc_none' }, refused: 'DOCUMENT_NOT_FOUND' },
    'customer.PublishKycTierSet': {
      request: { baseVersion: 1_000_000, tiers: [{ code: 'entry', displayName: 'Entry' }] },
      refused: 'ETAG_MISMATCH',
    },
    'customer.ListKycTierSets': { request: {} },
    'customer.SubmitEvidence': {
      request: { customerId, documentId: 'doc_none', documentVersion: 1 },
      refused: 'DOCUMENT_NOT_FOUND',
    },
    'customer.VerifyEvidence': { request: evidence, refused: 'EVIDENCE_NOT_FOUND' },
    'customer.RejectEvidence': { request: { ...evidence, rejection }, refused: 'EVIDENCE_NOT_FOUND' },
    'customer.ListEvidence': { request: { customerId } },
    'customer.GetKycProfile': { request: { customerId } },
    // Of whom no journey needs anything any more.
    'customer.EndKycExemption': { request: { customerId: 'cus_unknown' }, refused: 'CUSTOMER_NOT_FOUND' },
    'customer.OverrideRiskRating': { request: { customerId, rating: 'RISK_RATING_HIGH', reason: 'A tip' } },
    'customer.GetRiskRating': { request: { customerId } },
  };
}
