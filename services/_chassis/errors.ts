// The two kinds of error of the bank. A Refusal is expected: it has a code, a machine-readable reason and a sentence,
// and reaches the caller. Everything else is a bug or an outage: it is logged, and the caller learns only its code.

/** The codes of gRPC that an error can have (https://grpc.io/docs/guides/status-codes/). */
export const Code = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type CodeName = keyof typeof Code;

/** One field of a request that breaks the contract. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** An answer that says no. `metadata` is never personal. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly Violation[];

  constructor(refused: {
    code: number;
    reason: string;
    domain: string;
    message: string;
    metadata?: Readonly<Record<string, string>>;
    violations?: readonly Violation[];
  }) {
    super(refused.message);
    this.name = 'Refusal';
    this.code = refused.code;
    this.reason = refused.reason;
    this.domain = refused.domain;
    this.metadata = refused.metadata ?? {};
    this.violations = refused.violations ?? [];
  }
}

type ReasonTable = Readonly<Record<string, readonly [code: CodeName, sentence: string]>>;

/**
 * Makes a service's own `refuse(reason, metadata?)` from its table of reasons (reason → code and sentence).
 * It returns the Refusal, so that the caller's `throw` is visible.
 */
export function refusals<T extends ReasonTable>(domain: string, table: T) {
  return (reason: keyof T & string, metadata: Readonly<Record<string, string>> = {}): Refusal => {
    const [code, message] = table[reason] as readonly [CodeName, string];
    return new Refusal({ code: Code[code], reason, domain, message, metadata });
  };
}

/** The refusals that any RPC may answer. */
export const refuseCall = refusals('bank', {
  REQUEST_INVALID: ['INVALID_ARGUMENT', 'The request breaks the contract; see the violations.'],
  MESSAGE_UNREADABLE: ['INVALID_ARGUMENT', 'The message could not be read.'],
  PAGE_TOKEN_INVALID: ['INVALID_ARGUMENT', 'The page token is not one of this list and filter.'],
  TOKEN_MISSING: ['UNAUTHENTICATED', 'The call carries no token.'],
  TOKEN_INVALID: ['UNAUTHENTICATED', 'The token is not valid here, or no longer.'],
  SESSION_ENDED: ['UNAUTHENTICATED', 'The session is over. Log in again.'],
  DPOP_PROOF_REFUSED: ['UNAUTHENTICATED', 'The token needs a fresh proof of its key, for this very call.'],
  CALLER_UNPROVEN: ['UNAUTHENTICATED', 'The connection does not prove who calls.'],
  CALLER_NOT_ALLOWED: ['PERMISSION_DENIED', 'The caller may not call this.'],
  BRANCH_NOT_ALLOWED: ['PERMISSION_DENIED', 'It is not, or not only, a matter of the caller’s branch.'],
  ACTOR_NOT_ALLOWED: ['PERMISSION_DENIED', 'The caller may not speak for an actor.'],
  APPROVAL_REQUIRED: ['FAILED_PRECONDITION', 'Somebody else must approve it. Repeat the call to learn of it.'],
  APPROVAL_ENDED: ['FAILED_PRECONDITION', 'It was not approved. Ask anew with another request_id.'],
  STEP_UP_REQUIRED: ['FAILED_PRECONDITION', 'Prove again who you are, for this request, and repeat it.'],
  STEP_UP_UNAVAILABLE: ['FAILED_PRECONDITION', 'It has to be proved, and there is nothing to prove it with.'],
  STEP_UP_MISMATCH: ['PERMISSION_DENIED', 'It is not what was asked first with this request_id.'],
  STEP_UP_EXPIRED: ['PERMISSION_DENIED', 'It was not proved in time. Ask anew with another request_id.'],
  STEP_UP_FAILED: ['PERMISSION_DENIED', 'Too many proofs were wrong. Ask anew with another request_id.'],
  RATE_LIMITED: ['RESOURCE_EXHAUSTED', 'Too many calls. Come again after retry_after_seconds.'],
  RPC_UNKNOWN: ['UNIMPLEMENTED', 'There is no such RPC here.'],
  REQUEST_EXISTS: ['ALREADY_EXISTS', 'The request_id was used for another request.'],
  ANSWER_NOT_KEPT: ['ALREADY_EXISTS', 'It was done, and what it answered was a credential, which is not kept.'],
  IN_PROGRESS: ['ABORTED', 'The first call with this request_id is still at work. Repeat it.'],
  ETAG_MISMATCH: ['ABORTED', 'It has changed since it was read. Read it again.'],
  DEADLINE_PASSED: ['DEADLINE_EXCEEDED', 'There was not enough time. Repeat the call with the same request_id.'],
  OUTCOME_PENDING: ['UNAVAILABLE', 'The outcome is not known yet. Repeat the call with the same request_id.'],
  DRAINING: ['UNAVAILABLE', 'The service is shutting down. Repeat the call.'],
  STREAM_ENDED: ['UNAVAILABLE', 'The stream has lasted as long as one may, or the service shuts down. Open it again.'],
  SERVICE_UNAVAILABLE: ['UNAVAILABLE', 'A part of the bank cannot be reached. Repeat the call.'],
  DATA_KEYS_UNAVAILABLE: ['UNAVAILABLE', 'The keys of personal data cannot be fetched. Repeat the call.'],
  INTERNAL: ['INTERNAL', 'The bank failed. It was logged.'],
});

/** Errors travel in HTTP headers: one that is longer than those may be takes the whole connection down, others' calls too. */
const VIOLATIONS_MAX = 20;

/** A request that breaks the contract, naming the fields; of very many, the first. */
export function invalid(violations: readonly Violation[]): Refusal {
  const { code, reason, domain, message } = refuseCall('REQUEST_INVALID');
  return new Refusal({ code, reason, domain, message, violations: violations.slice(0, VIOLATIONS_MAX) });
}

const DECISIONS: readonly number[] = [
  Code.NOT_FOUND,
  Code.ALREADY_EXISTS,
  Code.FAILED_PRECONDITION,
  Code.PERMISSION_DENIED,
];

const PASSING: readonly number[] = [
  Code.CANCELLED,
  Code.UNKNOWN,
  Code.DEADLINE_EXCEEDED,
  Code.RESOURCE_EXHAUSTED,
  Code.ABORTED,
  Code.INTERNAL,
  Code.UNAVAILABLE,
  Code.UNAUTHENTICATED,
];

/**
 * True when a refusal is a decision about the bank's state, to be remembered and repeated for ever; false when it
 * only says "not like this" or "not now".
 */
export function isDecision(refusal: Refusal): boolean {
  return DECISIONS.includes(refusal.code) && !isAboutStepUp(refusal);
}

/** True when a refusal asks for a proof, or turns one down: the same request may go on once it is proved. */
export function isAboutStepUp({ domain, reason }: Refusal): boolean {
  return domain === 'bank' && reason.startsWith('STEP_UP_');
}

/** True when the same call may be answered otherwise another time: nobody knows, or it says "not now". */
export function isPassingRefusal(refusal: Refusal): boolean {
  return isPassingCode(refusal.code);
}

/** The same of a code alone. */
export function isPassingCode(code: number): boolean {
  return PASSING.includes(code);
}
