// Changes of an account that the ledger must follow: its freeze, its floor, its end. The agreement is here, the ledger
// has the copy that it enforces; both are set by one order, plan → call → settle.
//
// Why the copy cannot come to differ from the agreement: of one account, at most one change is under way. Its plan marks
// the row (`pending_change`) in the commit that claims its key; its settling takes the mark away in the commit that
// writes the agreement. A change that finds the mark is turned away with ACCOUNT_BUSY, which is not remembered, and tried
// again until its caller's deadline. So the ledger's calls of two changes never overlap, and the last one settled is the
// last one that the ledger was told.
//
// - kill -9 between plan and call, or between call and settle: the claim stays planned, the mark stays. Recovery makes
//   the call again with the same ledger request_id, which is either the first time or a repeat, and settles.
// - The same change carried out twice at once (its own process is slow, another one recovers it): the ledger does it
//   once; the claim is settled once. A copy of the call that arrives after later changes is a repeat to the ledger, and
//   changes nothing.
// - The ledger refuses: the mark goes, the agreement stays as it was, the refusal is the command's answer. Every plan
//   takes a new change_no, so that a later try is a new request to the ledger and not a repeat of the refused one.
// - The ledger is away: the mark stays, the order is not settled, its caller is told UNAVAILABLE, recovery goes on.
import { type DescMethodUnary, type JsonObject, type MessageShape, toJson } from '@bufbuild/protobuf';
import { LockMode } from '@mikro-orm/core';
import type { Onwards } from '#chassis/call.ts';
import { actorOf, type Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { deriveId } from '#chassis/id.ts';
import type { CallOptions, Outcome } from '#chassis/order.ts';
import { patiently } from '#chassis/patience.ts';
import { type Account, AccountSchema } from '#gen/bank/account/v1/account_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { accountMessage, type Details, type HolderOf, openDetails, readHolders } from './accounts.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { Publish } from './events.ts';
import { AccountRow } from './tables.ts';

/** What is planned for an account: the terms that it shall have, and by which number the ledger knows the change. */
export interface Change<Terms> {
  readonly accountId: string;
  readonly partyId: string;
  readonly currency: string;
  readonly changeNo: number;
  readonly terms: Terms;
}

/** What every command of the ledger about an account begins with. */
export interface LedgerCommand {
  readonly requestId: string;
  readonly validateOnly: boolean;
  readonly ledgerAccountId: string;
  /** Absent: on the bank's own behalf. */
  readonly actor?: Actor;
}

/** A command as its order needs it. */
export interface Command<M extends DescMethodUnary> {
  readonly request: MessageShape<M['input']>;
  readonly call: Call;
}

/** Runs a command again while another change of its account is under way, until its caller would not wait any more. */
export function whenFree<T>(call: Call, command: () => Promise<T>): Promise<T> {
  return patiently(call, 'ACCOUNT_BUSY', command);
}

/** True for a call of a customer; the other ones who may change accounts are staff, and the bank itself. */
export function isCustomer({ principal }: Call): boolean {
  return principal !== undefined && principal.audience !== Audience.STAFF;
}

/** Loads an account that nothing else is changing, locked until the batch ends. */
export async function lockFree(tx: CommandTx, id: string): Promise<AccountRow> {
  return free(await tx.em.findOne(AccountRow, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true }));
}

/** The account, when there is one and nothing else is changing it. */
export function free(row: AccountRow | null | undefined): AccountRow {
  if (!row) throw refuse('ACCOUNT_NOT_FOUND');
  if (row.pendingChange !== null) throw refuse('ACCOUNT_BUSY');
  return row;
}

/** Plans a change: `decide` answers the terms that the account shall have, or refuses. */
export async function planChange<Terms>(
  tx: CommandTx,
  change: { accountId: string; name: string; decide: (row: AccountRow) => Terms },
): Promise<Change<Terms>> {
  const row = await lockFree(tx, change.accountId);
  return begin(row, change.name, change.decide(row));
}

/** Marks an account as one that a change is under way of. */
export function begin<Terms>(row: AccountRow, name: string, terms: Terms): Change<Terms> {
  row.changeNo += 1;
  row.pendingChange = name;
  const { id: accountId, partyId, currency, changeNo } = row;
  return { accountId, partyId, currency, changeNo, terms };
}

/** Tells the ledger of a change. The key that seals the answer is fetched here, where there is no transaction. */
export async function tellLedger<Result>(
  { vault }: Pick<Context, 'vault'>,
  { accountId, partyId, changeNo }: Omit<Change<unknown>, 'terms' | 'currency'>,
  { validateOnly, deadline, call }: CallOptions,
  send: (command: LedgerCommand, on: Onwards) => Promise<Result>,
): Promise<Result> {
  await vault.ready(partyId);
  const command = {
    requestId: `${accountId}/${changeNo}`,
    validateOnly,
    ledgerAccountId: deriveId('lac', accountId),
    ...(call.principal && { actor: actorOf(call) }),
  };
  return send(command, { deadline, trace: call.trace });
}

/**
 * Settles a change: `apply` writes its terms into the row and answers how to publish it; when the ledger refused, there is
 * only `drop` to do, if anything. Answers the account as it is now.
 */
export async function settleChange<Terms>(
  { vault }: Pick<Context, 'vault'>,
  tx: CommandTx,
  settled: {
    change: Change<Terms>;
    outcome: Outcome<unknown>;
    apply: (row: AccountRow) => Publish;
    drop?: (row: AccountRow) => void;
    /** What else it is about, e.g. a pot. */
    resourceIds?: readonly string[];
  },
): Promise<Account> {
  const { accountId: id } = settled.change;
  const row = await tx.em.findOneOrFail(AccountRow, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
  const holders = await readHolders(tx.em, id);
  const details = await openDetails(vault, row);
  row.pendingChange = null;
  if ('refusal' in settled.outcome) {
    settled.drop?.(row);
    tx.record({ resourceIds: [id, ...(settled.resourceIds ?? [])], partyId: row.partyId });
    return accountMessage(row, holders, details);
  }
  const { apply, resourceIds = [] } = settled;
  return applyChange(tx, row, { holders, before: details, after: details, apply, resourceIds });
}

/** Writes a change into the row, counts, publishes and records it. Answers the account as it is now. */
export function applyChange(
  tx: CommandTx,
  row: AccountRow,
  change: {
    holders: readonly HolderOf[];
    /** Who held it before; absent where that is the same. */
    holdersBefore?: readonly HolderOf[];
    before: Details;
    after: Details;
    apply: (row: AccountRow) => Publish;
    /** Of an item of a batch RPC: its own key. */
    requestId?: string;
    /** What else it is about. */
    resourceIds?: readonly string[];
  },
): Account {
  const { holders } = change;
  const before = accountMessage(row, change.holdersBefore ?? holders, change.before);
  const publish = change.apply(row);
  row.version += 1;
  row.updateTime = new Date();
  publish(tx, row, holders);
  const account = accountMessage(row, holders, change.after);
  tx.record({
    ...(change.requestId !== undefined && { requestId: change.requestId }),
    resourceIds: [row.id, ...(change.resourceIds ?? [])],
    partyId: row.partyId,
    // Before it was opened there was nothing.
    ...(row.version > 1 && { before: toJson(AccountSchema, before) as JsonObject }),
    after: toJson(AccountSchema, account) as JsonObject,
  });
  return account;
}
