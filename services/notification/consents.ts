// What customer says of consents to news of products. A way is chosen here; whether the bank may tell of products at all is said there.
import type { Client } from '#chassis/call.ts';
import { ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';

/** Those of these customers who want to be told of no products, whichever ways they have chosen. Fails while customer is away. */
export type Unwilling = (partyIds: readonly string[]) => Promise<ReadonlySet<string>>;

const ASKED_AT_ONCE = 500;

/** Makes what asks customer. */
export function unwillingAt(customer: Pick<Client<typeof CustomerService>, 'getConsents'>): Unwilling {
  return async (partyIds) => {
    const all = [...new Set(partyIds)];
    const unwilling = new Set<string>();
    for (let from = 0; from < all.length; from += ASKED_AT_ONCE) {
      const customerIds = all.slice(from, from + ASKED_AT_ONCE);
      const { consents } = await customer.getConsents({ customerIds, purpose: ConsentPurpose.PRODUCT_NEWS });
      for (const { customerId, consent } of consents) if (consent?.given === false) unwilling.add(customerId);
    }
    return unwilling;
  };
}
