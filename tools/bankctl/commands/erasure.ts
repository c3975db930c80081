// Requests of customers to be forgotten.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  CustomerService,
  GetErasureRequestResponseSchema,
  ListErasureRequestsResponseSchema,
  RejectErasureRequestResponseSchema,
  RequestErasureResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  ErasureRejection,
  type ErasureRequest,
  ErasureState,
  RetentionReason,
} from '#gen/bank/customer/v1/erasure_pb.ts';
import { DestroyDataKeyResponseSchema, SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const OFFICER = { otherwise: 'staff:compliance' };

/** Lists requests of all customers. */
export async function listErasures(
  { bank, out }: Session,
  { limit, open = false }: ListOptions & { readonly open?: boolean },
): Promise<void> {
  const service = bank(OFFICER).client(CustomerService);
  const erasureRequests: ErasureRequest[] = [];
  for await (const page of pagesOf((asked) => service.listErasureRequests({ ...asked, openOnly: open }), limit)) {
    erasureRequests.push(...page.erasureRequests);
  }
  const answer = create(ListErasureRequestsResponseSchema, { erasureRequests });
  await out.message(ListErasureRequestsResponseSchema, answer, () =>
    table(
      ['customer', 'request', 'state', 'because', 'asked', 'ended'],
      erasureRequests.map((one) => [
        one.customerId,
        String(one.requestNumber),
        word(ErasureState, one.state),
        becauseOf(one),
        `${time(one.createTime)} by ${one.authorId}`,
        time(one.endTime),
      ]),
      ['request'],
    ),
  );
}

/** Shows the last request of a customer. */
export async function showErasure({ bank, out }: Session, _options: object, customerId = ''): Promise<void> {
  const answer = await bank(OFFICER).client(CustomerService).getErasureRequest({ customerId });
  await out.message(GetErasureRequestResponseSchema, answer, () => requestText(answer.erasureRequest));
}

/** Writes down that a customer wants to be forgotten. */
export async function requestErasure(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
): Promise<void> {
  const request = { requestId, validateOnly, customerId };
  const answer = await bank(OFFICER).client(CustomerService).requestErasure(request);
  await out.message(RequestErasureResponseSchema, answer, () => requestText(answer.erasureRequest));
}

/** Rejects the request of a customer. */
export async function rejectErasure(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, because }: WriteOptions & { readonly because: string },
  customerId = '',
): Promise<void> {
  const reasons: Readonly<Record<string, ErasureRejection>> = ErasureRejection;
  const rejection = reasons[because.toUpperCase().replaceAll('-', '_')] ?? ErasureRejection.UNSPECIFIED;
  const request = { requestId, validateOnly, customerId, rejection };
  const answer = await bank(OFFICER).client(CustomerService).rejectErasureRequest(request);
  await out.message(RejectErasureRequestResponseSchema, answer, () => requestText(answer.erasureRequest));
}

/** Destroys the key of a customer. */
export async function carryOutErasure(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  partyId = '',
): Promise<void> {
  const answer = await bank(OFFICER).client(SecurityService).destroyDataKey({ requestId, validateOnly, partyId });
  await out.message(DestroyDataKeyResponseSchema, answer, () =>
    fields([
      ['customer', partyId],
      ['erased', time(answer.destroyTime)],
    ]),
  );
}

function becauseOf({ rejection }: ErasureRequest): string {
  return rejection === ErasureRejection.UNSPECIFIED ? '' : word(ErasureRejection, rejection);
}

async function requestText(request: ErasureRequest | undefined): Promise<string> {
  if (!request) return '';
  const head = fields([
    ['customer', request.customerId],
    ['request', String(request.requestNumber)],
    ['state', word(ErasureState, request.state)],
    ['because', becauseOf(request)],
    ['asked', `${time(request.createTime)} by ${request.authorId}`],
    ['ended', time(request.endTime)],
  ]);
  const kept = await table(
    ['kept by', 'what', 'why', 'years'],
    request.retained.map(({ service, data, reason, years }) => [
      service,
      data,
      word(RetentionReason, reason),
      years === 0 ? 'as long as the bank' : String(years),
    ]),
  );
  return `${head}\n\n${kept}`;
}
