// What the edge tells of its own accord: each thing under a key that the edge has made, recorded once whoever repeats it.
import { type Call, sealOrigin } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import type { KeyedItem } from '#chassis/item-claims.ts';
import type { Vault } from '#chassis/sealing.ts';
import { PersonalDataReadSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import type { PersonalDataReading } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';

/** Of what is told: who did it, and whence. */
interface Told {
  readonly actor?: Actor | undefined;
  readonly address: string;
  readonly userAgent: string;
}

/** One that stands in a call twice counts once, as in two calls. */
export function firstOfEach<T>(told: readonly T[], keyOf: (one: T) => string): T[] {
  return [...Map.groupBy(told, keyOf).values()].flatMap(([first]) => first ?? []);
}

/** The items have keys of their own; and it is the edge's own call, on nobody's behalf. */
export function edgesOwn<R extends object>(request: R, call: Call): { request: R & { requestId: string }; call: Call } {
  return {
    request: { ...request, requestId: newId('cmd') },
    call: { ...call, principal: undefined, origin: undefined },
  };
}

/** Whence each was done, under the key of whoever did it. */
export function originsOf(vault: Vault, told: readonly Told[]): Promise<(Sealed | undefined)[]> {
  return Promise.all(
    told.map(({ actor, address, userAgent }) =>
      sealOrigin(vault, actor?.partyId, { sessionId: actor?.sessionId ?? '', address, userAgent }),
    ),
  );
}

/** The claims of what is told, which has no outcome but that it is recorded. */
export function claimsOf(keys: readonly string[], fingerprints: readonly Buffer[]) {
  return keys.map((key, index): KeyedItem & { outcome: { response: object } } => ({
    key,
    fingerprint: fingerprints[index] as Buffer,
    outcome: { response: {} },
  }));
}

/** Says that somebody read personal data. */
export function personalDataRead(tx: CommandTx, reading: PersonalDataReading, origin: Sealed | undefined): void {
  const { $typeName: _, address: _address, userAgent: _userAgent, actor, ...read } = reading;
  const event = { ...read, ...(actor && { actor }), ...(origin && { origin }) };
  tx.publish(PersonalDataReadSchema, event, { id: read.readId, sequence: 1 });
}
