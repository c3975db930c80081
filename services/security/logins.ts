// Whether a login looks like somebody else's, and what follows: it passes, needs a second factor, is held for compliance, or
// refused. Judged once the password or the passkey was right, by what security knows itself: without an answer there is no login.
import { toBinary } from '@bufbuild/protobuf';
import { type Call, sealOrigin } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { asBuffer } from '#chassis/encode.ts';
import { newId } from '#chassis/id.ts';
import { networkOf } from '#chassis/network.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import { LoginReason, ScoringDecision } from '#gen/bank/security/v1/scoring_pb.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { deviceHash } from './devices.ts';
import { judgeLogin, type LoginLooks } from './domain/login-scoring.ts';
import { refuse } from './domain/refusals.ts';
import { loginHeldForReview } from './events.ts';
import {
  countAddressFailure,
  countOpenReviews,
  insertLoginReview,
  type LoginFactsRow,
  type LoginReviewRow,
  lockLoginReview,
  selectCurrentReview,
  selectLoginFacts,
} from './login-tables.ts';
import { selectPasskeys } from './passkey-tables.ts';
import { localHour, policyInMemory } from './scoring.ts';
import { selectStaffMember } from './staff-tables.ts';
import { lockHash } from './tables.ts';

/** How long a login that is held can be decided on, and what was decided counts. */
export const REVIEW_MS = 3 * 24 * 3_600_000;

/** Who has a password and ever another device must not fill the queue: what is held beyond these has no review. */
const MOST_OPEN = 10;

/** A login whose password or passkey was right. */
export interface Login {
  readonly partyId: string;
  /** Whether a second factor was shown. */
  readonly hasFactor: boolean;
  /** How many tries in a row had failed before it; if it does not say, as many as are counted. */
  readonly failures?: number;
  /** It is only tried: nothing is to be held for it. */
  readonly validateOnly: boolean;
}

/** A login that may pass, and what it looked like. */
export interface Passing extends LoginLooks {
  readonly kind: 'passes';
  readonly policyVersion: number;
  /** The review that lets it pass, to be used up. */
  readonly reviewId: string | undefined;
}

/** What follows of how a login looks. */
export type Verdict =
  | Passing
  | { readonly kind: 'needs a factor' | 'is held' }
  | { readonly kind: 'is refused'; readonly reasons: readonly LoginReason[] };

/** Judges logins. */
export function loginJudge(context: Context): (login: Login, call: Call) => Promise<Verdict> {
  const inForce = policyInMemory(context.database);
  return async (login, call) => {
    const { partyId, hasFactor } = login;
    const now = context.now();
    const { userAgent = '', address = '' } = call.origin ?? {};
    const device = deviceHash(context, userAgent);
    const asked = { partyId, device, address: addressHash(context, address), now };
    const [row] = await context.database.query(selectLoginFacts(asked));
    const { version: policyVersion, by } = await inForce(row?.policyVersion ?? 0);
    const time = now.getTime();
    const looks = judgeLogin({ ...factsOf(row, login), time, localHour: localHour(context, time) }, by.logins);
    const isProved = looks.decision === ScoringDecision.STEP_UP && hasFactor;
    if (looks.decision === ScoringDecision.ALLOW || isProved) {
      return { kind: 'passes', ...looks, policyVersion, reviewId: undefined };
    }
    if (looks.decision === ScoringDecision.REFUSE) return { kind: 'is refused', reasons: looks.reasons };
    const canProve = looks.decision === ScoringDecision.STEP_UP && (await hasPasskeys(context, partyId));
    if (canProve) return { kind: 'needs a factor' };
    return reviewed(context, { ...looks, policyVersion, login, device: device ?? Buffer.alloc(0) }, call);
  };
}

interface Doubtful extends LoginLooks {
  readonly login: Login;
  readonly device: Buffer;
  readonly policyVersion: number;
}

/** What the review of a doubtful login says; without any, one is begun. Of many such logins at once there is one. */
async function reviewed(context: Context, doubtful: Doubtful, call: Call): Promise<Verdict> {
  const { login, device } = doubtful;
  const { partyId, validateOnly } = login;
  const now = context.now();
  const origin = validateOnly ? undefined : await sealOrigin(context.vault, partyId, call.origin);
  const review = await context.database.transaction(async (tx): Promise<LoginReviewRow | undefined> => {
    await tx.query(lockHash(context.vault.hash('security.login-review', partyId)));
    const [current] = await tx.query(selectCurrentReview(partyId, device, now));
    if (current || validateOnly) return current;
    const [waiting] = await tx.query(countOpenReviews(partyId, now));
    if ((waiting?.open ?? 0) >= MOST_OPEN) return undefined;
    const { score, policyVersion } = doubtful;
    const reasons = doubtful.reasons.map((reason) => wordOf(reason));
    const row = { id: newId('lrv'), partyId, device, reasons, score, policyVersion, origin: bytesOf(origin) };
    await tx.query(insertLoginReview(row, { now, expireTime: new Date(now.getTime() + REVIEW_MS) }));
    const [staff] = await tx.query(selectStaffMember(partyId));
    const held = { loginReviewId: row.id, partyId, customerId: staff ? '' : partyId, score, reasons: doubtful.reasons };
    await tx.query(insertOutbox([loginHeldForReview(held, origin, call)]));
    return undefined;
  });
  if (review?.state === 'refused') return { kind: 'is refused', reasons: doubtful.reasons };
  if (review?.state !== 'released') return { kind: 'is held' };
  const { decision, score, reasons, policyVersion } = doubtful;
  return { kind: 'passes', decision, score, reasons, policyVersion, reviewId: review.id };
}

/** Refuses LOGIN_HELD when the review that lets a login pass was used up meanwhile; else it is locked. */
export async function checkStillPasses(tx: CommandTx, { reviewId }: Passing): Promise<void> {
  if (reviewId === undefined) return;
  const [review] = await tx.query(lockLoginReview(reviewId));
  if (review?.state !== 'released') throw refuse('LOGIN_HELD');
}

/** Counts a login that was refused, by the network from which it came: behind the answer, as it is told. */
export function countRefused(context: Context, call: Call): void {
  const address = addressHash(context, call.origin?.address ?? '');
  if (!address) return;
  context.database
    .transaction(async (tx) => void (await tx.query(countAddressFailure(address, context.now()))))
    .catch((error: unknown) => call.log.warn({ err: error }, 'a refused login is not counted by its address'));
}

/** A reason as it is kept. */
export function wordOf(reason: LoginReason): string {
  return Object.keys(REASONS).find((word) => REASONS[word] === reason) ?? '';
}

/** The reason that a word stands for. */
export function reasonOf(word: string): LoginReason {
  return REASONS[word] ?? LoginReason.UNSPECIFIED;
}

const REASONS: Readonly<Record<string, LoginReason>> = LoginReason;

/** What is kept of an address: a keyed hash of its network. Null when it is not known. */
function addressHash({ vault }: Pick<Context, 'vault'>, address: string): Buffer | null {
  const network = networkOf(address);
  return network === '' ? null : vault.hash('security.login-address', network);
}

async function hasPasskeys({ database }: Context, partyId: string): Promise<boolean> {
  return (await database.query(selectPasskeys(partyId))).length > 0;
}

function factsOf(row: LoginFactsRow | undefined, { failures }: Login) {
  return {
    failures: failures ?? row?.failures ?? 0,
    addressFailures: row?.addressFailures ?? 0,
    logins: row?.logins ?? 0,
    nightLogins: row?.nightLogins ?? 0,
    lastTime: row?.lastMs ?? undefined,
    deviceTime: row?.deviceMs ?? undefined,
    firstDeviceTime: row?.firstDeviceMs ?? undefined,
  };
}

function bytesOf(sealed: Sealed | undefined): Buffer | null {
  return sealed ? asBuffer(toBinary(SealedSchema, sealed)) : null;
}
