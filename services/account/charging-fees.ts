// The step that charges the fees of the periods that end with a day: decided with their amounts and the ids of their journals, charged, and
// settled. The row of a fee makes that it is charged once: whoever dies in between leaves it planned, and the next one posts the same journal.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { decimal } from '#rules/decimal.ts';
import { openOwnAccounts, ownAccount } from './booking-interest.ts';
import type { Context } from './context.ts';
import { type StepRun, setAside } from './day-steps.ts';
import { minorOf } from './domain/interest-terms.ts';
import { type FeeRow, feeProducts, selectPlannedFees } from './fee-tables.ts';
import { endingOn, MISSED, planFees, planMissed, STEP, setAsideBehind, WHEN_LETTERS } from './planning-fees.ts';

const PAGE = 500;

type Charging = Pick<Context, 'database' | 'ledger'>;

/** Charges the fees of the periods that end on a day, and what was planned before and not charged yet. */
export async function chargeFees(context: Context, run: StepRun): Promise<void> {
  await chargePlanned(context, run);
  const products = endingOn(await feeProducts(context.database), run.date);
  if (products.length === 0) return;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const which = { after };
    await run.advance(async (tx) => {
      const { last, count } = await planFees(tx, run.date, products, which);
      after = last;
      return { cursor: '', count };
    });
    await chargePlanned(context, run);
  }
  await run.advance(async (tx) => {
    await setAsideBehind(tx, run.date, products);
    return { cursor: '', count: 0 };
  });
}

/** Charges what is planned, and settles it: where there is no room, or the ledger refuses it, the account is set aside. */
export async function chargePlanned(context: Charging, run: Pick<StepRun, 'date' | 'advance'>): Promise<void> {
  const { database, ledger } = context;
  for (;;) {
    const planned = await database.query(selectPlannedFees(PAGE));
    if (planned.length === 0) return;
    for (const currency of new Set(planned.map((one) => one.currency))) await openOwnAccounts(context, currency);
    const short = new Set(await withoutRoom(context, planned));
    const hasRoom = planned.filter((one) => !short.has(one));
    let asked: FeeRow[] = [];
    // Decided for good before it is charged: what is charged takes room itself, so that who comes after somebody who died must not ask again,
    // and who is at the same fees at the same time goes by what was decided first.
    await run.advance(async (tx) => {
      const decided = await tx.query(sql<{ id: string }>`
        update fee set is_asked = true where journal_id = any(${idsOf(hasRoom)}::text[]) and state = 'planned'
        returning journal_id as id
      `);
      const ids = new Set(decided.map(({ id }) => id));
      asked = hasRoom.filter(({ journalId }) => ids.has(journalId));
      for (const one of short) await settleRefused(tx, one, 'NO_ROOM');
      return { cursor: '', count: 0 };
    });
    if (asked.length === 0) continue;
    const { outcomes } = await ledger.postJournals({ journals: asked.map(journalOf) });
    const byId = new Map(outcomes.map(({ journalId, result }) => [journalId, result]));
    await run.advance(async (tx) => {
      const charged = asked.filter(({ journalId }) => byId.get(journalId)?.case === 'posted');
      await tx.query(sql`
        update fee set state = 'charged' where journal_id = any(${idsOf(charged)}::text[]) and state = 'planned'
      `);
      for (const one of asked) {
        const result = byId.get(one.journalId);
        if (result?.case === 'refusal') await settleRefused(tx, one, result.value.detail?.reason ?? 'UNKNOWN', true);
        else if (result?.case !== 'posted') throw new Error('a journal was answered without an outcome');
      }
      return { cursor: '', count: 0 };
    });
  }
}

const idsOf = (fees: readonly FeeRow[]) => sqlArray(fees.map(({ journalId }) => journalId));

/**
 * The fees for which there is no room, of those that are only charged where there is: by what is available when it is asked for, and counting
 * those before them. What is spent in the moment until they are charged does not stop them.
 */
async function withoutRoom({ ledger }: Charging, planned: readonly FeeRow[]): Promise<FeeRow[]> {
  const careful = planned.filter(({ shortfall, isAsked }) => shortfall === 'set_aside' && !isAsked);
  if (careful.length === 0) return [];
  const ledgerAccountIds = [...new Set(careful.map(({ accountId }) => deriveId('lac', accountId)))];
  const { balances } = await ledger.getBalances({ ledgerAccountIds });
  const left = new Map(
    balances.map(({ ledgerAccountId, available }) => [ledgerAccountId, available && fromMoney(available).minor]),
  );
  return careful.filter(({ accountId, currency, amount }) => {
    const id = deriveId('lac', accountId);
    const available = left.get(id);
    const minor = minorOf(currency, decimal(amount));
    // Without a floor everything has room.
    if (available === undefined) return false;
    if (available < minor) return true;
    left.set(id, available - minor);
    return false;
  });
}

/** Sets an account aside for a fee: without room before it was decided to charge it, refused by the ledger after. */
async function settleRefused(tx: Tx, fee: FeeRow, reason: string, isAsked = false): Promise<void> {
  const [refused] = await tx.query(sql`
    update fee set state = 'set_aside', reason = ${reason.slice(0, 200)}
    where journal_id = ${fee.journalId} and state = 'planned' and is_asked = ${isAsked} returning account_id
  `);
  if (!refused) return;
  const step = { date: Temporal.PlainDate.from(fee.toDate), step: STEP };
  await setAside(tx, step, fee.accountId, reason);
}

/** What is charged at the end of a day counts from the next one on, as interest does. */
function journalOf({ journalId, accountId, currency, amount: units, endOfDay, toDate }: FeeRow) {
  const amount = toMoney({ currency, minor: minorOf(currency, decimal(units)) });
  return {
    journalId,
    kind: JournalKind.FEE,
    endOfDay,
    valueDate: Temporal.PlainDate.from(toDate).add({ days: 1 }).toString(),
    legs: [
      { ledgerAccountId: deriveId('lac', accountId), side: Side.DEBIT, amount },
      { ledgerAccountId: ownAccount('fee_income', currency), side: Side.CREDIT, amount },
    ],
  };
}

/** Plans again what of an account was set aside, for the open day, charges it, and takes the account back unless it is set aside again. */
export async function chargeAgain(context: Context, accountId: string, day: string): Promise<void> {
  const { database } = context;
  const [aside] = await database.query(sql<{ reason: string }>`
    select reason from set_aside where step = ${STEP} and account_id = ${accountId}
  `);
  if (aside?.reason === MISSED && !(await planMissed(context, accountId, Temporal.PlainDate.from(day)))) return;
  const head = 'jnl_fee_';
  const moment = Date.now().toString(36).padStart(WHEN_LETTERS, '0');
  await database.query(sql`
    update fee set state = 'planned', reason = null, end_of_day = false, is_asked = false,
      journal_id = ${head + moment} || substr(journal_id, ${head.length + WHEN_LETTERS + 1})
    where account_id = ${accountId} and state = 'set_aside'
  `);
  const advance: StepRun['advance'] = async (work) => void (await database.transaction(work));
  await chargePlanned(context, { date: Temporal.PlainDate.from(day), advance });
  await database.query(sql`delete from set_aside where step = ${STEP} and account_id = ${accountId} and retry`);
}
