// What waits for signatures, and signing it.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  AccountService,
  GiveSignatureResponseSchema,
  ListSignatureRequestsResponseSchema,
  RefuseSignatureResponseSchema,
  WithdrawSignatureRequestResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { MandateAction } from '#gen/bank/account/v1/mandate_pb.ts';
import { type SignatureRequest, SignatureRequestState } from '#gen/bank/account/v1/signature_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

interface Signing extends WriteOptions {
  readonly for?: string;
}

/** Lists what waits for signatures, or did. */
export async function listSignatures(
  { bank, out }: Session,
  { limit, account: accountId = '', state }: ListOptions & { readonly account?: string; readonly state?: string },
): Promise<void> {
  const states: Readonly<Record<string, SignatureRequestState>> = SignatureRequestState;
  const wanted = states[state?.toUpperCase() ?? ''] ?? SignatureRequestState.UNSPECIFIED;
  const service = bank().client(AccountService);
  const found: SignatureRequest[] = [];
  const pages = pagesOf((asked) => service.listSignatureRequests({ ...asked, accountId, state: wanted }), limit);
  for await (const page of pages) found.push(...page.signatureRequests);
  const answer = create(ListSignatureRequestsResponseSchema, { signatureRequests: found });
  await out.message(ListSignatureRequestsResponseSchema, answer, () => requestsText(found));
}

/** Signs. */
export async function giveSignature({ bank, out }: Session, options: Signing, signatureRequestId = ''): Promise<void> {
  const answer = await bank().client(AccountService).giveSignature(signed(options, signatureRequestId));
  await out.message(GiveSignatureResponseSchema, answer, () => one(answer.signatureRequest));
}

/** Refuses to sign, which ends it. */
export async function refuseSignature(
  { bank, out }: Session,
  options: Signing,
  signatureRequestId = '',
): Promise<void> {
  const answer = await bank().client(AccountService).refuseSignature(signed(options, signatureRequestId));
  await out.message(RefuseSignatureResponseSchema, answer, () => one(answer.signatureRequest));
}

/** Takes back what waits for signatures. */
export async function withdrawSignatureRequest(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  signatureRequestId = '',
): Promise<void> {
  const request = { requestId, validateOnly, signatureRequestId };
  const answer = await bank().client(AccountService).withdrawSignatureRequest(request);
  await out.message(WithdrawSignatureRequestResponseSchema, answer, () => one(answer.signatureRequest));
}

function signed(options: Signing, signatureRequestId: string) {
  const { requestId = randomUUID(), validateOnly = false, for: signatoryId = '' } = options;
  return { requestId, validateOnly, signatureRequestId, signatoryId };
}

function one(request: SignatureRequest | undefined): Promise<string> {
  return requestsText(request ? [request] : []);
}

function requestsText(requests: readonly SignatureRequest[]): Promise<string> {
  return table(
    ['request', 'state', 'what', 'amount', 'asked by', 'signed by', 'missing', 'began', 'until'],
    requests.map((request) => [
      request.signatureRequestId,
      word(SignatureRequestState, request.state),
      request.rpc || word(MandateAction, request.action),
      money(request.amount),
      request.makerId,
      request.signatures.map(({ signatoryId }) => signatoryId).join(', '),
      request.missingCount === 0 ? '' : `${request.missingCount} of ${request.missingSignatoryIds.join(', ')}`,
      time(request.createTime),
      request.expireDate,
    ]),
    ['amount'],
  );
}
