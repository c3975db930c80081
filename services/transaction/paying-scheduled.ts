// Pays what is due of scheduled payments: as a step of the end of each day, for the day that is open by then, and whatever came too late
// for that step as soon as it is seen. One process pays at a time, by a lease; two would pay nothing twice, as every try has its key.
import { create, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import type { DayStep, StepCounts, Tell } from '#chassis/day-steps.ts';
import { isDecision, Refusal } from '#chassis/errors.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from './context.ts';
import { type Keep, leased } from './leasing.ts';
import { prepareAttempt } from './schedule-attempts.ts';
import { countRuns, type ScheduleRow, scheduleFrom, selectDue } from './schedule-tables.ts';
import { transferSteps } from './signed-orders.ts';

/** Its place is later than the deposits that mature, and what they pay out; no statement of the day that ends waits for it. */
const STEP = { name: 'pay-scheduled', position: 70 };
const PAGE = 200;

/** What pays scheduled payments. */
export interface ScheduledPay {
  readonly step: DayStep;
  /** Pays what is due while no day ends. */
  payDue(): Promise<void>;
}

/** Makes what pays scheduled payments. */
export function payingScheduled(context: Context): ScheduledPay {
  const pay = payer(context);
  return {
    step: {
      ...STEP,
      take: (businessDate, tell) =>
        leased(context, STEP.name, (keep) => endStep(context, businessDate, { keep, tell, pay })),
    },
    async payDue() {
      const { openDate } = await context.clock.read();
      const [due] = await context.database.query(selectDue(openDate.toString(), '', 1));
      if (due) await leased(context, STEP.name, pay);
    },
  };
}

interface Ending {
  readonly keep: Keep;
  readonly tell: Tell;
  readonly pay: Pay;
}

/** Pays all that is due. The step of a day is done once nothing is left but what cannot be done at all. */
async function endStep(
  { clock, database }: Context,
  businessDate: string,
  { keep, tell, pay }: Ending,
): Promise<StepCounts | undefined> {
  const next = Temporal.PlainDate.from(businessDate).add({ days: 1 });
  // This process sees that the day is over within a quarter of a second of its turn.
  if (Temporal.PlainDate.compare((await clock.read()).openDate, next) < 0) return undefined;
  const countsWith = async (brokenCount: number): Promise<StepCounts> => {
    const [count] = await database.query(countRuns(next.toString()));
    return { doneCount: count?.done ?? 0, setAsideCount: (count?.refused ?? 0) + brokenCount };
  };
  const broken = await pay(async () => {
    await keep();
    await tell(() => countsWith(0));
  });
  const left = await database.query(selectDue(next.toString(), '', PAGE));
  return left.some(({ id }) => !broken.has(id)) ? undefined : countsWith(broken.size);
}

/** What failed for no reason that anybody foresaw: it is tried again, and no day waits for it. */
type Broken = ReadonlySet<string>;

type Pay = (keep: Keep) => Promise<Broken>;

/** Makes a function that tries everything that is due once. */
function payer(context: Context): Pay {
  const { clock, database, log, orders } = context;
  const order = orders.define(transferSteps(context));
  const { name: rpc, input } = TransactionService.method.transferFunds;
  async function attempt(row: ScheduleRow, openDate: Temporal.PlainDate): Promise<void> {
    const call = { ...ownCall('transaction', log), rpc, principal: fromJson(ActorSchema, row.actor as JsonValue) };
    // Any change of it, and so any try, is another revision.
    const request = create(input, { requestId: ownKey(`scheduled/${row.id}/${row.revision}`) });
    await order.run(request, call, () => prepareAttempt(context, row, openDate, call));
  }
  return async (keep) => {
    const { openDate } = await clock.read();
    const broken = new Set<string>();
    for (let after = ''; ; ) {
      const rows = (await database.query(selectDue(openDate.toString(), after, PAGE))).map(scheduleFrom);
      const last = rows.at(-1);
      if (!last) return broken;
      after = last.id;
      await keep();
      const results = await Promise.allSettled(rows.map((row) => attempt(row, openDate)));
      for (const [index, result] of results.entries()) {
        if (result.status === 'fulfilled') continue;
        const { reason } = result;
        // What it is refused for is what became of it, or it has changed; what passes is tried again at the next look.
        if (reason instanceof Refusal && isDecision(reason)) continue;
        if (!(reason instanceof Refusal)) broken.add(rows[index]?.id ?? '');
        log.warn({ err: reason }, 'a scheduled payment has to wait');
      }
    }
  };
}
