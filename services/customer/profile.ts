// Between a customer's row and the messages of the contract. What is personal stands in the row only as one sealed
// message, under the customer's own key.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Vault } from '#chassis/sealing.ts';
import { type Customer, CustomerSchema, CustomerState } from '#gen/bank/customer/v1/customer_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import type { Particulars } from './domain/particulars.ts';
import { CustomerRow } from './tables.ts';

const PROFILE_CONTEXT = 'customer.profile';

/** Seals particulars under a customer's key; the key is made when there is none. */
export function sealProfile(vault: Vault, customerId: string, particulars: Particulars): Promise<Sealed> {
  const profile = create(CustomerSchema, pick(particulars));
  return vault.seal(customerId, PROFILE_CONTEXT, toBinary(CustomerSchema, profile));
}

/** Opens the particulars in a row, or answers undefined when the customer was erased. */
export async function openProfile(
  vault: Vault,
  { profile }: Pick<CustomerRow, 'profile'>,
): Promise<Particulars | undefined> {
  const bytes = await vault.open(profile, PROFILE_CONTEXT);
  return bytes && fromBinary(CustomerSchema, bytes);
}

/** Fetches a customer's key, before a transaction that is going to open and seal their profile. */
export async function warmKey({ database, vault }: Context, customerId: string): Promise<void> {
  const row = await database.orm.em.fork().findOne(CustomerRow, { id: customerId });
  if (row) await openProfile(vault, row);
}

/** The message of a customer. Of one who was erased, only what is not personal. */
export function customerMessage(
  row: Pick<
    CustomerRow,
    'id' | 'state' | 'version' | 'createTime' | 'updateTime' | 'branchId' | 'relationshipOfficerId'
  > & { readonly mergedIntoId?: string | null | undefined },
  particulars: Particulars | undefined,
): Customer {
  return create(CustomerSchema, {
    ...(particulars && pick(particulars)),
    customerId: row.id,
    state: stateMessage(row.state),
    etag: String(row.version),
    createTime: timestampFromDate(row.createTime),
    updateTime: timestampFromDate(row.updateTime),
    branchId: row.branchId,
    relationshipOfficerId: row.relationshipOfficerId,
    mergedIntoCustomerId: row.mergedIntoId ?? '',
  });
}

/** The state of a customer as the contract writes it. */
export function stateMessage(state: CustomerRow['state']): CustomerState {
  return state === 'active' ? CustomerState.ACTIVE : CustomerState.DEACTIVATED;
}

/** The particulars alone, of a message that may hold more. */
function pick({ party, contacts, address, identifiers, residenceCountryCode, dataRegion }: Particulars) {
  return { party, contacts, identifiers, residenceCountryCode, dataRegion, ...(address && { address }) };
}
