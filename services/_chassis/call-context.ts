// What a handler knows of the call that it answers.
import type { JsonObject } from '@bufbuild/protobuf';
import { create, fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import { Audience, Workload as WorkloadEnum, WorkloadSchema } from '#gen/bank/options/v1/options_pb.ts';
import type { Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Logger } from './log.ts';
import { thrownAwayKeys } from './rehearsal.ts';
import type { Vault } from './sealing.ts';
import { continueTrace, type Trace, traceparentOf } from './trace.ts';

/** Whence a principal calls, as the edge saw it. Personal: it is only ever written sealed. */
export interface Origin {
  readonly sessionId: string;
  readonly address: string;
  readonly userAgent: string;
}

/** A verified call on its way through a service. */
export interface Call {
  /** The RPC, e.g. `bank.ledger.v1.LedgerService/PostJournals`. */
  readonly rpc: string;
  /** The workload that sent it. */
  readonly caller: Workload;
  /** The customer, member of staff or partner behind it. Absent for workload-scoped calls and for PUBLIC grants. */
  readonly principal: Actor | undefined;
  /** Set for calls that came through the edge. */
  readonly origin: Origin | undefined;
  /** When the caller stops waiting: milliseconds since the epoch. */
  readonly deadline: number;
  readonly trace: Trace;
  readonly log: Logger;
}

/** The one on whose behalf a call is made; for a PUBLIC grant, somebody unknown. */
export function actorOf(call: Call): Actor {
  return call.principal ?? create(ActorSchema, { audience: call.origin ? Audience.PUBLIC : Audience.UNSPECIFIED });
}

/** A workload as the contract writes it; UNSPECIFIED when there is no such. */
export function workloadOf(name: string): WorkloadEnum {
  const words: Readonly<Record<string, WorkloadEnum>> = WorkloadEnum;
  return words[name.toUpperCase().replaceAll('-', '_')] ?? WorkloadEnum.UNSPECIFIED;
}

/** A workload of the contract by its name; empty when there is no such. */
export function wordOf(workload: WorkloadEnum): string {
  const value = WorkloadSchema.value[workload] as { localName: string } | undefined;
  return workload === WorkloadEnum.UNSPECIFIED ? '' : (value?.localName.toLowerCase().replaceAll('_', '-') ?? '');
}

/** Whose request_ids a call's request_id stands among: its principal's, or its workload's. */
export function keyOwner(call: Call): string {
  if (call.principal) return call.principal.partyId;
  return call.origin ? 'public' : `workload:${call.caller}`;
}

const OWN_DEADLINE_MS = 10_000;

/** A call that a workload makes to itself, on nobody's behalf but the bank's. */
export function ownCall(workload: Workload, log: Logger): Call {
  return {
    rpc: workload,
    caller: workload,
    principal: undefined,
    origin: undefined,
    deadline: Date.now() + OWN_DEADLINE_MS,
    trace: continueTrace(undefined),
    log,
  };
}

const ORIGIN_CONTEXT = 'command.origin';

/** The origins of the calls at work, sealed: an order writes its own twice, a batch RPC with every item. */
const sealedOrigins = new WeakMap<Origin, { readonly partyId: string; readonly sealed: Promise<Sealed> }>();

/** Seals whence a call came under a party's key. Undefined when there is no party, or no origin. */
export async function sealOrigin(
  vault: Vault,
  partyId: string | undefined,
  origin: Origin | undefined,
): Promise<Sealed | undefined> {
  if (!partyId || !origin) return undefined;
  const known = sealedOrigins.get(origin);
  if (known?.partyId === partyId) return known.sealed;
  const sealed = vault.seal(partyId, ORIGIN_CONTEXT, Buffer.from(JSON.stringify(origin)));
  if (thrownAwayKeys()) return sealed;
  sealedOrigins.set(origin, { partyId, sealed });
  sealed.catch(() => sealedOrigins.delete(origin));
  return sealed;
}

/** Fetches the key that seals whence a call came, where no transaction has to wait for it. */
export async function readyOrigin(vault: Vault, { principal, origin }: Call): Promise<void> {
  if (principal && origin) await vault.ready(principal.partyId);
}

/** Whence a call came that was sealed. Undefined once its party was erased. */
export async function openOrigin(vault: Vault, sealed: Sealed): Promise<Origin | undefined> {
  const opened = await vault.open(sealed, ORIGIN_CONTEXT);
  return opened && (JSON.parse(opened.toString()) as Origin);
}

const NOWHERE: Origin = { sessionId: '', address: '', userAgent: '' };

/** Packs whose call it is, for the row of an order, so that a recovered order is still theirs. The origin is sealed. */
export async function packCall(vault: Vault, call: Call): Promise<JsonObject> {
  const { principal, origin } = call;
  const packed: JsonObject = { rpc: call.rpc, caller: call.caller, traceparent: traceparentOf(call.trace) };
  if (principal) packed['principal'] = toJson(ActorSchema, principal);
  const sealed = await sealOrigin(vault, principal?.partyId, origin);
  if (sealed) packed['origin'] = Buffer.from(toBinary(SealedSchema, sealed)).toString('base64');
  return packed;
}

/** The call that was packed, with a deadline of its own. */
export async function unpackCall(
  vault: Vault,
  packed: JsonObject,
  now: { deadline: number; log: Logger },
): Promise<Call> {
  const { rpc, caller, principal, origin, traceparent } = packed;
  const opened =
    typeof origin === 'string'
      ? await openOrigin(vault, fromBinary(SealedSchema, Buffer.from(origin, 'base64')))
      : undefined;
  return {
    rpc: typeof rpc === 'string' ? rpc : '',
    caller: caller as Workload,
    principal: principal === undefined ? undefined : fromJson(ActorSchema, principal),
    // Whence it came is known to its principal's key alone; that it came from outside is known without.
    origin: principal === undefined ? undefined : (opened ?? NOWHERE),
    trace: continueTrace(typeof traceparent === 'string' ? traceparent : undefined),
    ...now,
  };
}
