// The log of where an account was in its life and what was frozen: who changed it, when, and why. Only ever added to.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { actorOf, type Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { type StatusChange, StatusChangeSchema } from '#gen/bank/account/v1/account_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { type AccountState, accountStates, type FreezeReason, freezeReasons } from './domain/words.ts';
import type { AccountRow } from './tables.ts';

/** Who did something, as it stands in an intent: empty for the bank itself. */
export interface By {
  readonly actorId: string;
  readonly approverId: string;
  readonly isStaff: boolean;
}

/** The bank itself. */
export const THE_BANK: By = { actorId: '', approverId: '', isStaff: false };

/** Who calls. */
export function byOf(call: Call): By {
  const { partyId, approverId, audience } = actorOf(call);
  return { actorId: partyId, approverId, isStaff: audience === Audience.STAFF };
}

/** Why an account is where it is. */
export type StatusReason =
  | 'OPENED'
  | 'CUT_OVER'
  | 'NO_MOVEMENT'
  | 'MOVEMENT'
  | 'WOKEN'
  | 'CLOSED'
  | 'ESCHEATED'
  | 'ESTATE_PAID_OUT'
  | 'FROZEN'
  | 'UNFROZEN';

interface StatusRow extends By {
  readonly accountId: string;
  readonly version: number;
  readonly fromState: AccountState;
  readonly toState: AccountState;
  readonly freezeDebits: boolean;
  readonly freezeCredits: boolean;
  readonly freezeReason: FreezeReason | null;
  readonly freezeReference: string;
  readonly reason: string;
}

/** Notes a change that the next version of an account makes, as its row will be then. */
export function noteStatus(
  tx: Pick<CommandTx, 'write'>,
  row: AccountRow,
  change: { readonly from: AccountState; readonly reason: StatusReason; readonly by: By | undefined },
): void {
  tx.write(insertStatusChanges, {
    accountId: row.id,
    version: row.version + 1,
    fromState: change.from,
    toState: row.state,
    freezeDebits: row.freezeDebits,
    freezeCredits: row.freezeCredits,
    freezeReason: row.freezeReason ?? null,
    freezeReference: row.freezeReference,
    reason: change.reason,
    // What was planned before there was the log does not say who it was.
    ...(change.by ?? THE_BANK),
  });
}

/** Takes an account to another state on a day, and notes it. */
export function moveTo(
  tx: Pick<CommandTx, 'write'>,
  row: AccountRow,
  state: AccountState,
  change: { readonly day: string; readonly reason: StatusReason; readonly by: By | undefined },
): void {
  const from = row.state;
  row.state = state;
  row.stateDate = change.day;
  noteStatus(tx, row, { from, ...change });
}

function insertStatusChanges(rows: readonly StatusRow[]): RawBuilder<unknown> {
  const column = (of: (row: StatusRow) => string | null) => sqlArray(rows.map(of));
  return sql`
    insert into status_change (account_id, version, from_state, to_state, freeze_debits, freeze_credits, freeze_reason,
      freeze_reference, reason, actor_id, approver_id, by_staff, create_time)
    select s.*, clock_timestamp() from unnest(
      ${column((row) => row.accountId)}::text[], ${sqlArray(rows.map(({ version }) => version))}::integer[],
      ${column((row) => row.fromState)}::text[], ${column((row) => row.toState)}::text[],
      ${sqlArray(rows.map(({ freezeDebits }) => freezeDebits))}::boolean[],
      ${sqlArray(rows.map(({ freezeCredits }) => freezeCredits))}::boolean[],
      ${column((row) => row.freezeReason)}::text[], ${column((row) => row.freezeReference)}::text[],
      ${column((row) => row.reason)}::text[], ${column((row) => row.actorId)}::text[],
      ${column((row) => row.approverId)}::text[], ${sqlArray(rows.map(({ isStaff }) => isStaff))}::boolean[]
    ) s
  `;
}

/** The changes of an account before a version, newest first. */
export function selectStatusChanges(accountId: string, before: number | undefined, limit: number) {
  return sql<StatusRow & { readonly createMs: number }>`
    select account_id as "accountId", version, from_state as "fromState", to_state as "toState",
      freeze_debits as "freezeDebits", freeze_credits as "freezeCredits", freeze_reason as "freezeReason",
      freeze_reference as "freezeReference", reason, actor_id as "actorId", approver_id as "approverId",
      by_staff as "isStaff", floor(extract(epoch from create_time) * 1000)::float8 as "createMs"
    from status_change
    where account_id = ${accountId} and ${before === undefined ? sql`true` : sql`version < ${before}`}
    order by version desc limit ${limit}
  `;
}

/** The message of a change, as it is shown to a principal: to customers without the names of staff. */
export function statusChangeMessage(
  row: StatusRow & { readonly createMs: number },
  principal: Actor | undefined,
): StatusChange {
  const isShown = principal?.audience === Audience.STAFF || !row.isStaff;
  return create(StatusChangeSchema, {
    accountId: row.accountId,
    version: row.version,
    fromState: accountStates.value(row.fromState),
    toState: accountStates.value(row.toState),
    ...(row.freezeReason && {
      freeze: {
        debits: row.freezeDebits,
        credits: row.freezeCredits,
        reason: freezeReasons.value(row.freezeReason),
        reference: row.freezeReference,
      },
    }),
    reason: row.reason,
    ...(isShown && { actorId: row.actorId, approverId: row.approverId }),
    createTime: timestampFromMs(row.createMs),
  });
}
