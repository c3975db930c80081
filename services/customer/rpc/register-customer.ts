import { branchOf } from '#chassis/access.ts';
import { actorOf, type Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { Customer } from '#gen/bank/customer/v1/customer_pb.ts';
import {
  CustomerService as Contract,
  type CustomerService,
  type RegisterCustomerRequest,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { KycTierSet } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import { begun } from '../assessing.ts';
import { record } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkParticulars, PARTICULAR_NAMES } from '../domain/particulars.ts';
import { refuse } from '../domain/refusals.ts';
import { checkMigration } from '../domain/rights.ts';
import { termsOf } from '../domain/search.ts';
import { publish } from '../events.ts';
import { claimIdentifiers, hashTerms } from '../hashes.ts';
import { currentTiers } from '../kyc-tables.ts';
import { customerMessage, sealProfile } from '../profile.ts';
import { CustomerRow, insertTerms, SEARCH_VERSION } from '../tables.ts';
import { keepVersion } from '../versions.ts';

/** Registers a person or an organisation. */
export function registerCustomer(context: Context): Rpcs<typeof CustomerService>['registerCustomer'] {
  return (request, call) =>
    context.commands.run(Contract.method.registerCustomer, request, call, {
      prepare: () => prepare(context, request, call),
      decide: async (tx, prepared) => ({ customer: await register(context, tx, request, { ...prepared, call }) }),
    });
}

interface Prepared {
  readonly id: string;
  readonly set: KycTierSet;
  readonly branchId: string;
  readonly profile: Sealed;
}

/** The profile is sealed before the transaction, since that makes the customer's key. */
async function prepare(
  { vault, today, objectsIn, database }: Context,
  request: RegisterCustomerRequest,
  call: Call,
): Promise<Prepared> {
  checkMigration([], request.identifiers, call.principal);
  checkParticulars(request, PARTICULAR_NAMES, today());
  if (!objectsIn(request.dataRegion)) throw refuse('DATA_REGION_UNKNOWN');
  const id = newId('cus');
  const branchId = request.branchId || (branchOf(call) ?? '');
  // Who is registered by tiers that end meanwhile is assessed by the others in the background.
  const set = await currentTiers(database);
  return { id, branchId, set, profile: await sealProfile(vault, id, request) };
}

async function register(
  { vault, today }: Context,
  tx: CommandTx,
  request: RegisterCustomerRequest,
  { id, branchId, set, profile, call }: Prepared & { readonly call: Call },
): Promise<Customer> {
  if (request.identifiers.length > 0) await claimIdentifiers(tx, vault, id, request.identifiers);
  const now = new Date();
  const kind = request.party.case === 'person' ? ('person' as const) : ('organisation' as const);
  const row = {
    id,
    kind,
    ...begun(tx, { id, kind }, request, { set, today: today() }),
    state: 'active' as const,
    branchId,
    relationshipOfficerId: '',
    profile,
    version: 1,
    searchVersion: SEARCH_VERSION,
    createTime: now,
    updateTime: now,
  };
  tx.insert(CustomerRow, row);
  await keepVersion(tx, vault, row, { actor: actorOf(call), remark: '' });
  for (const term of hashTerms(vault, termsOf(request))) tx.write(insertTerms, { ...term, customerId: id });
  publish(tx, 'registered', row);
  const customer = customerMessage(row, request);
  record(tx, customer);
  return customer;
}
