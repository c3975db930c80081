// The statements about step-ups.
import { type RawBuilder, sql } from 'kysely';
import type { StepUpState } from './domain/step-up.ts';

/** A step-up. */
export interface StepUpRow {
  readonly id: string;
  readonly partyId: string;
  readonly rpc: string;
  readonly requestId: string;
  readonly nonce: Buffer;
  readonly link: Buffer;
  /** bank.security.v1.PaymentToProve as JSON. */
  readonly payment: unknown;
  readonly state: StepUpState;
  readonly failures: number;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly expireMs: number;
}

const STEP_UP = sql`
  id, party_id as "partyId", rpc, request_id as "requestId", nonce, link, payment, state, failures, version,
  (extract(epoch from expire_time) * 1000)::float8 as "expireMs"
`;

/** A step-up by its id. */
export function selectStepUp(id: string): RawBuilder<StepUpRow> {
  return sql<StepUpRow>`select ${STEP_UP} from step_up where id = ${id}`;
}

/** A step-up by its id, locked. */
export function lockStepUp(id: string): RawBuilder<StepUpRow> {
  return sql<StepUpRow>`select ${STEP_UP} from step_up where id = ${id} for update`;
}

/** The step-up of a request, locked. */
export function lockStepUpOf(asked: Pick<StepUpRow, 'partyId' | 'rpc' | 'requestId'>): RawBuilder<StepUpRow> {
  const { partyId, rpc, requestId } = asked;
  return sql<StepUpRow>`
    select ${STEP_UP} from step_up where party_id = ${partyId} and rpc = ${rpc} and request_id = ${requestId} for update
  `;
}

/** The step-up of a request, not locked. */
export function selectStepUpOf(asked: Pick<StepUpRow, 'partyId' | 'rpc' | 'requestId'>): RawBuilder<StepUpRow> {
  const { partyId, rpc, requestId } = asked;
  return sql<StepUpRow>`
    select ${STEP_UP} from step_up where party_id = ${partyId} and rpc = ${rpc} and request_id = ${requestId}
  `;
}

/** Keeps a new step-up. Answers nothing when there is one of the same request. */
export function insertStepUp(row: StepUpRow, now: Date): RawBuilder<{ id: string }> {
  const payment = row.payment === null ? null : JSON.stringify(row.payment);
  return sql<{ id: string }>`
    insert into step_up (id, party_id, rpc, request_id, nonce, link, payment, state, failures, version, create_time, expire_time)
    values (${row.id}, ${row.partyId}, ${row.rpc}, ${row.requestId}, ${row.nonce}, ${row.link}, ${payment}::jsonb,
      ${row.state}, ${row.failures}, ${row.version}, ${now}, ${new Date(row.expireMs)})
    on conflict (party_id, rpc, request_id) do nothing returning id
  `;
}

/** Takes a step-up to where it is now. */
export function moveStepUp({ id, state, failures, version }: StepUpRow): RawBuilder<unknown> {
  return sql`
    update step_up set state = ${state}, failures = ${failures}, version = ${version} where id = ${id}
  `;
}

/** Marks how far an account has come, with a payment that was proved and is yet to be counted. */
export function markStepUp(accountId: string, amount: bigint): RawBuilder<unknown> {
  return sql`
    insert into step_up_mark (account_id, transfers, total)
    select ${accountId}, coalesce(max(transfers), 0) + 1, coalesce(max(total), 0) + ${amount}::numeric
    from account_usage where account_id = ${accountId}
    on conflict (account_id) do update set transfers = excluded.transfers, total = excluded.total
  `;
}
