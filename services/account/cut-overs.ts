// The steps of a cut-over: what one call brings is one order. Its accounts are locked, told to the ledger and written
// together, as a bank that comes over brings thousands; each keeps its own key and outcome.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { LockMode } from '@mikro-orm/core';
import { packRefusal, unpackRefusal } from '#chassis/claims.ts';
import type { CommandTx } from '#chassis/command.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import type { ItemClaims, ItemOutcome, KeyedItem } from '#chassis/item-claims.ts';
import { toMoney } from '#chassis/money.ts';
import { type CallOptions, type OrderSteps, type Outcome, outcomeOf } from '#chassis/order.ts';
import {
  AccountService,
  type CutOverAccountsRequestSchema,
  type CutOverOutcomeSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { openDetails } from './accounts.ts';
import { applyChange, begin, type Change, free, tellLedger } from './changes.ts';
import type { Context } from './context.ts';
import { cutOver } from './domain/agreement.ts';
import { next } from './domain/life.ts';
import { refuse } from './domain/refusals.ts';
import { publishCutOver } from './events.ts';
import { type By, moveTo } from './status.ts';
import { AccountRow, selectHolders } from './tables.ts';

type Method = typeof AccountService.method.cutOverAccounts;
type Claims = ItemClaims<Method, typeof CutOverAccountsRequestSchema>;
type OutcomeMessage = MessageInitShape<typeof CutOverOutcomeSchema>;

/** An account that is to be cut over. */
export interface CutOverItem extends KeyedItem {
  readonly accountId: string;
}

/** What one call brings, and whose keys they are. */
export interface CutOvers {
  readonly by: By;
  readonly today: string;
  readonly owner: string;
  readonly items: readonly CutOverItem[];
}

/** What is agreed from then on, and who ended the migration when. */
interface CutOverTerms {
  readonly limit: string;
  readonly by: By;
  readonly today: string;
}

/** In plain JSON: the change of an account, with its limit in minor units as a decimal string; or why there is none. */
type ItemIntent = { readonly key: string; readonly fingerprint: string; readonly accountId: string } & (
  | { readonly change: Change<CutOverTerms> }
  | { readonly refusal: string }
);

interface Intent {
  readonly owner: string;
  readonly items: readonly ItemIntent[];
}

/** What the ledger said of each account that it was told of, by the account's id. */
type Told = ReadonlyMap<string, Outcome<unknown>>;

/** The steps of a cut-over. */
export function cutOverSteps(
  context: Context,
  claimsOf: (owner: string) => Claims,
): OrderSteps<Method, CutOvers, Intent, Told> {
  return {
    method: AccountService.method.cutOverAccounts,
    plan,
    carryOut: async ({ items }, options) =>
      new Map(
        await Promise.all(items.flatMap((item) => ('change' in item ? [tell(context, item.change, options)] : []))),
      ),
    settle: async (tx, intent, outcome) => ({
      outcomes: await settle(context, tx, claimsOf(intent.owner), intent, outcome),
    }),
  };
}

/** The outcome of an account as the contract writes it. */
export function outcomeMessage(accountId: string, outcome: ItemOutcome<Method>): OutcomeMessage {
  return 'refusal' in outcome ? { accountId, refusal: refusalMessage(outcome.refusal) } : { accountId };
}

/** Plans those that nothing else is changing. The others are left out, to be tried again; ACCOUNT_BUSY when all are. */
async function plan(tx: CommandTx, { owner, items, by, today }: CutOvers): Promise<Intent> {
  const rows = await lock(tx, items);
  const planned = items.flatMap(({ key, fingerprint, accountId }): ItemIntent[] => {
    const item = { key, fingerprint: fingerprint.toString('base64'), accountId };
    try {
      const row = free(rows.get(accountId));
      cutOver(row);
      return [{ ...item, change: begin(row, 'cut_over', { limit: String(row.overdraftLimit), by, today }) }];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return isDecision(error) ? [{ ...item, refusal: packRefusal(error).toString('base64') }] : [];
    }
  });
  if (planned.length === 0) throw refuse('ACCOUNT_BUSY');
  return { owner, items: planned };
}

/** Locks accounts in the order of their ids, and reads them. */
async function lock(tx: CommandTx, items: readonly { readonly accountId: string }[]): Promise<Map<string, AccountRow>> {
  const ids = items.map(({ accountId }) => accountId);
  const rows = await tx.em.find(
    AccountRow,
    { id: { $in: ids } },
    { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true, orderBy: { id: 'asc' } },
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function tell(
  context: Context,
  change: Change<CutOverTerms>,
  options: CallOptions,
): Promise<[string, Outcome<unknown>]> {
  const floor = toMoney({ currency: change.currency, minor: -BigInt(change.terms.limit) });
  const outcome = await outcomeOf(() =>
    tellLedger(context, change, options, (command, on) =>
      context.ledger.cutOverLedgerAccount({ ...command, floor }, on),
    ),
  );
  return [change.accountId, outcome];
}

async function settle(context: Context, tx: CommandTx, claims: Claims, { items }: Intent, told: Outcome<Told>) {
  const settled = items.map((item) => ({
    ...item,
    fingerprint: Buffer.from(item.fingerprint, 'base64'),
    outcome: outcomeOfItem(item, told),
  }));
  const before = await claims.settle(tx, settled);
  await write(context, tx, settled);
  return settled.map(({ key, accountId, outcome }) => outcomeMessage(accountId, before.get(key) ?? outcome));
}

function outcomeOfItem(item: ItemIntent, told: Outcome<Told>): ItemOutcome<Method> {
  if ('refusal' in item) return { refusal: unpackRefusal(Buffer.from(item.refusal, 'base64')) };
  const outcome = 'refusal' in told ? told : told.value.get(item.accountId);
  if (!outcome) throw new Error('an account was planned, and the ledger not told of it');
  return 'refusal' in outcome ? outcome : { response: { outcomes: [{ accountId: item.accountId }] } };
}

/** Writes the accounts that were marked, with what came of it. */
async function write(
  { vault }: Context,
  tx: CommandTx,
  settled: readonly (Pick<CutOverItem, 'key' | 'accountId'> & {
    readonly outcome: ItemOutcome<Method>;
    readonly change?: Change<CutOverTerms>;
  })[],
): Promise<void> {
  const marked = settled.filter(({ change }) => change !== undefined);
  const rows = await lock(tx, marked);
  const holders = Map.groupBy(await tx.query(selectHolders([...rows.keys()])), ({ accountId }) => accountId);
  for (const { key, accountId, outcome, change } of marked) {
    const row = rows.get(accountId);
    if (!row) throw new Error('an account that was marked is gone');
    row.pendingChange = null;
    if ('refusal' in outcome) {
      tx.record({ requestId: key, resourceIds: [row.id], partyId: row.partyId });
      continue;
    }
    const details = await openDetails(vault, row);
    applyChange(tx, row, {
      requestId: key,
      holders: holders.get(row.id) ?? [],
      before: details,
      after: details,
      apply: (its) => {
        moveTo(tx, its, next(its.state, 'cut_over'), {
          day: change?.terms.today ?? its.openDate,
          reason: 'CUT_OVER',
          by: change?.terms.by,
        });
        return publishCutOver;
      },
    });
  }
}
