// The table of contents of the customer service.
import { ownCustomer } from '#chassis/access.ts';
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { keepAssessed } from './assessing.ts';
import { renewTerms } from './backfill.ts';
import { type Context, makeContext } from './context.ts';
import { documentEntities } from './document-tables.ts';
import { refuse } from './domain/refusals.ts';
import { erasures } from './events.ts';
import { kycEntities } from './kyc-tables.ts';
import { tellMergesAgain } from './merges.ts';
import { Customers } from './migrations/0001-customers.ts';
import { NameGrams } from './migrations/0005-name-grams.ts';
import { CustomerVersions } from './migrations/0007-customer-versions.ts';
import { Relations } from './migrations/0008-relations.ts';
import { NotesAndOfficers } from './migrations/0009-notes-and-officers.ts';
import { Screening } from './migrations/0010-screening.ts';
import { Consents } from './migrations/0011-consents.ts';
import { ErasureRequests } from './migrations/0012-erasure-requests.ts';
import { Deaths } from './migrations/0013-deaths.ts';
import { Standings } from './migrations/0020-standings.ts';
import { Documents } from './migrations/0021-documents.ts';
import { ServiceRequests } from './migrations/0022-service-requests.ts';
import { Kyc } from './migrations/0023-kyc.ts';
import { RequestedProducts } from './migrations/0024-requested-products.ts';
import { Duplicates } from './migrations/0025-duplicates.ts';
import { Merges } from './migrations/0026-merges.ts';
import { AttachedDocuments } from './migrations/0027-attached-documents.ts';
import { provingOf } from './proving.ts';
import { relationEntities } from './relation-tables.ts';
import { addCustomerNote } from './rpc/add-customer-note.ts';
import { addServiceRequestMessage } from './rpc/add-service-request-message.ts';
import { approveRequestedProduct } from './rpc/approve-requested-product.ts';
import { assignServiceRequest } from './rpc/assign-service-request.ts';
import { batchRegisterCustomers } from './rpc/batch-register-customers.ts';
import { clearSanctionsHit } from './rpc/clear-sanctions-hit.ts';
import { confirmSanctionsHit } from './rpc/confirm-sanctions-hit.ts';
import { createRelation } from './rpc/create-relation.ts';
import { deactivateCustomer } from './rpc/deactivate-customer.ts';
import { dismissDuplicate } from './rpc/dismiss-duplicate.ts';
import { endKycExemption } from './rpc/end-kyc-exemption.ts';
import { endRelation } from './rpc/end-relation.ts';
import { expireEvidence } from './rpc/expire-evidence.ts';
import { finishDocumentUpload } from './rpc/finish-document-upload.ts';
import { getConsents } from './rpc/get-consents.ts';
import { getContacts } from './rpc/get-contacts.ts';
import { getCustomer } from './rpc/get-customer.ts';
import { getCustomerStates } from './rpc/get-customer-states.ts';
import { getErasureRequest } from './rpc/get-erasure-request.ts';
import { getKycProfile } from './rpc/get-kyc-profile.ts';
import { getRiskRating } from './rpc/get-risk-rating.ts';
import { grantRepresentation } from './rpc/grant-representation.ts';
import { importSanctionsList } from './rpc/import-sanctions-list.ts';
import { listConsentTexts } from './rpc/list-consent-texts.ts';
import { listConsents } from './rpc/list-consents.ts';
import { listCustomerNotes } from './rpc/list-customer-notes.ts';
import { listCustomerVersions } from './rpc/list-customer-versions.ts';
import { listCustomers } from './rpc/list-customers.ts';
import { listDocuments } from './rpc/list-documents.ts';
import { listDuplicates } from './rpc/list-duplicates.ts';
import { listErasureRequests } from './rpc/list-erasure-requests.ts';
import { listEvidence } from './rpc/list-evidence.ts';
import { listKycTierSets } from './rpc/list-kyc-tier-sets.ts';
import { listRelations } from './rpc/list-relations.ts';
import { listSanctionsHits } from './rpc/list-sanctions-hits.ts';
import { listSanctionsListVersions } from './rpc/list-sanctions-list-versions.ts';
import { listServiceRequestMessages } from './rpc/list-service-request-messages.ts';
import { listServiceRequests } from './rpc/list-service-requests.ts';
import { matchName } from './rpc/match-name.ts';
import { mergeCustomers } from './rpc/merge-customers.ts';
import { openServiceRequest } from './rpc/open-service-request.ts';
import { overrideRiskRating } from './rpc/override-risk-rating.ts';
import { publishConsentText } from './rpc/publish-consent-text.ts';
import { publishKycTierSet } from './rpc/publish-kyc-tier-set.ts';
import { readDocument } from './rpc/read-document.ts';
import { recordConsent } from './rpc/record-consent.ts';
import { registerCustomer } from './rpc/register-customer.ts';
import { rejectErasureRequest } from './rpc/reject-erasure-request.ts';
import { rejectEvidence } from './rpc/reject-evidence.ts';
import { reopenServiceRequest } from './rpc/reopen-service-request.ts';
import { reportDeath } from './rpc/report-death.ts';
import { reportRequestedProduct } from './rpc/report-requested-product.ts';
import { reportVerification } from './rpc/report-verification.ts';
import { requestErasure } from './rpc/request-erasure.ts';
import { resolveServiceRequest } from './rpc/resolve-service-request.ts';
import { screenName } from './rpc/screen-name.ts';
import { screenParties } from './rpc/screen-parties.ts';
import { startDocumentUpload } from './rpc/start-document-upload.ts';
import { submitEvidence } from './rpc/submit-evidence.ts';
import { updateCustomer } from './rpc/update-customer.ts';
import { uploadDocumentPart } from './rpc/upload-document-part.ts';
import { uploadSanctionsPart } from './rpc/upload-sanctions-part.ts';
import { verifyEvidence } from './rpc/verify-evidence.ts';
import { keepScreening } from './screening.ts';
import { screeningEntities } from './screening-tables.ts';
import { escalateLate, ownServiceRequest } from './service-requests.ts';
import { tellStandings } from './standings.ts';
import { entities, selectStandings } from './tables.ts';

function rpcs(context: Context) {
  return {
    addCustomerNote: addCustomerNote(context),
    batchRegisterCustomers: batchRegisterCustomers(context),
    createRelation: createRelation(context),
    deactivateCustomer: deactivateCustomer(context),
    endRelation: endRelation(context),
    getContacts: getContacts(context),
    getCustomer: getCustomer(context),
    getCustomerStates: getCustomerStates(context),
    grantRepresentation: grantRepresentation(context),
    listCustomerNotes: listCustomerNotes(context),
    listCustomers: listCustomers(context),
    matchName: matchName(context),
    listCustomerVersions: listCustomerVersions(context),
    listRelations: listRelations(context),
    registerCustomer: registerCustomer(context),
    getConsents: getConsents(context),
    listConsentTexts: listConsentTexts(context),
    listConsents: listConsents(context),
    publishConsentText: publishConsentText(context),
    recordConsent: recordConsent(context),
    getErasureRequest: getErasureRequest(context),
    listErasureRequests: listErasureRequests(context),
    rejectErasureRequest: rejectErasureRequest(context),
    reportDeath: reportDeath(context),
    requestErasure: requestErasure(context),
    updateCustomer: updateCustomer(context),
    openServiceRequest: openServiceRequest(context),
    listServiceRequests: listServiceRequests(context),
    listServiceRequestMessages: listServiceRequestMessages(context),
    addServiceRequestMessage: addServiceRequestMessage(context),
    listDuplicates: listDuplicates(context),
    dismissDuplicate: dismissDuplicate(context),
    mergeCustomers: mergeCustomers(context),
    approveRequestedProduct: approveRequestedProduct(context),
    reportRequestedProduct: reportRequestedProduct(context),
    assignServiceRequest: assignServiceRequest(context),
    resolveServiceRequest: resolveServiceRequest(context),
    reopenServiceRequest: reopenServiceRequest(context),
    clearSanctionsHit: clearSanctionsHit(context),
    confirmSanctionsHit: confirmSanctionsHit(context),
    importSanctionsList: importSanctionsList(context),
    listSanctionsHits: listSanctionsHits(context),
    listSanctionsListVersions: listSanctionsListVersions(context),
    screenName: screenName(context),
    screenParties: screenParties(context),
    uploadSanctionsPart: uploadSanctionsPart(context),
    finishDocumentUpload: finishDocumentUpload(context),
    listDocuments: listDocuments(context),
    readDocument: readDocument(context),
    startDocumentUpload: startDocumentUpload(context),
    uploadDocumentPart: uploadDocumentPart(context),
    endKycExemption: endKycExemption(context),
    expireEvidence: expireEvidence(context),
    getKycProfile: getKycProfile(context),
    getRiskRating: getRiskRating(context),
    listEvidence: listEvidence(context),
    listKycTierSets: listKycTierSets(context),
    overrideRiskRating: overrideRiskRating(context),
    publishKycTierSet: publishKycTierSet(context),
    rejectEvidence: rejectEvidence(context),
    reportVerification: reportVerification(context),
    submitEvidence: submitEvidence(context),
    verifyEvidence: verifyEvidence(context),
  } satisfies Rpcs<typeof CustomerService>;
}

export const customer: ServiceDefinition<typeof CustomerService, Context> = {
  name: 'customer',
  service: CustomerService,
  entities: [...entities, ...relationEntities, ...screeningEntities, ...documentEntities, ...kycEntities],
  migrations: [
    { name: '0001-customers', class: Customers },
    { name: '0002-lean-chassis', class: LeanChassis },
    { name: '0003-chassis-settings', class: ChassisSettings },
    { name: '0004-event-path', class: eventPath('customer_runtime') },
    { name: '0005-name-grams', class: NameGrams },
    { name: '0006-event-operations', class: eventOperations('customer_runtime') },
    { name: '0007-customer-versions', class: CustomerVersions },
    { name: '0008-relations', class: Relations },
    { name: '0009-notes-and-officers', class: NotesAndOfficers },
    { name: '0010-screening', class: Screening },
    { name: '0011-consents', class: Consents },
    { name: '0012-erasure-requests', class: ErasureRequests },
    { name: '0013-deaths', class: Deaths },
    { name: '0020-standings', class: Standings },
    { name: '0021-documents', class: Documents },
    { name: '0022-service-requests', class: ServiceRequests },
    { name: '0023-kyc', class: Kyc },
    { name: '0024-requested-products', class: RequestedProducts },
    { name: '0025-duplicates', class: Duplicates },
    { name: '0026-merges', class: Merges },
    { name: '0027-attached-documents', class: AttachedDocuments },
  ],
  context: makeContext,
  subscriptions: (context) => [erasures(context)],
  start: async (context) => {
    const starts = [renewTerms, keepScreening, keepAssessed, tellStandings, escalateLate, tellMergesAgain];
    const stops = starts.map((start) => start(context));
    return async () => {
      await Promise.all(stops.map((stop) => stop()));
    };
  },
  rpcs,
  stepUp: provingOf,
  owners: ({ database }) => ({
    CUSTOMER: ownCustomer(
      () => refuse('CUSTOMER_NOT_FOUND'),
      async (ids) => (await database.query(selectStandings(ids))).map(({ id, branchId }) => [id, branchId]),
    ),
    SERVICE_REQUEST: ownServiceRequest({ database }),
  }),
};
