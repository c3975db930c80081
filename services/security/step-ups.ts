// Step-up: a request goes on once its caller has proved again who they are, for this very request. A proof belongs to the request_id
// of what it is for, so that nobody has to show it: the same request goes on, once or repeated, and no other ever does.
import { randomBytes } from 'node:crypto';
import { type JsonObject, toJson } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import type { Tx } from '#chassis/database.ts';
import { type Refusal, refuseCall } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import { insertOutbox } from '#chassis/outbox.ts';
import type { StepUp } from '#chassis/step-up.ts';
import { PaymentToProveSchema, StepUpMethod } from '#gen/bank/security/v1/step_up_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import {
  LIFETIME_MS,
  type LinkedPayment,
  linkOf,
  paymentContent,
  type Standing,
  type Subject,
  standingOf,
  trialOf,
} from './domain/step-up.ts';
import { stepUpRefused, stepUpRequired, stepUpUsed } from './events.ts';
import { selectPasskeys } from './passkey-tables.ts';
import { hasSecondFactor } from './second-factor.ts';
import {
  insertStepUp,
  lockStepUp,
  lockStepUpOf,
  markStepUp,
  moveStepUp,
  type StepUpRow,
  selectStepUpOf,
} from './step-up-tables.ts';

const NONCE_BYTES = 16;

/** With what somebody can prove again who they are. */
export async function methodsOf(context: Context, partyId: string): Promise<StepUpMethod[]> {
  const [hasApp, passkeys] = await Promise.all([
    hasSecondFactor(context, partyId),
    context.database.query(selectPasskeys(partyId)),
  ]);
  return [...(hasApp ? [StepUpMethod.TOTP] : []), ...(passkeys.length > 0 ? [StepUpMethod.PASSKEY] : [])];
}

/** Checks what the contract says has to be proved: a hash of the request is. */
export function stepUpOf(context: Context): StepUp {
  return ({ principal, rpc, requestId, content, validateOnly }, call) => {
    const hash = context.vault.hash('security.step-up', content.toString('base64'));
    return goOn(context, { partyId: principal.partyId, rpc, requestId, content: hash }, { call, validateOnly });
  };
}

/** Lets a payment go on that was proved. Throws as a StepUp does. */
export function payProved(
  context: Context,
  subject: Omit<Subject, 'content'>,
  payment: LinkedPayment,
  options: { readonly call: Call; readonly validateOnly: boolean },
): Promise<void> {
  return goOn(context, { ...subject, content: paymentContent(payment) }, options, payment);
}

/** Lets another request go on that was proved, by the hash of what it says. Throws as a StepUp does. */
export function requestProved(context: Context, subject: Subject, options: Options): Promise<void> {
  return goOn(context, subject, options);
}

interface Options {
  readonly call: Call;
  readonly validateOnly: boolean;
}

async function goOn(context: Context, subject: Subject, options: Options, payment?: LinkedPayment): Promise<void> {
  const methods = await methodsOf(context, subject.partyId);
  const refusal = await (options.validateOnly
    ? rehearse(context, subject, methods)
    : context.database.transaction((tx) => decide(context, tx, { subject, payment, methods, call: options.call })));
  if (refusal) throw refusal;
}

/** What would become of a request. */
async function rehearse(context: Context, subject: Subject, methods: readonly StepUpMethod[]) {
  const [row] = await context.database.query(selectStepUpOf(subject));
  if (!row) return refuseCall(methods.length > 0 ? 'STEP_UP_REQUIRED' : 'STEP_UP_UNAVAILABLE', named(methods));
  return refusalOf(standingOf(row, linkOf(row.nonce, subject), context.now()), row, methods);
}

interface Asked {
  readonly subject: Subject;
  readonly payment: LinkedPayment | undefined;
  readonly methods: readonly StepUpMethod[];
  readonly call: Call;
}

/** Decides under the lock of the request's challenge, which is made for the first who asks. What is refused is committed as well. */
async function decide(context: Context, tx: Tx, asked: Asked): Promise<Refusal | undefined> {
  const { subject, payment, methods, call } = asked;
  const row = await challengeOf(context, tx, asked);
  if (!row) return refuseCall('STEP_UP_UNAVAILABLE');
  const standing = standingOf(row, linkOf(row.nonce, subject), context.now());
  if (standing === 'GOES_ON') {
    const used: StepUpRow = { ...row, state: 'used', version: row.version + 1 };
    await tx.query(moveStepUp(used));
    if (payment) await tx.query(markStepUp(payment.debtorAccountId, payment.minor));
    await tx.query(insertOutbox([stepUpUsed(used, call)]));
  }
  const refusal = refusalOf(standing, row, methods);
  if (refusal && standing !== 'STEP_UP_REQUIRED') await recordRefused(tx, row, refusal, call);
  return refusal;
}

/** The challenge of a request, locked; a new one, where there is something to prove it with. */
async function challengeOf(context: Context, tx: Tx, asked: Asked): Promise<StepUpRow | undefined> {
  const { subject, payment, methods, call } = asked;
  const [known] = await tx.query(lockStepUpOf(subject));
  if (known || methods.length === 0) return known;
  const nonce = randomBytes(NONCE_BYTES);
  const now = context.now();
  const { partyId, rpc, requestId } = subject;
  const row: StepUpRow = {
    id: newId('stp'),
    partyId,
    rpc,
    requestId,
    nonce,
    link: linkOf(nonce, subject),
    payment: payment ? shownOf(payment) : null,
    state: 'open',
    failures: 0,
    version: 1,
    expireMs: now.getTime() + LIFETIME_MS,
  };
  const [made] = await tx.query(insertStepUp(row, now));
  if (made) await tx.query(insertOutbox([stepUpRequired(row, call)]));
  // Somebody else may have asked the same at the same time.
  return (await tx.query(lockStepUpOf(subject)))[0];
}

function shownOf({ debtorAccountId, creditorAccountId, currency, minor }: LinkedPayment): JsonObject {
  const amount = toMoney({ currency, minor });
  const payment = { $typeName: PaymentToProveSchema.typeName, debtorAccountId, creditorAccountId, amount } as const;
  return toJson(PaymentToProveSchema, payment) as JsonObject;
}

function refusalOf(standing: Standing, row: StepUpRow, methods: readonly StepUpMethod[]): Refusal | undefined {
  if (standing === 'WENT_ON' || standing === 'GOES_ON') return undefined;
  const step_up_id = row.id;
  if (standing !== 'STEP_UP_REQUIRED') return refuseCall(standing, { step_up_id });
  return refuseCall(standing, { step_up_id, ...named(methods), expire_time: new Date(row.expireMs).toISOString() });
}

/** The methods by their names in the contract, without the prefix. */
function named(methods: readonly StepUpMethod[]): { methods: string } {
  const names = Object.entries(StepUpMethod).filter(([, value]) => methods.includes(value as StepUpMethod));
  return { methods: names.map(([name]) => name).join() };
}

/** Records what was refused of a step-up, which the transaction has locked. */
async function recordRefused(tx: Tx, row: StepUpRow, { reason }: Refusal, call: Call): Promise<void> {
  const refused = { ...row, version: row.version + 1 };
  await tx.query(moveStepUp(refused));
  await tx.query(insertOutbox([stepUpRefused(refused, reason, call)]));
}

/**
 * Counts a proof as wrong before it is looked at, so that many at once are all counted; answers what it is to prove. Refuses STEP_UP_NOT_FOUND,
 * STEP_UP_NOT_OPEN, STEP_UP_EXPIRED, and from the sixth on STEP_UP_FAILED, whatever it is.
 */
export async function countTrial(context: Context, stepUpId: string, call: Call): Promise<StepUpRow> {
  const tried = await context.database.transaction(async (tx): Promise<StepUpRow | Refusal> => {
    const [row] = await tx.query(lockStepUp(stepUpId));
    if (!row || row.partyId !== call.principal?.partyId) return refuse('STEP_UP_NOT_FOUND');
    const trial = trialOf(row, context.now());
    if (trial === 'STEP_UP_NOT_OPEN') return refuse(trial);
    if (trial === 'TRIED') {
      const counted = { ...row, failures: row.failures + 1 };
      await tx.query(moveStepUp(counted));
      return counted;
    }
    const refusal = refuseCall(trial, { step_up_id: row.id });
    const state = trial === 'STEP_UP_FAILED' ? 'failed' : row.state;
    await recordRefused(tx, { ...row, state }, refusal, call);
    return refusal;
  });
  if (tried instanceof Error) throw tried;
  return tried;
}

/** Records that a proof was wrong, and answers what is told of it. */
export async function proofRefused({ database }: Context, { id }: StepUpRow, call: Call): Promise<Refusal> {
  const refusal = refuse('PROOF_REFUSED');
  await database.transaction(async (tx) => {
    const [row] = await tx.query(lockStepUp(id));
    if (row) await recordRefused(tx, row, refusal, call);
  });
  return refusal;
}
