// What is verified of customers, and what they may do by it.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create, fromJsonString, type MessageShape } from '@bufbuild/protobuf';
import { ProductType } from '#gen/bank/account/v1/account_pb.ts';
import {
  CustomerService,
  EndKycExemptionResponseSchema,
  GetKycProfileResponseSchema,
  GetRiskRatingResponseSchema,
  ListEvidenceResponseSchema,
  ListKycTierSetsResponseSchema,
  OverrideRiskRatingResponseSchema,
  PublishKycTierSetRequestSchema,
  PublishKycTierSetResponseSchema,
  RejectEvidenceResponseSchema,
  SubmitEvidenceResponseSchema,
  VerifyEvidenceResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { DocumentKind } from '#gen/bank/customer/v1/document_pb.ts';
import {
  type Evidence,
  EvidenceRejection,
  EvidenceState,
  type KycProfile,
  type KycTierSet,
  RiskRating,
  RiskReason,
} from '#gen/bank/customer/v1/kyc_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

const OFFICE = { otherwise: 'staff:back-office' };
const OFFICER = { otherwise: 'staff:compliance' };

/** Lists versions of the tiers. */
export async function listTiers({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank(OFFICER).client(CustomerService);
  const tierSets: KycTierSet[] = [];
  for await (const page of pagesOf((asked) => service.listKycTierSets(asked), limit)) tierSets.push(...page.tierSets);
  const answer = create(ListKycTierSetsResponseSchema, { tierSets });
  await out.message(ListKycTierSetsResponseSchema, answer, () => tiersText(tierSets));
}

/** Puts the tiers of a file in force. */
export async function publishTiers(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  file = '',
): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw usage(`There is no file ${file} that can be read.`);
  });
  const request = readRequest(file, text);
  const service = bank(OFFICER).client(CustomerService);
  const answer = await service.publishKycTierSet({ ...request, requestId, validateOnly });
  await out.message(PublishKycTierSetResponseSchema, answer, () => tiersText(answer.tierSet ? [answer.tierSet] : []));
}

function readRequest(file: string, text: string): MessageShape<typeof PublishKycTierSetRequestSchema> {
  try {
    return fromJsonString(PublishKycTierSetRequestSchema, text);
  } catch (error) {
    throw usage(`The file ${file} holds no tiers: ${(error as Error).message}`);
  }
}

/** Shows what a customer may do. */
export async function showProfile({ bank, out }: Session, _options: object, customerId = ''): Promise<void> {
  const answer = await bank(OFFICE).client(CustomerService).getKycProfile({ customerId });
  await out.message(GetKycProfileResponseSchema, answer, () => profileText(answer.profile));
}

/** Submits a document as evidence. */
export async function submitEvidence(
  { bank, out }: Session,
  options: WriteOptions & { readonly version: number; readonly expires?: string; readonly provider?: string },
  customerId = '',
  documentId = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, version: documentVersion, provider = '' } = options;
  const what = { customerId, documentId, documentVersion, documentExpireDate: options.expires ?? '', provider };
  const answer = await bank(OFFICE)
    .client(CustomerService)
    .submitEvidence({ requestId, validateOnly, ...what });
  await out.message(SubmitEvidenceResponseSchema, answer, () => evidenceText(listOf(answer.evidence)));
}

/** Lists evidence. */
export async function listEvidence(
  { bank, out }: Session,
  { limit, customer: customerId = '', state = 'unspecified' }: ListOptions & { customer?: string; state?: string },
): Promise<void> {
  const service = bank(OFFICE).client(CustomerService);
  const asking = { customerId, state: enumValue(EvidenceState, state) };
  const evidence: Evidence[] = [];
  for await (const page of pagesOf((asked) => service.listEvidence({ ...asked, ...asking }), limit)) {
    evidence.push(...page.evidence);
  }
  const answer = create(ListEvidenceResponseSchema, { evidence });
  await out.message(ListEvidenceResponseSchema, answer, () => evidenceText(evidence));
}

/** Says that evidence is what it claims to be. */
export async function verifyEvidence(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, expires = '' }: WriteOptions & { readonly expires?: string },
  customerId = '',
  evidenceId = '',
): Promise<void> {
  const request = { requestId, validateOnly, customerId, evidenceId, documentExpireDate: expires };
  const answer = await bank(OFFICE).client(CustomerService).verifyEvidence(request);
  await out.message(VerifyEvidenceResponseSchema, answer, () => profileText(answer.profile));
}

/** Says that evidence does not count. */
export async function rejectEvidence(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
  evidenceId = '',
  why = '',
): Promise<void> {
  const rejection = enumValue(EvidenceRejection, why);
  const request = { requestId, validateOnly, customerId, evidenceId, rejection };
  const answer = await bank(OFFICE).client(CustomerService).rejectEvidence(request);
  await out.message(RejectEvidenceResponseSchema, answer, () => profileText(answer.profile));
}

/** Ends that a customer is exempt. */
export async function endExemption(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
): Promise<void> {
  const service = bank(OFFICER).client(CustomerService);
  const answer = await service.endKycExemption({ requestId, validateOnly, customerId });
  await out.message(EndKycExemptionResponseSchema, answer, () => profileText(answer.profile));
}

/** Shows a customer's risk. */
export async function showRisk({ bank, out }: Session, _options: object, customerId = ''): Promise<void> {
  const answer = await bank(OFFICER).client(CustomerService).getRiskRating({ customerId });
  await out.message(GetRiskRatingResponseSchema, answer, () =>
    fields([
      ['risk', word(RiskRating, answer.rating)],
      ['by the rule', word(RiskRating, answer.ruledRating)],
      ['because of', answer.reasons.map((reason) => word(RiskReason, reason)).join(', ')],
      ...answer.overrides.map(
        ({ version, rating, reason, authorId, approverId }) =>
          [`said ${version}`, `${word(RiskRating, rating)} by ${authorId} and ${approverId}: ${reason}`] as const,
      ),
    ]),
  );
}

/** Says what a customer's risk is to be taken for. */
export async function rateRisk(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
  rated = '',
  reason = '',
): Promise<void> {
  const request = { requestId, validateOnly, customerId, rating: enumValue(RiskRating, rated), reason };
  const answer = await bank(OFFICER).client(CustomerService).overrideRiskRating(request);
  await out.message(OverrideRiskRatingResponseSchema, answer, () =>
    fields([['risk', word(RiskRating, answer.rating)]]),
  );
}

function listOf(evidence: Evidence | undefined): Evidence[] {
  return evidence ? [evidence] : [];
}

/** The value of a word of a command: 0 where there is no such one. */
function enumValue<V extends number>(names: Readonly<Record<string, V>>, text: string): V {
  return names[text.toUpperCase().replaceAll('-', '_')] ?? (0 as V);
}

function tiersText(sets: readonly KycTierSet[]): Promise<string> {
  return table(
    ['version', 'tier', 'products', 'limits: at once, a day, balance', 'verified: persons', 'organisations'],
    sets.flatMap(({ version, tiers }) =>
      tiers.map(({ code, productTypes, limits, requirements }) => [
        String(version),
        code,
        productTypes.map((type) => word(ProductType, type)).join('\n'),
        limits
          .map(
            (one) =>
              `${one.currencyCode} ${[one.transferAmount, one.dayAmount, one.balanceAmount].map((amount) => amount || '–').join(' ')}`,
          )
          .join('\n') || 'none',
        ...[false, true].map((organisation) =>
          requirementsText(requirements.filter((one) => one.organisation === organisation)),
        ),
      ]),
    ),
  );
}

function requirementsText(requirements: readonly { readonly anyOf: readonly DocumentKind[] }[]): string {
  return requirements.map(({ anyOf }) => anyOf.map((kind) => word(DocumentKind, kind)).join(' or ')).join('\n');
}

async function profileText(profile: KycProfile | undefined): Promise<string> {
  if (!profile) return '';
  const { tier, exempt, nextTier, missing, evidence } = profile;
  const known = fields([
    ['tier', exempt ? 'exempt: may do everything' : tier?.displayName],
    ['next tier', nextTier?.displayName],
    ['missing', requirementsText(missing).replaceAll('\n', ', ')],
  ]);
  return evidence.length === 0 ? known : `${known}\n${await evidenceText(evidence)}`;
}

function evidenceText(evidence: readonly Evidence[]): Promise<string> {
  return table(
    ['evidence', 'customer', 'document', 'kind', 'state', 'provider', 'last day', 'rejected as'],
    evidence.map((one) => [
      one.evidenceId,
      one.customerId,
      `${one.documentId} ${one.documentVersion}`,
      word(DocumentKind, one.kind),
      word(EvidenceState, one.state),
      one.provider,
      one.expireDate,
      one.rejection === EvidenceRejection.UNSPECIFIED ? '' : word(EvidenceRejection, one.rejection),
    ]),
  );
}
