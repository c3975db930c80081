// A command that touches another service: plan (claim and intent, committed) → call (with ids from the intent, so that
// it can be repeated) → settle (its outcome rides in a later batch). Whoever dies in between is recovered: the call is
// made again, which is idempotent, and settled once.
import type { DescMessage, DescMethodUnary, JsonValue, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { type Call, readyOrigin, unpackCall } from './call-context.ts';
import { type Claim, type ClaimKey, fingerprintOf, keyText, selectUnsettled, unpackAnswer } from './claims.ts';
import {
  attempt,
  type CommandRequest,
  type Commands,
  type CommandTx,
  checked,
  claimKey,
  type Decision,
  type Job,
  orThrow,
  settledClaim,
} from './command.ts';
import { isPassingRefusal, Refusal, refuseCall } from './errors.ts';
import { newId } from './id.ts';
import type { Logger } from './log.ts';
import { intentOf, rehearseOrder, settle } from './order-settling.ts';
import { rehearsed } from './rehearsal.ts';
import { repeat } from './repeat.ts';

/** How a call to another service goes. */
export interface CallOptions {
  /** True: only ask what would happen. */
  readonly validateOnly: boolean;
  readonly deadline: number;
  readonly call: Call;
}

/** What came of the call: its outcome, or a refusal that is a decision. */
export type Outcome<T> = { readonly value: T } | { readonly refusal: Refusal };

/** The steps of an order. The intent is JSON without personal data; it holds all that the later steps need. */
export interface OrderSteps<M extends DescMethodUnary, Planned, Intent, Result> {
  readonly method: M;
  /** Checks, and writes what is intended. Throws refusals. */
  plan(tx: CommandTx, planned: Planned): Promise<Intent>;
  /** Makes the idempotent call. Throws refusals of the other service. */
  carryOut(intent: Intent, options: CallOptions): Promise<Result>;
  /** Writes what came of it, and answers; a refused call must be written too, and is then answered as its refusal. */
  settle(tx: CommandTx, intent: Intent, outcome: Outcome<Result>): Promise<MessageInitShape<M['output']>>;
  /**
   * Set for orders whose other service remembers the outcome by itself: they are answered as soon as it is known there,
   * and settled behind the caller's back. Must answer what `settle` answers.
   */
  readonly answer?: (
    intent: Intent,
    result: Result,
  ) => MessageInitShape<M['output']> | Promise<MessageInitShape<M['output']>>;
  /** Names what an order is in a row with: those of one name are recovered one after the other, as they were planned. */
  readonly row?: (intent: Intent) => string;
}

/** Runs orders of one kind. */
export interface Order<M extends DescMethodUnary, Planned> {
  run(
    request: MessageShape<M['input']> & CommandRequest,
    call: Call,
    prepare: () => Promise<Planned>,
  ): Promise<MessageShape<M['output']>>;
  /** Runs what one call of a batch RPC brings: its items have keys of their own (item-claims.ts), and it is run once. */
  runItems(validateOnly: boolean, call: Call, planned: Planned): Promise<MessageShape<M['output']>>;
}

/** All orders of a service, so that those of a dead process can be gone on with. */
export interface Orders {
  define<M extends DescMethodUnary, Planned, Intent, Result>(
    steps: OrderSteps<M, Planned, Intent, Result>,
  ): Order<M, Planned>;
  /** Starts to go on with what dead processes left behind. */
  recover(): void;
  drain(): Promise<void>;
}

/** The steps of an order of whatever kind: what one step answers is only ever given to its own next. */
export interface AnySteps {
  readonly method: DescMethodUnary;
  plan(tx: CommandTx, planned: never): Promise<unknown>;
  carryOut(intent: never, options: CallOptions): Promise<unknown>;
  settle(tx: CommandTx, intent: never, outcome: Outcome<never>): Promise<unknown>;
  readonly answer?: (intent: never, result: never) => unknown;
  readonly row?: (intent: never) => string;
}
type Response = MessageShape<DescMessage>;

const MARGIN_MS = 20;
const STALE_MS = 3_000;
const RECOVERY_LIMIT = 1_000;
const RECOVERY_DEADLINE_MS = 20_000;

/** The orders that this process is at work on, by the text of their keys, with their answers to come. */
type UnderWay = Map<string, Promise<Response>>;

/** Makes the orders of a service over its write path. */
export function orders(commands: Commands, log: Logger): Orders {
  const defined = new Map<string, AnySteps>();
  const underWay: UnderWay = new Map();
  let stopRecovering: (() => Promise<void>) | undefined;

  return {
    define(steps) {
      defined.set(steps.method.name, steps);
      const { method } = steps;
      return {
        async run(request, call, prepare) {
          const key = claimKey(method, call, request.requestId);
          const fingerprint = fingerprintOf(commands.fingerprintKey, method.input, request);
          const start = { key, fingerprint, call, prepare, validateOnly: request.validateOnly };
          return (await begin(commands, underWay, steps, start)) as never;
        },
        async runItems(validateOnly, call, planned) {
          // A key that nobody knows is never asked for again, and stands for no other content.
          const key = claimKey(method, call, newId('cmd'));
          const start = { key, fingerprint: Buffer.alloc(0), call, prepare: async () => planned, validateOnly };
          return (await begin(commands, underWay, steps, start)) as never;
        },
      };
    },
    recover() {
      const work = () => recover(commands, underWay, defined, log);
      stopRecovering = repeat(STALE_MS / 3, work, log, 'recovery has to wait');
    },
    async drain() {
      await stopRecovering?.();
      await Promise.allSettled(underWay.values());
    },
  };
}

interface Start {
  readonly key: ClaimKey;
  readonly fingerprint: Buffer;
  readonly call: Call;
  readonly prepare: () => Promise<unknown>;
  readonly validateOnly: boolean;
}

/** Plans an order, unless it was planned before, and goes on with it; or rehearses it. */
function begin(commands: Commands, underWay: UnderWay, steps: AnySteps, start: Start): Promise<Response> {
  return start.validateOnly ? rehearsed(() => tryOut(commands, steps, start)) : plan(commands, underWay, steps, start);
}

async function tryOut(
  commands: Commands,
  steps: AnySteps,
  { key, fingerprint, call, prepare }: Start,
): Promise<Response> {
  const planned = await attempt(prepare);
  const known = await settledClaim(commands.database, key, fingerprint);
  if (known) return unpackAnswer(commands.vault, steps.method, known);
  return rehearseOrder(commands, steps, call, decisionOf(steps, planned));
}

function decisionOf(steps: AnySteps, planned: Awaited<ReturnType<typeof attempt>>) {
  return async (tx: CommandTx): Promise<Decision> => ({
    intent: (await steps.plan(tx, orThrow(planned) as never)) as JsonValue,
  });
}

async function plan(
  commands: Commands,
  underWay: UnderWay,
  steps: AnySteps,
  { key, fingerprint, call, prepare }: Start,
): Promise<Response> {
  const decide = decisionOf(steps, await attempt(prepare));
  await readyOrigin(commands.vault, call);
  const job: Job = { key, fingerprint, method: steps.method, call, deadline: call.deadline, decide, settles: false };
  const { claim, fresh } = await commands.batches.submit(job);
  checked(claim, fingerprint);
  if (claim.state !== 'planned') return unpackAnswer(commands.vault, steps.method, claim);
  if (fresh) return goOn(commands, underWay, steps, claim, call);
  const work =
    underWay.get(keyText(claim)) ??
    first(commands, claim, call).then((its) => goOn(commands, underWay, steps, claim, its));
  return untilDeadline(call, work);
}

/** The call that began an order, with the time of the one that repeats it: what is done is done for the first. */
function first(commands: Commands, claim: Claim, { deadline, log }: Call): Promise<Call> {
  return unpackCall(commands.vault, claim.intent?.call ?? {}, { deadline, log });
}

/** Calls, answers and settles a planned claim; at most once at a time in this process. */
function goOn(commands: Commands, underWay: UnderWay, steps: AnySteps, claim: Claim, call: Call): Promise<Response> {
  const name = keyText(claim);
  const known = underWay.get(name);
  if (known) return known;
  const outcome = outcomeOf(() =>
    steps.carryOut(intentOf(claim), { validateOnly: false, deadline: call.deadline, call }),
  );
  const settled = outcome.then((result) => settle(commands, steps, claim, call, result as Outcome<never>));
  const { answer } = steps;
  const answered = !answer
    ? settled
    : outcome.then(async (result) =>
        'refusal' in result
          ? settled
          : create(steps.method.output, (await answer(intentOf(claim), result.value as never)) as never),
      );
  underWay.set(name, answered);
  settled
    .catch((error: unknown) => {
      if (!(error instanceof Refusal)) call.log.warn({ err: error, rpc: claim.rpc }, 'an order is not settled yet');
    })
    .finally(() => underWay.delete(name));
  return answered;
}

/** What came of a call: a refusal that would be the same another time is an outcome, all else is thrown. */
export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof Refusal && !isPassingRefusal(error)) return { refusal: error };
    throw error;
  }
}

/** Goes on with the orders that nobody has settled for a while: their process is dead, or a call of theirs failed. */
async function recover(
  commands: Commands,
  underWay: UnderWay,
  defined: ReadonlyMap<string, AnySteps>,
  log: Logger,
): Promise<void> {
  const stale = await commands.database.query(selectUnsettled(STALE_MS, RECOVERY_LIMIT));
  const rows = Map.groupBy(stale, (claim) => defined.get(claim.rpc)?.row?.(intentOf(claim)) ?? keyText(claim));
  const work = [...rows.values()].map(async (row) => {
    for (const claim of row) {
      const steps = defined.get(claim.rpc);
      // One that this process is at work on holds up those behind it: their turn comes another time.
      if (!steps || underWay.has(keyText(claim))) return;
      const deadline = Date.now() + RECOVERY_DEADLINE_MS;
      const call = await unpackCall(commands.vault, claim.intent?.call ?? {}, { deadline, log });
      await goOn(commands, underWay, steps, claim, call).catch((error: unknown) => {
        if (!(error instanceof Refusal) || isPassingRefusal(error)) throw error;
      });
    }
  });
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected' && !(result.reason instanceof Refusal)) {
      log.warn({ err: result.reason }, 'an order could not be recovered yet');
    }
  }
}

/** Waits for the first call with the same key until the deadline, less the time it takes to say so. */
async function untilDeadline<T>(call: Call, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(refuseCall('IN_PROGRESS')), Math.max(0, call.deadline - Date.now() - MARGIN_MS));
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
