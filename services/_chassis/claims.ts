// Claims: one row per command, keyed (RPC, owner of the key, request_id). It makes every command happen once, and
// answers a repeat with what the first call was answered, for ever.
import { createHmac } from 'node:crypto';
import type { DescMessage, DescMethodUnary, JsonObject, JsonValue, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { personalMessages } from '#gen/bank/rules.ts';
import { RefusalSchema } from '#gen/bank/type/v1/error_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Database } from './database.ts';
import { asBuffer, toBinaries } from './encode.ts';
import { Refusal } from './errors.ts';
import type { Vault } from './sealing.ts';
import { sqlArray } from './sql-array.ts';

/** Which command it is. */
export interface ClaimKey {
  readonly rpc: string;
  readonly owner: string;
  readonly requestId: string;
}

/** Where a command is: planned (its call to another service is not settled yet), done, or refused. */
export type ClaimState = 'planned' | 'done' | 'refused';

/** A row of the claims. */
export interface Claim extends ClaimKey {
  readonly fingerprint: Buffer;
  readonly state: ClaimState;
  /** Of a planned command: what to call, so that anybody can go on with it. Never personal. */
  readonly intent: { readonly order: JsonValue; readonly call: JsonObject } | null;
  /** Of a settled command: the response or the refusal, sealed when it is personal. */
  readonly answer: Buffer | null;
}

const NOTHING = Buffer.alloc(0);

/**
 * The key of the next try at something that the bank does in its own name and that can be refused for now: the key of the try that was
 * not refused, done or under way, so that it is done once; else one that nobody has used.
 */
export async function nextTryKey({ query }: Pick<Database, 'query'>, key: Omit<ClaimKey, 'requestId'>, text: string) {
  const tries = await query(sql<{ requestId: string; state: ClaimState }>`
    select request_id as "requestId", state from command
    where rpc = ${key.rpc} and owner = ${key.owner} and request_id >= ${`${text}/`} and request_id < ${`${text}0`}
  `);
  const standing = tries.find(({ state }) => state !== 'refused');
  return standing?.requestId ?? ownKey(`${text}/${tries.length}`);
}

/** The text that tells claims apart. */
export function keyText({ rpc, owner, requestId }: ClaimKey): string {
  return `${rpc}\n${owner}\n${requestId}`;
}

/**
 * A key under which the bank does in a caller's name what that caller asked for before, of a text that names it. Contracts let no caller give a key
 * of more than 64 characters, so that nobody can have used this one for anything else.
 */
export function ownKey(text: string): string {
  return text.padEnd(80, '/');
}

/** The intent of a command `c`, as the driver reads it: it stands there as the bytes of its JSON. */
const INTENT = sql`convert_from(c.intent, 'UTF8')::json`;

/** Reads and locks those of the claims that exist. Who settles an order brings its intent, and need not read it again. */
export function lockClaims(keys: readonly (ClaimKey & { readonly settles: boolean })[]): RawBuilder<Claim> {
  return sql<Claim>`
    select c.rpc, c.owner, c.request_id as "requestId", c.fingerprint, c.state,
      case when k.settles then null else ${INTENT} end as intent, c.answer
    from unnest(
      ${sqlArray(keys.map(({ rpc }) => rpc))}::text[],
      ${sqlArray(keys.map(({ owner }) => owner))}::text[],
      ${sqlArray(keys.map(({ requestId }) => requestId))}::text[],
      ${sqlArray(keys.map(({ settles }) => settles))}::boolean[]
    ) as k (rpc, owner, request_id, settles)
    join command c on c.rpc = k.rpc and c.owner = k.owner and c.request_id = k.request_id
    order by c.rpc, c.owner, c.request_id
    for update of c
  `;
}

/** Those of the claims that exist, as they stand now. */
export function selectClaims(keys: readonly ClaimKey[]): RawBuilder<Claim> {
  return sql<Claim>`
    select c.rpc, c.owner, c.request_id as "requestId", c.fingerprint, c.state, ${INTENT} as intent, c.answer
    from unnest(
      ${sqlArray(keys.map(({ rpc }) => rpc))}::text[],
      ${sqlArray(keys.map(({ owner }) => owner))}::text[],
      ${sqlArray(keys.map(({ requestId }) => requestId))}::text[]
    ) as k (rpc, owner, request_id)
    join command c on c.rpc = k.rpc and c.owner = k.owner and c.request_id = k.request_id
  `;
}

/**
 * Writes new claims. An import plans an intent of some hundred kilobytes: they travel as one value that is cut apart
 * there, as those of the outbox do.
 */
export function insertClaims(claims: readonly Claim[]): RawBuilder<unknown> {
  const intents = claims.map(({ intent }) => (intent === null ? NOTHING : Buffer.from(JSON.stringify(intent))));
  let end = 1;
  const starts = intents.map(({ length }) => {
    end += length;
    return end - length;
  });
  return sql`
    insert into command (rpc, owner, request_id, fingerprint, state, intent, answer)
    select rpc, owner, request_id, fingerprint, state,
      case when length > 0 then substring(i.all_of_them from start for length) end, answer
    from (select ${Buffer.concat(intents)}::bytea as all_of_them) i,
    unnest(
      ${sqlArray(claims.map(({ rpc }) => rpc))}::text[],
      ${sqlArray(claims.map(({ owner }) => owner))}::text[],
      ${sqlArray(claims.map(({ requestId }) => requestId))}::text[],
      ${sqlArray(claims.map(({ fingerprint }) => fingerprint))}::bytea[],
      ${sqlArray(claims.map(({ state }) => state))}::text[],
      ${sqlArray(claims.map(({ answer }) => answer))}::bytea[],
      ${sqlArray(starts)}::integer[],
      ${sqlArray(intents.map(({ length }) => length))}::integer[]
    ) as c (rpc, owner, request_id, fingerprint, state, answer, start, length)
  `;
}

/** Settles planned claims. */
export function settleClaims(claims: readonly Pick<Claim, 'rpc' | 'owner' | 'requestId' | 'state' | 'answer'>[]) {
  return sql`
    update command c
    set state = k.state, answer = k.answer, intent = null
    from unnest(
      ${sqlArray(claims.map(({ rpc }) => rpc))}::text[],
      ${sqlArray(claims.map(({ owner }) => owner))}::text[],
      ${sqlArray(claims.map(({ requestId }) => requestId))}::text[],
      ${sqlArray(claims.map(({ state }) => state))}::text[],
      ${sqlArray(claims.map(({ answer }) => answer))}::bytea[]
    ) as k (rpc, owner, request_id, state, answer)
    where c.rpc = k.rpc and c.owner = k.owner and c.request_id = k.request_id
  `;
}

/** Planned claims that nobody has settled for a while, oldest first. */
export function selectUnsettled(olderThanMs: number, limit: number): RawBuilder<Claim> {
  return sql<Claim>`
    select rpc, owner, request_id as "requestId", fingerprint, state, ${INTENT} as intent, answer
    from command c
    where state = 'planned' and create_time < now() - make_interval(secs => ${olderThanMs / 1000})
    order by position
    limit ${limit}
  `;
}

/** A keyed hash of a request's content, without its key and without validate_only. */
export function fingerprintOf<D extends DescMessage>(key: Buffer, schema: D, message: MessageShape<D>): Buffer {
  const [fingerprint] = fingerprintsOf(key, schema, [message]);
  return fingerprint as Buffer;
}

/** The keyed hashes of many. */
export function fingerprintsOf<D extends DescMessage>(
  key: Buffer,
  schema: D,
  messages: readonly MessageShape<D>[],
): Buffer[] {
  // Shallow copies: the fields that do not count are emptied, all others are only read.
  const contents = toBinaries(
    schema,
    messages.map((message) => ({ ...message, requestId: '', validateOnly: false })),
  );
  return messages.map((_, index) => createHmac('sha256', key).update(contents.of(index)).digest().subarray(0, 16));
}

/** Packs an answer for the claim: sealed under `partyId` when the response is of a message with personal fields. */
export async function packAnswer<M extends DescMethodUnary>(
  vault: Vault,
  method: M,
  response: MessageShape<M['output']>,
  partyId: string | undefined,
): Promise<Buffer> {
  const bytes = toBinary(method.output, response);
  if (!personalMessages.has(method.output.typeName)) return asBuffer(bytes);
  if (partyId === undefined) throw new Error(`${method.name} answers personal data and must record whose it is`);
  return asBuffer(toBinary(SealedSchema, await vault.seal(partyId, answerContext(method), bytes)));
}

/** Unpacks the answer of a claim: the response, or throws its refusal. */
export async function unpackAnswer<M extends DescMethodUnary>(
  vault: Vault,
  method: M,
  claim: Pick<Claim, 'state' | 'answer'>,
): Promise<MessageShape<M['output']>> {
  const bytes = claim.answer ?? Buffer.alloc(0);
  if (claim.state === 'refused') throw unpackRefusal(bytes);
  const read = (answer: Uint8Array) => fromBinary(method.output, answer) as MessageShape<M['output']>;
  if (!personalMessages.has(method.output.typeName)) return read(bytes);
  const opened = await vault.open(fromBinary(SealedSchema, bytes), answerContext(method));
  // The party was erased: that it was done is all that is left to tell.
  return opened ? read(opened) : read(new Uint8Array());
}

function answerContext(method: DescMethodUnary): string {
  return `command.answer:${method.parent.typeName}/${method.name}`;
}

/** Packs a refusal for the claim. */
export function packRefusal(refusal: Refusal): Buffer {
  const { code, message, reason, domain, metadata } = refusal;
  const packed = create(RefusalSchema, { code, message, detail: { reason, domain, metadata: { ...metadata } } });
  return asBuffer(toBinary(RefusalSchema, packed));
}

/** The refusal that was packed. */
export function unpackRefusal(bytes: Uint8Array): Refusal {
  const { code, message, detail } = fromBinary(RefusalSchema, bytes);
  return new Refusal({
    code,
    message,
    reason: detail?.reason ?? '',
    domain: detail?.domain ?? '',
    metadata: detail?.metadata ?? {},
  });
}
