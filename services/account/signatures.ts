// What waits for signatures: asked for, decided on, judged anew, ended. All of it happens under the account's lock, so that of two
// signatures at the same time the second one sees the first, and a mandate that changes is seen by both.
import { create, toJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { LockMode } from '@mikro-orm/core';
import { actorOf, type Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { toMoney } from '#chassis/money.ts';
import { MandateAction } from '#gen/bank/account/v1/mandate_pb.ts';
import { type SignatureRequest, SignatureRequestSchema } from '#gen/bank/account/v1/signature_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from './context.ts';
import type { Act, Given, Verdict } from './domain/mandate.ts';
import { refuse } from './domain/refusals.ts';
import { type People, signatoryOf, standingOf, verdictOn } from './domain/standing.ts';
import { mandateActions, type SignatureDecision, signatureDecisions, signatureRequestStates } from './domain/words.ts';
import { peopleFrom, selectPeople } from './people-tables.ts';
import { publishCompleted, publishEnded, publishGiven, publishRequested } from './signature-events.ts';
import {
  insertRequest,
  insertSignature,
  type RequestRow,
  requestFrom,
  type SignatureRow,
  selectOpen,
  selectRequests,
  updateRequest,
} from './signature-tables.ts';
import { AccountRow } from './tables.ts';

/** What somebody asks for that others have to sign. */
export type Asked = Pick<
  RequestRow,
  'id' | 'action' | 'transactionId' | 'creditorAccountId' | 'amount' | 'rpc' | 'request'
>;

/** The bank's day, and the last one on which what is asked for today can be signed. */
export interface Days {
  readonly today: string;
  readonly expireDate: string;
}

/** Reads the days of a request that begins now. */
export async function daysOf({ clock, config }: Pick<Context, 'clock' | 'config'>): Promise<Days> {
  const { openDate } = await clock.read();
  return { today: openDate.toString(), expireDate: openDate.add({ days: config.SIGNATURE_DAYS }).toString() };
}

/** Locks an account until the batch ends, whatever else is changing it. */
async function lockAccount(tx: CommandTx, id: string): Promise<AccountRow> {
  const row = await tx.em.findOne(AccountRow, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
  if (!row) throw refuse('ACCOUNT_NOT_FOUND');
  return row;
}

/** Locks a request with its account, and reads who has what to do with it. */
export async function lockRequest(
  tx: CommandTx,
  id: string,
  date: string,
): Promise<{ account: AccountRow; request: RequestRow; people: People }> {
  const [found] = await tx.query(selectRequests([id]));
  if (!found) throw refuse('SIGNATURE_REQUEST_NOT_FOUND');
  const account = await lockAccount(tx, found.accountId);
  // What it was before the lock may be of yesterday.
  const [[raw = found], people] = [await tx.query(selectRequests([id])), await peopleOf(tx, account.id, date)];
  return { account, request: requestFrom(raw), people };
}

async function peopleOf(tx: CommandTx, accountId: string, date: string): Promise<People> {
  const [raw] = await tx.query(selectPeople([accountId], date));
  if (!raw) throw refuse('ACCOUNT_NOT_FOUND');
  return peopleFrom(raw);
}

/**
 * Writes down what waits for signatures. The maker's own counts, where they sign; so it may be complete at once. Refuses as
 * `standingOf` does.
 */
export async function askForSignatures(
  tx: CommandTx,
  accountId: string,
  asked: Asked,
  call: Call,
  { today, expireDate }: Days,
  check: (account: AccountRow) => void = () => {},
): Promise<{ account: AccountRow; request: RequestRow }> {
  const account = await lockAccount(tx, accountId);
  check(account);
  const people = await peopleOf(tx, accountId, today);
  const maker = actorOf(call);
  const standing = standingOf(people, maker.partyId, { ...asked, date: today });
  const now = Date.now();
  const signedAs = standing.kind === 'WITH_OTHERS' ? standing.signedAs : null;
  const signatures: SignatureRow[] =
    signedAs === null ? [] : [{ signatoryId: signedAs, signerId: maker.partyId, decision: 'signed', timeMs: now }];
  const blank: RequestRow = {
    ...asked,
    accountId,
    state: 'open',
    currency: account.currency,
    maker: toJson(ActorSchema, maker),
    makerId: maker.partyId,
    mandateVersion: 0,
    judgedDate: today,
    missingCount: 0,
    missingIds: [],
    expireDate,
    number: 0,
    version: 1,
    createMs: now,
    endMs: null,
    carryOutMs: null,
    refusalReason: '',
    signatures,
  };
  const verdict = standing.kind === 'ALONE' ? ({ kind: 'ENOUGH' } as const) : judged(blank, people, today);
  const request = count(account, withVerdict(blank, people, verdict, today));
  await tx.execute(insertRequest(request));
  for (const signature of signatures) await tx.execute(insertSignature(request.id, signature));
  publishRequested(tx, { ...request, version: 1 });
  publishState(tx, request);
  return { account, request };
}

/** What a signatory, or who acts for one, decides. Refuses who may not, and what has been decided. */
export function deciderOf(
  request: RequestRow,
  people: People,
  asked: { readonly signerId: string; readonly signatoryId: string; readonly today: string },
): string {
  const { signerId, signatoryId: wanted, today } = asked;
  if (request.state !== 'open') throw refuse('SIGNATURE_REQUEST_ENDED');
  const signatoryId = people.mandate ? signatoryOf(people, people.mandate, signerId, today, wanted) : undefined;
  if (signatoryId === undefined) throw refuse('SIGNATORY_REQUIRED');
  const isDecided = request.signatures.some((one) => one.signatoryId === signatoryId || one.signerId === signerId);
  if (isDecided) throw refuse('SIGNATURE_EXISTS');
  return signatoryId;
}

/** Writes what a signatory decides on a request, and what comes of it. */
export async function decideSignature(
  tx: CommandTx,
  id: string,
  asked: { readonly signerId: string; readonly signatoryId: string; readonly decision: SignatureDecision },
  today: string,
): Promise<{ account: AccountRow; request: RequestRow }> {
  const { account, request, people } = await lockRequest(tx, id, today);
  const { signerId, decision } = asked;
  const signatoryId = deciderOf(request, people, { ...asked, today });
  const signature: SignatureRow = { signatoryId, signerId, decision, timeMs: Date.now() };
  const signed = { ...request, version: request.version + 1, signatures: [...request.signatures, signature] };
  await tx.execute(insertSignature(id, signature));
  publishGiven(tx, signed, signature);
  const judgedNow = count(account, withVerdict(signed, people, judged(signed, people, today), today));
  await tx.execute(updateRequest(judgedNow));
  publishState(tx, judgedNow);
  return { account, request: judgedNow };
}

/** Ends a request that is open. */
export async function endRequest(
  tx: CommandTx,
  account: AccountRow,
  request: RequestRow,
  state: 'expired' | 'withdrawn' | 'cancelled',
): Promise<RequestRow> {
  const ended = count(account, { ...ending(request, state), version: request.version + 1 });
  await tx.execute(updateRequest(ended));
  publishEnded(tx, ended);
  return ended;
}

/** Ends all that waits on an account that is locked, since what it is about is no more. */
export async function cancelOpenRequests(tx: CommandTx, account: AccountRow, refusalReason: string): Promise<void> {
  for (const raw of await tx.query(selectOpen(account.id))) {
    await endRequest(tx, account, { ...requestFrom(raw), refusalReason }, 'cancelled');
  }
}

/** Judges a request anew, as it is on another day or by another mandate. */
export async function judgeAnew(
  tx: CommandTx,
  account: AccountRow,
  request: RequestRow,
  people: People,
  today: string,
): Promise<RequestRow> {
  if (request.expireDate < today) return endRequest(tx, account, request, 'expired');
  const now = count(account, withVerdict(request, people, judged(request, people, today), today));
  await tx.execute(updateRequest(now));
  publishState(tx, now);
  return now;
}

/** Judges all that waits on an account by the mandate that it has from now on. */
export async function judgeAllAnew(tx: CommandTx, account: AccountRow, people: People, today: string): Promise<void> {
  for (const raw of await tx.query(selectOpen(account.id))) {
    await judgeAnew(tx, account, requestFrom(raw), people, today);
  }
}

function judged(request: RequestRow, people: People, date: string): Verdict {
  const act: Act = { action: request.action, amount: request.amount, date };
  return verdictOn(people, request.makerId, act, givenBy(request));
}

function givenBy({ signatures }: RequestRow): Given {
  const by = (decision: SignatureDecision) =>
    new Set(signatures.filter((one) => one.decision === decision).map(({ signatoryId }) => signatoryId));
  return { signed: by('signed'), refused: by('refused') };
}

function withVerdict(request: RequestRow, { mandate }: People, verdict: Verdict, today: string): RequestRow {
  const judgedNow = { ...request, mandateVersion: mandate?.version ?? 0, judgedDate: today };
  if (verdict.kind === 'MISSING') return { ...judgedNow, missingCount: verdict.missing, missingIds: verdict.by };
  return ending({ ...judgedNow, version: request.version + 1 }, verdict.kind === 'ENOUGH' ? 'complete' : 'refused');
}

function ending(request: RequestRow, state: Exclude<RequestRow['state'], 'open'>): RequestRow {
  return { ...request, state, missingCount: 0, missingIds: [], endMs: Date.now() };
}

/** Counts a change of a request among those of its account, which is locked. */
function count(account: AccountRow, request: RequestRow): RequestRow {
  account.signatureNo += 1;
  return { ...request, number: account.signatureNo };
}

function publishState(tx: CommandTx, request: RequestRow): void {
  if (request.state === 'complete') publishCompleted(tx, request);
  else if (request.state !== 'open') publishEnded(tx, request);
}

/** Whose key seals what is told of a request, and what is recorded of it. */
export function recordRequest(tx: CommandTx, account: AccountRow, request: RequestRow): void {
  const { id, accountId, transactionId } = request;
  const resourceIds = [id, accountId, ...(transactionId === null ? [] : [transactionId])];
  tx.record({ resourceIds, partyId: account.partyId });
}

/** The message of a request. */
export function requestMessage(row: RequestRow): SignatureRequest {
  const { currency, amount } = row;
  const action = mandateActions.value(row.action);
  return create(SignatureRequestSchema, {
    signatureRequestId: row.id,
    accountId: row.accountId,
    action,
    state: signatureRequestStates.value(row.state),
    transactionId: row.transactionId ?? '',
    creditorAccountId: row.creditorAccountId ?? '',
    ...(action === MandateAction.PAY && { amount: toMoney({ currency, minor: amount }) }),
    rpc: row.rpc ?? '',
    makerId: row.makerId,
    signatures: row.signatures.map(({ signatoryId, signerId, decision, timeMs }) => ({
      signatoryId,
      signerId,
      decision: signatureDecisions.value(decision),
      createTime: timestampFromMs(timeMs),
    })),
    missingCount: row.missingCount,
    missingSignatoryIds: [...row.missingIds],
    mandateVersion: row.mandateVersion,
    expireDate: row.expireDate,
    ...(row.carryOutMs !== null && { carryOutTime: timestampFromMs(row.carryOutMs) }),
    refusalReason: row.refusalReason,
    number: row.number,
    createTime: timestampFromMs(row.createMs),
    ...(row.endMs !== null && { endTime: timestampFromMs(row.endMs) }),
  });
}
