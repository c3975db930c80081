// One batch of commands in one transaction: claims are looked up, commands decided one after the other, and what they
// staged is written in a handful of statements.
import type { EntityClass } from '@mikro-orm/core';
import { CommandRecordedSchema } from '#gen/bank/type/v1/event_pb.ts';
import type { BatchState, Settled } from './batch.ts';
import { actorOf, type Call, packCall, sealOrigin, workloadOf } from './call-context.ts';
import {
  type Claim,
  type ClaimKey,
  insertClaims,
  keyText,
  lockClaims,
  packAnswer,
  packRefusal,
  settleClaims,
} from './claims.ts';
import type { Bulk, CommandTx, Job, JobOutcome, Record } from './command.ts';
import { Outside, type Tx } from './database.ts';
import { isDecision, Refusal, refuseCall } from './errors.ts';
import { newId } from './id.ts';
import { insertOutbox, type OutboxEvent, outboxEvent } from './outbox.ts';
import type { Vault } from './sealing.ts';

/** Runs the jobs of one batch in its transaction: one outcome per job, in order. */
export async function runBatch(
  vault: Vault,
  tx: Tx,
  jobs: readonly Job[],
  state: BatchState,
): Promise<readonly Settled<JobOutcome>[]> {
  const found = await tx.query(lockClaims(keysOf(jobs)));
  const claims = new Map(found.map((claim) => [keyText(claim), claim]));
  const inserts = new Map<string, Claim>();
  const settles: Claim[] = [];
  const staged: Staged = { inserts: new Map(), rows: new Map() };
  const events: OutboxEvent[] = [];
  const outcomes: Settled<JobOutcome>[] = [];

  for (const job of jobs) {
    const known = claims.get(keyText(job.key));
    if (known && !(job.settles && known.state === 'planned')) {
      outcomes.push({ value: { claim: known, fresh: false } });
      continue;
    }
    const decided = await decideOne(vault, tx, job);
    // The next one begins with nothing loaded: what a refused one changed is forgotten, and a flush, which compares
    // everything that is loaded, has but one command's to look at.
    tx.em.clear();
    if ('error' in decided) {
      outcomes.push(decided);
      continue;
    }
    const { claim, stage } = decided;
    for (const [entity, rows] of stage.inserts) append(staged.inserts, entity, rows);
    for (const [bulk, rows] of stage.rows) append(staged.rows, bulk, rows);
    events.push(...stage.events);
    claims.set(keyText(claim), claim);
    if (known) settles.push(claim);
    else inserts.set(keyText(claim), claim);
    outcomes.push({ value: { claim, fresh: true } });
  }

  fetchFirst(outcomes);
  await writeStaged(tx, staged);
  if (events.length > 0) await tx.query(insertOutbox(events));
  if (inserts.size > 0) await tx.query(insertClaims([...inserts.values()]));
  if (settles.length > 0) await tx.query(settleClaims(settles));
  if (!state.everyoneIsLate()) return outcomes;
  tx.rollbackAtEnd();
  return jobs.map(() => ({ error: refuseCall('DEADLINE_PASSED') }));
}

/** When something is missing that has to be fetched, all that is missing is fetched at once, and the batch runs again. */
function fetchFirst(outcomes: readonly Settled<JobOutcome>[]): void {
  const missing = outcomes.flatMap((outcome) =>
    'error' in outcome && outcome.error instanceof Outside ? [outcome.error] : [],
  );
  if (missing.length > 0) throw new Outside(() => Promise.all(missing.map(({ fetch }) => fetch())));
}

/** The keys of a batch, each once; with its intent wherever one of its jobs does not settle it, and may have to go on. */
function keysOf(jobs: readonly Job[]): (ClaimKey & { settles: boolean })[] {
  const keys = new Map<string, ClaimKey & { settles: boolean }>();
  for (const { key, settles } of jobs) {
    const name = keyText(key);
    keys.set(name, { ...key, settles: settles && (keys.get(name)?.settles ?? true) });
  }
  return [...keys.values()];
}

/** Decides one job: its claim with all that goes with it, or an error that is not remembered. */
async function decideOne(vault: Vault, tx: Tx, job: Job): Promise<{ claim: Claim; stage: Stage } | { error: unknown }> {
  const stage = staging(vault, tx, job.call);
  const base = { ...job.key, fingerprint: job.fingerprint };
  try {
    const decision = await job.decide(stage.tx);
    await tx.em.flush();
    if ('intent' in decision) {
      const intent = { order: decision.intent, call: await packCall(vault, job.call) };
      return { claim: { ...base, state: 'planned', intent, answer: null }, stage };
    }
    const answer = await packAnswer(vault, job.method, decision.response as never, stage.records[0]?.partyId);
    await stage.recordCommand(job, undefined);
    return { claim: { ...base, state: 'done', intent: null, answer }, stage };
  } catch (error) {
    // Nothing of this batch stands; the others are decided to learn what else is missing.
    if (error instanceof Outside) return { error };
    if (!(error instanceof Refusal)) throw error;
    if (stage.executed && !job.settles) throw new Error(`${job.method.name} refused after it wrote`, { cause: error });
    // What a refused command staged is dropped; what the settling of an order staged stands, refused or not.
    if (job.settles) await tx.em.flush();
    // What an order's call was refused for is its outcome, whatever it is.
    if (!job.settles && !isDecision(error)) return { error };
    const kept = job.settles ? stage : staging(vault, tx, job.call);
    await kept.recordCommand(job, error);
    return { claim: { ...base, state: 'refused', intent: null, answer: packRefusal(error) }, stage: kept };
  }
}

/** New entities and rows that wait to be written together. */
export interface Staged {
  readonly inserts: Map<EntityClass<object>, object[]>;
  readonly rows: Map<Bulk<never>, never[]>;
}

/** Writes what was staged: a statement for each kind. */
export async function writeStaged(tx: Tx, { inserts, rows }: Staged): Promise<void> {
  for (const [entity, entities] of inserts) await tx.em.insertMany(entity, entities);
  for (const [bulk, staged] of rows) await tx.query(bulk(staged));
}

/** What one command wants written. */
export interface Stage extends Staged {
  readonly tx: CommandTx;
  readonly events: OutboxEvent[];
  readonly records: Record[];
  executed: boolean;
  recordCommand(job: Job, refusal: Refusal | undefined): Promise<void>;
}

/** Collects what one command wants written. */
export function staging(vault: Vault, tx: Tx, call: Call): Stage {
  const inserts: Staged['inserts'] = new Map();
  const rows: Staged['rows'] = new Map();
  const events: OutboxEvent[] = [];
  const stage: Stage = {
    inserts,
    rows,
    events,
    records: [],
    executed: false,
    tx: {
      em: tx.em,
      query: tx.query,
      execute: async (statement) => {
        stage.executed = true;
        await tx.query(statement);
      },
      insert: (entity, row) => append(inserts, entity as EntityClass<object>, [row]),
      write: (bulk, row) => append(rows, bulk as Bulk<never>, [row as never]),
      publish: (schema, event, aggregate) => void events.push(outboxEvent(schema, event, aggregate, call)),
      record: (record) => void stage.records.push(record),
    },
    async recordCommand(job, refusal) {
      // One record per command, by the first service behind the edge.
      if (!call.origin) return;
      for (const record of stage.records.length > 0 ? stage.records : [undefined]) {
        const recorded = await commandRecorded(vault, job, record, refusal);
        events.push(outboxEvent(CommandRecordedSchema, recorded, { id: newId('evt'), sequence: 1 }, call));
      }
    },
  };
  return stage;
}

/** Adds rows to those of their kind. */
export function append<Kind, Row>(all: Map<Kind, Row[]>, kind: Kind, rows: readonly Row[]): void {
  const known = all.get(kind);
  if (known) known.push(...rows);
  else all.set(kind, [...rows]);
}

async function commandRecorded(vault: Vault, job: Job, record: Record | undefined, refusal: Refusal | undefined) {
  const { call, method } = job;
  const seal = (partyId: string | undefined, part: string, content: object | undefined) =>
    partyId && content
      ? vault.seal(partyId, `command.${part}`, Buffer.from(JSON.stringify(content)))
      : Promise.resolve(undefined);
  const [before, after, origin] = await Promise.all([
    seal(record?.partyId, 'before', record?.before),
    seal(record?.partyId, 'after', record?.after),
    sealOrigin(vault, actorOf(call).partyId || record?.partyId, call.origin),
  ]);
  return {
    rpc: `${method.parent.typeName}/${method.name}`,
    requestId: record?.requestId ?? job.key.requestId,
    resourceIds: [...(record?.resourceIds ?? [])],
    accepted: !refusal,
    reason: refusal?.reason ?? '',
    caller: workloadOf(call.caller),
    ...(before && { before }),
    ...(after && { after }),
    ...(origin && { origin }),
  };
}
