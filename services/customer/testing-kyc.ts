// The tiers of the tests, and how evidence comes to count.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import { staff } from '#chassis/testing/clients.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import { ProductType } from '#gen/bank/account/v1/account_pb.ts';
import type { CustomerService, PublishKycTierSetRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { DocumentKind } from '#gen/bank/customer/v1/document_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { unique } from './testing.ts';
import { aPdf, stored } from './testing-documents.ts';

type Publication = Exclude<MessageInitShape<typeof PublishKycTierSetRequestSchema>, { $typeName: string }>;

/** A bank as these see it: clients of whoever calls. */
export interface Callers {
  asPrincipal(actor: Actor, options?: { workload: 'security-executor' }): Client<typeof CustomerService>;
}

const { PASSPORT, IDENTITY_CARD, PROOF_OF_ADDRESS, REGISTER_EXTRACT } = DocumentKind;

/** Tiers: nothing verified, a passport or an identity card, and an address as well; of an organisation an extract. */
export function tierTerms(baseVersion: number, changes: Publication = {}): Publication {
  const person = { anyOf: [PASSPORT, IDENTITY_CARD] };
  const organisation = { organisation: true, anyOf: [REGISTER_EXTRACT] };
  return {
    requestId: unique('tiers'),
    baseVersion,
    tiers: [
      {
        code: 'entry',
        displayName: 'Entry',
        productTypes: [ProductType.CURRENT],
        limits: [{ currencyCode: 'CZK', transferAmount: '100.00', dayAmount: '250.00', balanceAmount: '1000.00' }],
      },
      {
        code: 'known',
        displayName: 'Known',
        productTypes: [ProductType.CURRENT, ProductType.SAVINGS],
        limits: [{ currencyCode: 'CZK', transferAmount: '1000.00', dayAmount: '2500.00' }],
        requirements: [person, organisation],
      },
      {
        code: 'full',
        displayName: 'Full',
        productTypes: [ProductType.CURRENT, ProductType.SAVINGS, ProductType.TERM_DEPOSIT],
        requirements: [person, { anyOf: [PROOF_OF_ADDRESS] }, organisation],
      },
    ],
    validities: [PASSPORT, IDENTITY_CARD, PROOF_OF_ADDRESS, REGISTER_EXTRACT].map((kind) => ({
      kind,
      months: 24,
      highRiskMonths: 6,
    })),
    highRiskCountryCodes: ['KP'],
    monitoredCountryCodes: ['HT'],
    verificationRequired: true,
    ...changes,
  };
}

/** What staff ask for that somebody else has approved. */
export function approvedBy(bank: Callers, role: 'COMPLIANCE' | 'BACK_OFFICE' = 'COMPLIANCE') {
  return bank.asPrincipal({ ...staff(role), approverId: 'stf_other' }, { workload: 'security-executor' });
}

/** Has customers verified from now on. */
export async function requireVerification(bank: Callers): Promise<void> {
  await approvedBy(bank).publishKycTierSet(tierTerms(1));
}

/** Uploads a document and submits it. */
export async function submitted(
  bank: Callers,
  customerId: string,
  { kind = PASSPORT, ...more }: { kind?: DocumentKind; provider?: string; documentExpireDate?: string } = {},
) {
  const office = bank.asPrincipal(staff('BACK_OFFICE'));
  const { documentId, version: documentVersion } = await stored(office, customerId, aPdf(100), '', kind);
  const request = { requestId: unique('submit'), customerId, documentId, documentVersion, ...more };
  const { evidence } = await office.submitEvidence(request);
  return { customerId, evidenceId: evidence?.evidenceId ?? '' };
}

/** Submits a document, and has it verified by two. */
export async function verified(bank: Callers, customerId: string, more: Parameters<typeof submitted>[2] = {}) {
  const of = await submitted(bank, customerId, more);
  const { evidence } = await approvedBy(bank).verifyEvidence({ requestId: unique('verify'), ...of });
  return { ...of, expireDate: evidence?.expireDate ?? '' };
}

/** The code of the tier that a customer is of; empty for an exempt one. */
export async function tierOf(bank: Callers, customerId: string): Promise<string> {
  const { profile } = await bank.asPrincipal(staff('BACK_OFFICE')).getKycProfile({ customerId });
  return profile?.tier?.code ?? '';
}

/** Waits until everybody is held against the tiers in force, which happens beside the calls. */
export async function assessed(database: TestDatabase): Promise<void> {
  const left = 'select 1 from customer where assessed_version < (select max(version) from kyc_tier_set) limit 1';
  for (const end = Date.now() + 60_000; (await database.query(left)).length > 0; ) {
    if (Date.now() > end) throw new Error('customers are still to be assessed');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
