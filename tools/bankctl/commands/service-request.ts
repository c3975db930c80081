// What customers ask in words.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  AddServiceRequestMessageResponseSchema,
  ApproveRequestedProductResponseSchema,
  AssignServiceRequestResponseSchema,
  CustomerService,
  ListServiceRequestMessagesResponseSchema,
  ListServiceRequestsResponseSchema,
  OpenServiceRequestResponseSchema,
  ReopenServiceRequestResponseSchema,
  ResolveServiceRequestResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  RequestedProductType,
  type ServiceRequest,
  ServiceRequestCategory,
  ServiceRequestKind,
  type ServiceRequestMessage,
  ServiceRequestState,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const OFFICER = { otherwise: 'staff:compliance' };

interface Search extends ListOptions {
  readonly customer?: string;
  readonly state?: string;
  readonly kind?: string;
  readonly assignee?: string;
  readonly late?: boolean;
}

/** Lists requests. */
export async function listRequests({ bank, out }: Session, options: Search): Promise<void> {
  const { limit, customer: customerId = '', assignee: assigneeId = '', late: escalatedOnly = false } = options;
  const service = bank(OFFICER).client(CustomerService);
  const serviceRequests: ServiceRequest[] = [];
  const state = named(ServiceRequestState, options.state);
  const kind = named(ServiceRequestKind, options.kind);
  const filter = { customerId, assigneeId, escalatedOnly, state, kind };
  for await (const page of pagesOf((asked) => service.listServiceRequests({ ...asked, ...filter }), limit)) {
    serviceRequests.push(...page.serviceRequests);
  }
  const answer = create(ListServiceRequestsResponseSchema, { serviceRequests });
  await out.message(ListServiceRequestsResponseSchema, answer, () => requestsText(serviceRequests));
}

/** Lists what both sides wrote. */
export async function listMessages(
  { bank, out }: Session,
  { limit, request: serviceRequestId = '' }: ListOptions & { readonly request?: string },
  customerId = '',
): Promise<void> {
  const service = bank(OFFICER).client(CustomerService);
  const messages: ServiceRequestMessage[] = [];
  const of = { customerId, serviceRequestId };
  for await (const page of pagesOf((asked) => service.listServiceRequestMessages({ ...asked, ...of }), limit)) {
    messages.push(...page.messages);
  }
  const answer = create(ListServiceRequestMessagesResponseSchema, { messages });
  await out.message(ListServiceRequestMessagesResponseSchema, answer, () =>
    table(
      ['request', 'message', 'when', 'by', 'text'],
      messages.map((one) => [
        one.serviceRequestId,
        String(one.messageNumber),
        time(one.createTime),
        one.authorId || 'the bank',
        one.text,
      ]),
      ['message'],
    ),
  );
}

interface Opening extends WriteOptions {
  readonly kind: string;
  readonly category?: string;
  readonly rating?: number;
}

/** Writes down what a customer asks. */
export async function openRequest(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, rating = 0, ...what }: Opening,
  customerId = '',
  subject = '',
  text = '',
): Promise<void> {
  const kind = named(ServiceRequestKind, what.kind);
  const category = named(ServiceRequestCategory, what.category);
  const request = { requestId, validateOnly, customerId, kind, category, subject, text, rating };
  const answer = await bank(OFFICER).client(CustomerService).openServiceRequest(request);
  await out.message(OpenServiceRequestResponseSchema, answer, () => one(answer.serviceRequest));
}

interface Wish extends WriteOptions {
  readonly product: string;
  readonly from?: string;
  readonly to?: string;
  readonly limitAmount?: string;
  readonly currency?: string;
}

/** Writes down what a customer wants. */
export async function wantProduct(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, from: fromDate = '', to: toDate = '', ...wish }: Wish,
  customerId = '',
  accountId = '',
): Promise<void> {
  const { limitAmount: amount, currency: currencyCode = '' } = wish;
  const type = named(RequestedProductType, wish.product);
  const product = { type, accountId, fromDate, toDate, ...(amount && { overdraftLimit: { currencyCode, amount } }) };
  const text = wish.product.replaceAll('-', ' ');
  const asked = { requestId, validateOnly, customerId, kind: ServiceRequestKind.PRODUCT, subject: text, text, product };
  const answer = await bank(OFFICER).client(CustomerService).openServiceRequest(asked);
  await out.message(OpenServiceRequestResponseSchema, answer, () => one(answer.serviceRequest));
}

/** Approves what a customer wants. */
export async function approveProduct(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  serviceRequestId = '',
): Promise<void> {
  const request = { requestId, validateOnly, serviceRequestId };
  const answer = await bank({ otherwise: 'staff:back-office' })
    .client(CustomerService)
    .approveRequestedProduct(request);
  await out.message(ApproveRequestedProductResponseSchema, answer, () => one(answer.serviceRequest));
}

/** Writes to the other side. */
export async function writeMessage(
  { bank, out }: Session,
  options: WriteOptions & { readonly awaitsCustomer?: boolean },
  serviceRequestId = '',
  text = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, awaitsCustomer = false } = options;
  const request = { requestId, validateOnly, serviceRequestId, text, awaitsCustomer };
  const answer = await bank(OFFICER).client(CustomerService).addServiceRequestMessage(request);
  await out.message(AddServiceRequestMessageResponseSchema, answer, () => one(answer.serviceRequest));
}

/** Gives a request to somebody. */
export async function assignRequest(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  serviceRequestId = '',
  assigneeId = '',
): Promise<void> {
  const request = { requestId, validateOnly, serviceRequestId, assigneeId };
  const answer = await bank(OFFICER).client(CustomerService).assignServiceRequest(request);
  await out.message(AssignServiceRequestResponseSchema, answer, () => one(answer.serviceRequest));
}

/** Answers a request. */
export async function resolveRequest(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  serviceRequestId = '',
  outcome = '',
): Promise<void> {
  const request = { requestId, validateOnly, serviceRequestId, outcome };
  const answer = await bank(OFFICER).client(CustomerService).resolveServiceRequest(request);
  await out.message(ResolveServiceRequestResponseSchema, answer, () => one(answer.serviceRequest));
}

/** Opens a request again. */
export async function reopenRequest(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  serviceRequestId = '',
  text = '',
): Promise<void> {
  const request = { requestId, validateOnly, serviceRequestId, text };
  const answer = await bank(OFFICER).client(CustomerService).reopenServiceRequest(request);
  await out.message(ReopenServiceRequestResponseSchema, answer, () => one(answer.serviceRequest));
}

function named<T extends number>(values: Readonly<Record<string, T>>, text: string | undefined): T {
  return values[text?.toUpperCase().replaceAll('-', '_') ?? 'UNSPECIFIED'] ?? (0 as T);
}

function one(request: ServiceRequest | undefined): Promise<string> {
  return requestsText(request ? [request] : []);
}

function requestsText(requests: readonly ServiceRequest[]): Promise<string> {
  return table(
    ['request', 'customer', 'kind', 'about', 'state', 'assignee', 'came', 'until', 'late since', 'subject'],
    requests.map((request) => [
      request.serviceRequestId,
      request.customerId,
      word(ServiceRequestKind, request.kind),
      request.category === ServiceRequestCategory.UNSPECIFIED ? '' : word(ServiceRequestCategory, request.category),
      word(ServiceRequestState, request.state),
      request.assigneeId,
      time(request.createTime),
      time(request.dueTime),
      time(request.escalateTime),
      request.subject,
    ]),
  );
}
