import { branchOf } from '#chassis/access.ts';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { invalid, refuseCall } from '#chassis/errors.ts';
import { maskedFields } from '#chassis/mask.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { Customer } from '#gen/bank/customer/v1/customer_pb.ts';
import {
  CustomerService as Contract,
  type CustomerService,
  type UpdateCustomerRequest,
  UpdateCustomerRequestSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { changed, loadActive } from '../changes.ts';
import type { Context } from '../context.ts';
import { DocumentRow } from '../document-tables.ts';
import { checkParticulars, isPartyKind, mergeParticulars, PARTICULAR_NAMES } from '../domain/particulars.ts';
import { refuse } from '../domain/refusals.ts';
import { checkFields, checkMigration } from '../domain/rights.ts';
import { termsOf } from '../domain/search.ts';
import { claimIdentifiers, hashTerms } from '../hashes.ts';
import { sealProfile, warmKey } from '../profile.ts';
import { replaceTerms, SEARCH_VERSION } from '../tables.ts';

const MUTABLE = [...PARTICULAR_NAMES, 'branchId', 'relationshipOfficerId'] as const;
type Mutable = (typeof MUTABLE)[number];

/** Changes particulars of a customer. */
export function updateCustomer(context: Context): Rpcs<typeof CustomerService>['updateCustomer'] {
  return async (request, call) => {
    const names = maskedFields(UpdateCustomerRequestSchema, request, request.updateMask, MUTABLE);
    requireParty(request, names);
    return context.commands.run(Contract.method.updateCustomer, request, call, {
      prepare: async () => {
        checkFields(names, call.principal);
        checkParticulars(request, names, context.today());
        const isKnown = context.objectsIn(request.dataRegion) !== undefined;
        if (names.includes('dataRegion') && !isKnown) throw refuse('DATA_REGION_UNKNOWN');
        await warmKey(context, request.customerId);
      },
      decide: async (tx) => ({ customer: await update(context, tx, request, names, call) }),
    });
  };
}

/** A mask may name a party only with one that is given: a customer is always somebody. */
function requireParty({ party }: UpdateCustomerRequest, names: readonly Mutable[]): void {
  const missing = names.filter((name) => isPartyKind(name) && name !== party.case);
  if (missing.length > 0) {
    throw invalid(missing.map((field) => ({ field, description: 'is named by update_mask and must be set' })));
  }
}

async function update(
  { vault }: Context,
  tx: CommandTx,
  request: UpdateCustomerRequest,
  names: readonly Mutable[],
  call: Call,
): Promise<Customer> {
  const loaded = await loadActive(tx, vault, request.customerId);
  const { row } = loaded;
  if (request.etag !== '' && request.etag !== String(row.version)) throw refuseCall('ETAG_MISMATCH');
  if (names.some((name) => isPartyKind(name) && name !== row.kind)) throw refuse('PARTY_KIND_FIXED');
  const particulars = mergeParticulars(loaded.particulars, request, names);
  checkMigration(loaded.particulars.identifiers, particulars.identifiers, call.principal);
  if (
    particulars.dataRegion !== loaded.particulars.dataRegion &&
    (await tx.em.count(DocumentRow, { customerId: row.id })) > 0
  )
    throw refuse('DATA_REGION_FIXED');
  await claimIdentifiers(tx, vault, row.id, particulars.identifiers);
  row.profile = await sealProfile(vault, row.id, particulars);
  row.searchVersion = SEARCH_VERSION;
  if (names.includes('branchId')) row.branchId = request.branchId || (branchOf(call) ?? '');
  if (names.includes('relationshipOfficerId')) row.relationshipOfficerId = request.relationshipOfficerId;
  await tx.execute(replaceTerms(row.id, hashTerms(vault, termsOf(particulars))));
  const cause = { actor: call.principal, remark: request.remark };
  return changed(tx, vault, 'updated', { ...loaded, particulars, cause });
}
