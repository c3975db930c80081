// Executes what was approved: once, since the service that is called knows its maker's request_id; and however often a
// process dies over it, since the next one takes it up when the lease is over. Ends what nobody approved.

import { type Call, unpackCall } from '#chassis/call-context.ts';
import { packRefusal } from '#chassis/claims.ts';
import { Refusal } from '#chassis/errors.ts';
import { outcomeOf } from '#chassis/order.ts';
import { insertOutbox, type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { repeat } from '#chassis/repeat.ts';
import { type ApprovalRow, leaseApproved, moveApproval, type Step, selectPending } from './approval-tables.ts';
import { REQUEST_CONTEXT, RESPONSE_CONTEXT, sealed, sealedIn } from './approvals.ts';
import type { Context } from './context.ts';
import { snapshotOf, stateAt } from './domain/approval.ts';
import { refuse } from './domain/refusals.ts';
import { approvalMoved } from './events.ts';

const LOOK_MS = 200;
const SWEEP_MS = 1_000;
/** Longer than a call may take, so that of two processes one at a time is at work on an approval. */
const LEASE_MS = 6_000;
const CALL_MS = 5_000;
const AT_ONCE = 20;
const SWEPT_AT_ONCE = 1_000;

/** Starts the execution of what is approved. Answers how to stop it. */
export function startExecuting(context: Context): () => Promise<void> {
  const { log } = context;
  const stops = [
    repeat(LOOK_MS, () => executeApproved(context), log, 'what was approved has to wait'),
    repeat(SWEEP_MS, () => sweep(context), log, 'what expired is not marked yet'),
  ];
  return async () => {
    for (const stop of stops) await stop();
  };
}

async function executeApproved(context: Context): Promise<void> {
  const rows = await context.database.query(leaseApproved(LEASE_MS, AT_ONCE));
  const work = rows.map((row) =>
    execute(context, row).catch((error: unknown) =>
      // The lease will be over, and then it is tried again.
      context.log.warn({ err: error, approval: row.id }, 'an approved request could not be executed yet'),
    ),
  );
  await Promise.all(work);
}

async function execute(context: Context, row: ApprovalRow): Promise<void> {
  const call = await makersCall(context, row);
  await move(context, row, call, await resultOf(context, row, call));
}

/** Asks the service, and says where that takes the approval. Throws what may be otherwise another time. */
async function resultOf(context: Context, row: ApprovalRow, call: Call): Promise<Step> {
  if (row.rule !== snapshotOf(row.rpc)) return { state: 'stale', reason: 'RULE_CHANGED' };
  const kept = sealedIn(row.request);
  const request = await context.vault.open(kept, REQUEST_CONTEXT);
  if (!request) return failed(refuse('REQUEST_ERASED'));
  try {
    const outcome = await outcomeOf(() => context.executor.send(row.rpc, request, call));
    if ('refusal' in outcome) return failed(outcome.refusal);
    return { state: 'executed', outcome: await sealed(context, kept.partyId, RESPONSE_CONTEXT, outcome.value) };
  } catch (error) {
    // The thing is not as its maker saw it, and never will be again.
    if (error instanceof Refusal && error.reason === 'ETAG_MISMATCH') return { state: 'stale', reason: error.reason };
    throw error;
  }
}

function failed(refusal: Refusal): Step {
  return { state: 'failed', outcome: packRefusal(refusal), reason: refusal.reason };
}

/** Marks what nobody approved in time, and what can no longer be approved because its rule is another. */
async function sweep(context: Context): Promise<void> {
  const rows = await context.database.query(selectPending(SWEPT_AT_ONCE));
  const [first] = rows;
  if (!first) return;
  const now = await context.executor.now(await makersCall(context, first));
  for (const row of rows) {
    const isOver = stateAt(row, now.getTime()) === 'expired';
    if (isOver) await move(context, row, await makersCall(context, row), { state: 'expired' });
    else if (row.rule !== snapshotOf(row.rpc)) {
      await move(context, row, await makersCall(context, row), { state: 'stale', reason: 'RULE_CHANGED' });
    }
  }
}

/** The call of a request's maker, which carries who approved it. */
async function makersCall({ vault, log }: Context, { call, approverId }: ApprovalRow): Promise<Call> {
  const made = await unpackCall(vault, call, { deadline: Date.now() + CALL_MS, log });
  return made.principal ? { ...made, principal: { ...made.principal, approverId } } : made;
}

/** Takes an approval to another state and says so, in one commit; unless another process did. */
async function move({ database }: Context, row: ApprovalRow, call: Call, step: Step): Promise<void> {
  await database.transaction(async (tx) => {
    const [moved] = await tx.query(moveApproval(row, step));
    if (!moved) return;
    const events: OutboxEvent[] = [];
    approvalMoved(moved, (schema, event, aggregate) => void events.push(outboxEvent(schema, event, aggregate, call)));
    await tx.query(insertOutbox(events));
  });
}
