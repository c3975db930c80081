// What customers ask in words, for tests.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import { customer as channel, staff } from '#chassis/testing/clients.ts';
import type { CustomerService, OpenServiceRequestRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  type ServiceRequest,
  ServiceRequestCategory,
  ServiceRequestKind,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { aPerson, unique } from './testing.ts';

type Asked = Exclude<MessageInitShape<typeof OpenServiceRequestRequestSchema>, { $typeName: string }>;

/** Who can be called in the name of somebody. */
export interface Asking {
  asPrincipal(actor: Actor): Client<typeof CustomerService>;
}

/** A complaint of a customer. */
export function aComplaint(customerId: string, changes: Asked = {}): Asked {
  return {
    requestId: unique('ask'),
    customerId,
    kind: ServiceRequestKind.COMPLAINT,
    category: ServiceRequestCategory.PAYMENT,
    subject: 'Stížnost na platbu',
    text: 'Přišla pozdě.',
    ...changes,
  };
}

/** A customer of a branch. */
export async function aCustomer(bank: Asking, branchId = 'brn_praha'): Promise<string> {
  const { customer } = await bank.asPrincipal(staff('TELLER')).registerCustomer(aPerson({ branchId }));
  return customer?.customerId ?? '';
}

/** A complaint that a customer has made. */
export async function complained(bank: Asking, customerId: string, changes: Asked = {}): Promise<ServiceRequest> {
  const asked = await bank.asPrincipal(channel(customerId)).openServiceRequest(aComplaint(customerId, changes));
  if (!asked.serviceRequest) throw new Error('nothing was answered');
  return asked.serviceRequest;
}

/** Something that a customer wants for an account. */
export function wished(
  bank: Asking,
  customerId: string,
  product: NonNullable<Asked['product']>,
): Promise<ServiceRequest> {
  const wish = { accountId: 'acc_own', ...product } as NonNullable<Asked['product']>;
  return complained(bank, customerId, { kind: ServiceRequestKind.PRODUCT, category: 0, product: wish });
}
