import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { AccountService as Contract, type OpenAccountRequest } from '#gen/bank/account/v1/account_service_pb.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import { hashIban, sealDetails } from '../accounts.ts';
import { type Change, settleChange, tellLedger } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkRoles, checkStandings, type Holding } from '../domain/holders.ts';
import { refuse } from '../domain/refusals.ts';
import { accountTypes, holderRoles, statementFrequencies } from '../domain/words.ts';
import { publishOpened } from '../events.ts';
import { AccountRow, HolderRow, nextSerial, type ProductRow } from '../tables.ts';

/** What is known before anything is written. */
interface Planned {
  readonly request: OpenAccountRequest;
  readonly holders: readonly Holding[];
  readonly partyId: string;
  readonly product: ProductRow;
  readonly openDate: string;
  readonly ibanHash: Buffer;
  readonly details: Sealed;
}

type Opening = Change<{ readonly migrating: boolean; readonly generalLedgerCode: string }>;

const GENERAL_LEDGER_CODES = { current: '2010', savings: '2020' } as const;

/** Opens an account: its agreement here, its ledger account there, and its number. */
export function openAccount(context: Context): Rpcs<typeof AccountService>['openAccount'] {
  const order = context.orders.define({
    method: Contract.method.openAccount,
    plan,
    carryOut: (opening: Opening, options) =>
      tellLedger(context, opening, options, (command, on) =>
        context.ledger.openLedgerAccount({ ...command, ...ledgerAccountOf(opening) }, on),
      ),
    settle: async (tx, opening, outcome) => {
      const { migrating } = opening.terms;
      const account = await settleChange(context, tx, {
        change: opening,
        outcome,
        apply: (row) => {
          row.state = migrating ? 'migrating' : 'active';
          return publishOpened;
        },
        // It never came to be. Nobody has heard of it, so that there is nothing to publish.
        drop: (row) => {
          row.state = 'closed';
          row.closeDate = row.openDate;
        },
      });
      return { account };
    },
  });
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

/** Reads what other services own, takes a number, and seals what is personal. */
async function prepare(context: Context, request: OpenAccountRequest, call: Call): Promise<Planned> {
  if (request.migrating && !call.principal?.roles.includes(StaffRole.BACK_OFFICE))
    throw refuse('MIGRATION_NOT_ALLOWED');
  const type = accountTypes.word(request.type);
  const holders = request.holders.map(({ customerId, role }) => ({ customerId, role: holderRoles.word(role) }));
  const partyId = checkRoles(type, holders);
  const product = await context.catalogue.newest(request.productId);
  const { standings } = await context.customers.getCustomerStates(
    { customerIds: holders.map(({ customerId }) => customerId) },
    call,
  );
  checkStandings(type, holders, standings);

  const [{ openDate }, [next]] = await Promise.all([context.clock.read(), context.database.query(nextSerial())]);
  const iban = context.iban(BigInt(next?.serial ?? 0));
  return {
    request,
    holders,
    partyId,
    product,
    openDate: openDate.toString(),
    ibanHash: hashIban(context.vault, iban),
    details: await sealDetails(context.vault, partyId, {
      iban,
      displayName: request.displayName || product.displayName,
    }),
  };
}

async function plan(tx: CommandTx, { request, product, holders, ...prepared }: Planned): Promise<Opening> {
  const { partyId, openDate, ibanHash, details } = prepared;
  const now = new Date();
  const row = tx.em.create(AccountRow, {
    id: newId('acc'),
    type: accountTypes.word(request.type),
    state: 'pending',
    productId: product.id,
    productVersion: product.version,
    currency: product.currency,
    partyId,
    ibanHash,
    details,
    freezeDebits: false,
    freezeCredits: false,
    freezeReason: null,
    overdraftLimit: 0n,
    branchId: request.branchId,
    statementFrequency: request.statementFrequency ? statementFrequencies.word(request.statementFrequency) : 'monthly',
    openDate,
    closeDate: null,
    version: 0,
    changeNo: 1,
    pendingChange: 'open',
    createTime: now,
    updateTime: now,
  });
  await tx.em.persist(row).flush();
  holders.forEach(({ customerId, role }, position) => {
    tx.em.persist(tx.em.create(HolderRow, { accountId: row.id, customerId, role, position }));
  });
  const { id: accountId, currency, changeNo } = row;
  const terms = { migrating: request.migrating, generalLedgerCode: GENERAL_LEDGER_CODES[product.type] };
  return { accountId, partyId, currency, changeNo, terms };
}

/** What a customer has is what the bank owes: it grows on the credit side, and has no floor while it takes history. */
function ledgerAccountOf({ accountId, currency, terms }: Opening) {
  const { migrating, generalLedgerCode } = terms;
  return {
    accountId,
    currencyCode: currency,
    normalSide: Side.CREDIT,
    generalLedgerCode,
    migrating,
    ...(!migrating && { floor: toMoney({ currency, minor: 0n }) }),
  };
}
