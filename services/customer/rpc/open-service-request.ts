import { type JsonObject, toJson } from '@bufbuild/protobuf';
import { LockMode } from '@mikro-orm/core';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { RequestedProductSchema } from '#gen/bank/customer/v1/service_request_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { wanted } from '../domain/requested-products.ts';
import { opened } from '../domain/service-requests.ts';
import { openProfile, warmKey } from '../profile.ts';
import { insertRequest, type ServiceRequestRow } from '../service-request-tables.ts';
import { at, checkAttached, publishRequest, sealText, shownRequest, write } from '../service-requests.ts';
import { CustomerRow } from '../tables.ts';

/** Takes what a customer asks in words. */
export function openServiceRequest(context: Context): Rpcs<typeof CustomerService>['openServiceRequest'] {
  const { commands, vault } = context;
  return (request, call) =>
    commands.run(Contract.method.openServiceRequest, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const { customerId, kind, category, rating, subject, text, product, documentIds } = request;
        const lock = { lockMode: LockMode.PESSIMISTIC_READ, refresh: true } as const;
        const customer = await tx.em.findOne(CustomerRow, { id: customerId }, lock);
        if (!customer) throw refuse('CUSTOMER_NOT_FOUND');
        // Also who was deactivated may complain; of who was erased nobody could read it.
        if (!(await openProfile(vault, customer))) throw refuse('CUSTOMER_ERASED');
        await checkAttached(tx, customerId, documentIds);
        const row: ServiceRequestRow = {
          ...opened(kind, rating, at(context)),
          ...wanted(kind, product),
          product: product ? (toJson(RequestedProductSchema, product) as JsonObject) : null,
          customerId,
          category,
          rating,
          id: newId('srq'),
          subject: await sealText(vault, customerId, 'subject', subject),
          outcome: null,
          authorId: call.principal?.partyId ?? '',
          createMs: Date.now(),
          version: 1,
        };
        await tx.execute(insertRequest(row));
        await write(vault, tx, row, call, { text, ids: documentIds });
        publishRequest(tx, row);
        tx.record({ resourceIds: [row.id, customerId], partyId: customerId, after: { kind, category, subject, text } });
        const serviceRequest = await shownRequest(vault, row, call.principal);
        return { ...(serviceRequest && { serviceRequest }) };
      },
    });
}
