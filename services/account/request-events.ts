// What customers want, and is approved: taken down as the customer service tells of it.
import { toJson } from '@bufbuild/protobuf';
import { sql } from 'kysely';
import { on } from '#chassis/subscription.ts';
import { ServiceRequestChangedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { RequestedProductSchema, RequestedProductState } from '#gen/bank/customer/v1/service_request_pb.ts';

/** Takes down what is approved. Whatever happens to the request until it is made tells of the same approval again. */
export function requestedProducts() {
  return on(ServiceRequestChangedSchema, async (tx, event) => {
    const { product, productState, productApprovalNumber, serviceRequestId, customerId } = event;
    if (!product || productState !== RequestedProductState.APPROVED) return;
    await tx.execute(sql`
      insert into requested_product (service_request_id, approval_number, customer_id, product)
      values (${serviceRequestId}, ${productApprovalNumber}, ${customerId},
        ${JSON.stringify(toJson(RequestedProductSchema, product))}::jsonb)
      on conflict do nothing
    `);
  });
}
