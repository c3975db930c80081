// The one write path. Every command of a service runs here: claimed by its key, decided, recorded, published and
// answered in one transaction that it shares with the commands that arrived while the one before was in flight.
import type {
  DescMessage,
  DescMethodUnary,
  JsonObject,
  JsonValue,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import type { EntityClass, RequiredEntityData } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import { rulesByPath } from '#gen/bank/rules.ts';
import { type Batcher, batcher } from './batch.ts';
import { type Call, keyOwner, readyOrigin } from './call-context.ts';
import { type Claim, type ClaimKey, fingerprintOf, selectClaims, unpackAnswer } from './claims.ts';
import { runBatch, staging, writeStaged } from './command-batch.ts';
import type { Database } from './database.ts';
import { isAboutStepUp, isDecision, Refusal, refuseCall } from './errors.ts';
import type { Aggregate } from './outbox.ts';
import { rehearsed } from './rehearsal.ts';
import type { KeyPort, Vault } from './sealing.ts';

/** A statement that writes many rows of one kind at once. */
export type Bulk<Row> = (rows: readonly Row[]) => RawBuilder<unknown>;

/** What a command did, for the audit record. `before` and `after` are sealed under the party's key. */
export interface Record {
  /** Of an item of a batch RPC: its own key. Absent: the command's. */
  readonly requestId?: string;
  readonly resourceIds: readonly string[];
  readonly partyId: string;
  readonly before?: JsonObject;
  readonly after?: JsonObject;
}

/** What a command may do inside the batch's transaction. Nothing that a refused command staged is ever written. */
export interface CommandTx {
  /** For entities that change seldom; written when the command is accepted. */
  readonly em: SqlEntityManager;
  /** Stages a new entity, to be written together with those of all other commands of the batch, before other rows. */
  insert<E extends object>(entity: EntityClass<E>, row: RequiredEntityData<E>): void;
  /** Reads, or locks rows. Must not write. */
  query<Row>(statement: RawBuilder<Row>): Promise<Row[]>;
  /** Writes at once, where later commands of the batch must see it. A command that has done so may no longer refuse. */
  execute(statement: RawBuilder<unknown>): Promise<void>;
  /** Stages a row to be written together with those of all other commands of the batch. */
  write<Row>(bulk: Bulk<Row>, row: Row): void;
  /** Publishes an event about an aggregate. */
  publish<D extends DescMessage>(schema: D, event: MessageInitShape<D>, aggregate: Aggregate): void;
  /** Says what the command did; a batch RPC's, of each item. Required before personal data is answered. */
  record(record: Record): void;
}

/** The requests of commands all carry these. */
export interface CommandRequest {
  readonly requestId: string;
  readonly validateOnly: boolean;
}

/** One command on its way through a batch. */
export interface Job {
  readonly key: ClaimKey;
  readonly fingerprint: Buffer;
  readonly method: DescMethodUnary;
  readonly call: Call;
  readonly deadline: number;
  /** Decides it: answers with the response, or with the intent of a call to another service. */
  readonly decide: (tx: CommandTx) => Promise<Decision>;
  /** True when this settles a planned command. */
  readonly settles: boolean;
}

/** What a command comes to inside its batch. */
export type Decision = { readonly response: MessageShape<DescMessage> } | { readonly intent: JsonValue };

/** What a batch answers for a job: its claim as it now stands, and whether this batch wrote it. */
export interface JobOutcome {
  readonly claim: Claim;
  readonly fresh: boolean;
}

/** The write path of one service. */
export interface Commands {
  readonly database: Database;
  readonly vault: Vault;
  readonly batches: Batcher<Job, JobOutcome>;
  readonly fingerprintKey: Buffer;
  /**
   * Runs a command that this service decides alone. `prepare` reads what other services own, outside any transaction;
   * `decide` checks, loads, decides, saves and answers. A refusal of either that is a decision is remembered.
   */
  run<M extends DescMethodUnary, Prepared>(
    method: M,
    request: MessageShape<M['input']> & CommandRequest,
    call: Call,
    steps: {
      prepare?: () => Promise<Prepared>;
      decide: (tx: CommandTx, prepared: Prepared) => Promise<MessageInitShape<M['output']>>;
    },
  ): Promise<MessageShape<M['output']>>;
  drain(): Promise<void>;
}

const BATCH_MAX = 500;

/** Makes the write path of a service. */
export function commands(options: {
  database: Database;
  vault: Vault;
  keys: KeyPort;
  measured?: (size: number, milliseconds: number) => void;
}): Commands {
  const { database, vault, measured } = options;
  const fingerprintKey = options.keys.secret('fingerprint');
  const batches = batcher<Job, JobOutcome>({
    maxItems: BATCH_MAX,
    run: (jobs, state) => database.transaction((tx) => runBatch(vault, tx, jobs, state)),
    ...(measured && { measured }),
  });
  const run: Commands['run'] = async (method, request, call, steps) => {
    const { typeName } = method.parent;
    const noReplay = rulesByPath.get(`${typeName}/${method.name}`)?.noReplay === true;
    const key = claimKey(method, call, request.requestId);
    // Nothing is left of what holds a credential, not even a hash: whatever its content, a repeat is refused.
    const fingerprint = fingerprintOf(fingerprintKey, method.input, noReplay ? create(method.input) : request);
    // Before it is prepared, which for a login counts as a try.
    if (noReplay) await refuseRepeat(vault, method, await settledClaim(database, key, fingerprint));
    const prepared = await attempt(async () => steps.prepare?.());
    let credentials: MessageShape<DescMessage> | undefined;
    const decide = async (tx: CommandTx): Promise<Decision> => {
      const made = await steps.decide(tx, orThrow(prepared) as never);
      const response = create(method.output, made as MessageInitShape<typeof method.output>);
      if (!noReplay) return { response };
      credentials = response;
      return { response: create(method.output) };
    };
    if (request.validateOnly) {
      const known = await settledClaim(database, key, fingerprint);
      if (known) return unpackAnswer(vault, method, known);
      const decision = await rehearse(database, vault, call, decide);
      return ('response' in decision ? decision.response : create(method.output)) as never;
    }
    await readyOrigin(vault, call);
    const job: Job = { key, fingerprint, method, call, deadline: call.deadline, decide, settles: false };
    const { claim, fresh } = await batches.submit(job);
    const answer = await unpackAnswer(vault, method, checked(claim, fingerprint));
    if (!noReplay) return answer;
    if (!fresh || !credentials) throw refuseCall('ANSWER_NOT_KEPT');
    return credentials as never;
  };
  return {
    database,
    vault,
    batches,
    fingerprintKey,
    drain: () => batches.drain(),
    run(method, request, call, steps) {
      const work = () => run(method, request, call, steps);
      return request.validateOnly ? rehearsed(work) : work();
    },
  };
}

/** The key of a command. */
export function claimKey(method: DescMethodUnary, call: Call, requestId: string): ClaimKey {
  return { rpc: method.name, owner: keyOwner(call), requestId };
}

/** The claim, when it is of the same content; refuses another. */
export function checked(claim: Claim, fingerprint: Buffer): Claim {
  if (!claim.fingerprint.equals(fingerprint)) throw refuseCall('REQUEST_EXISTS');
  return claim;
}

/** The claim of a command that was settled before: what would happen is that it is answered again. */
export async function settledClaim(database: Database, key: ClaimKey, fingerprint: Buffer): Promise<Claim | undefined> {
  const [claim] = await database.query(selectClaims([key]));
  return claim && checked(claim, fingerprint).state !== 'planned' ? claim : undefined;
}

/** Refuses what was settled before and keeps no answer: with its own refusal, or with ANSWER_NOT_KEPT when it was done. */
async function refuseRepeat(vault: Vault, method: DescMethodUnary, known: Claim | undefined): Promise<void> {
  if (!known) return;
  await unpackAnswer(vault, method, known);
  throw refuseCall('ANSWER_NOT_KEPT');
}

/** A value or the refusal that came instead, to be looked at later. */
export async function attempt<T>(work: () => Promise<T>): Promise<{ value: T } | { refusal: Refusal }> {
  try {
    return { value: await work() };
  } catch (error) {
    // Who repeats what was done need not prove it again: its claim is looked for first.
    if (error instanceof Refusal && (isDecision(error) || isAboutStepUp(error))) return { refusal: error };
    throw error;
  }
}

/** The value of an attempt, or its refusal thrown. */
export function orThrow<T>(attempted: { value: T } | { refusal: Refusal }): T {
  if ('refusal' in attempted) throw attempted.refusal;
  return attempted.value;
}

/** Decides a command in a transaction that is rolled back: what would happen. */
export function rehearse(
  database: Database,
  vault: Vault,
  call: Call,
  decide: (tx: CommandTx) => Promise<Decision>,
): Promise<Decision> {
  return database.transaction(
    async (tx) => {
      const stage = staging(vault, tx, call);
      const decision = await decide(stage.tx);
      await tx.em.flush();
      await writeStaged(tx, stage);
      return decision;
    },
    { rollback: true },
  );
}
