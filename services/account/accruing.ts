// The step that accrues interest: a page of accounts after the other, each by a few statements in one transaction.
import { sql } from 'kysely';
import { isPassing, type Tx } from '#chassis/database.ts';
import { deriveId } from '#chassis/id.ts';
import type { BackValuedMovement } from '#gen/bank/ledger/v1/end_of_day_pb.ts';
import type { Decimal } from '#rules/decimal.ts';
import { decimal, ZERO } from '#rules/decimal.ts';
import { accrueNights, beginInterest, type DayBalance, type PayingProduct, selectProducts } from './accrual-sql.ts';
import { bookAccrued } from './booking-interest.ts';
import type { Context } from './context.ts';
import { LeaseLost, type StepRun, setAside } from './day-steps.ts';
import { correct } from './domain/interest-life.ts';
import { NO_INTEREST, NO_OVERDRAFT } from './domain/interest-terms.ts';
import { correctOverdraft } from './domain/overdraft.ts';
import { payingProducts, readInterest, versionOn } from './interest-tables.ts';
import { accountOfLedger, joinPots } from './pots.ts';
import { keyOf } from './products.ts';

const PAGE = 2_000;

type Page = readonly DayBalance[];
type Moved = ReadonlyMap<string, readonly BackValuedMovement[]>;

/** Accrues the night of a day on every account that earns or owes interest, and books the sums. */
export async function accrueInterest(context: Context, run: StepRun): Promise<void> {
  const paying = await payingProducts(context.database);
  const businessDate = run.date.toString();
  const ask = (afterLedgerAccountId: string) =>
    context.ledger.listDayBalances({ businessDate, afterLedgerAccountId, pageSize: PAGE });
  const moved = new Map<string, BackValuedMovement[]>();
  let left: DayBalance | undefined;
  for (let asked = ask(run.cursor); ; ) {
    const answer = await asked;
    const last = answer.balances.at(-1)?.ledgerAccountId;
    const isLast = last === undefined || answer.balances.length < PAGE;
    // The ledger is at the next page while this one is accrued.
    if (!isLast) asked = ask(last);
    asked.catch(() => undefined);
    const joined = joinPots(left, answer.balances);
    left = isLast ? undefined : joined.last;
    const page = isLast && joined.last ? [...joined.whole, joined.last] : joined.whole;
    for (const movement of answer.backValued) {
      const { accountId } = accountOfLedger(movement.ledgerAccountId);
      moved.set(accountId, [...(moved.get(accountId) ?? []), movement]);
    }
    if (page.length > 0) await accruePage(run, paying, page, moved);
    // What has come of the account that is left open is for the next page.
    for (const accountId of moved.keys()) if (accountId !== left?.accountId) moved.delete(accountId);
    if (isLast) break;
  }
  await setAsideBehind(context, run);
  await bookAccrued(context, run);
}

/** Nobody is behind without being set aside. */
async function setAsideBehind({ database }: Context, { date, step }: StepRun): Promise<void> {
  await database.query(sql`
    insert into set_aside (step, account_id, date, reason)
    select ${step}, account_id, ${date.toString()}::date, 'NIGHTS_MISSED'
    from interest_account where accrued_through < ${date.toString()}::date
    on conflict do nothing
  `);
}

/** Accrues a page; one that the database refuses is halved until the account stands alone that has to be set aside. */
async function accruePage(run: StepRun, paying: readonly PayingProduct[], page: Page, moved: Moved): Promise<void> {
  const last = page.at(-1);
  if (!last) return;
  const cursor = deriveId('lac', last.accountId);
  try {
    await run.advance(async (tx) => ({ cursor, count: await accrue(tx, run, paying, page, moved) }));
  } catch (error) {
    if (error instanceof LeaseLost || isPassing(error)) throw error;
    if (page.length === 1) {
      const reason = error instanceof Error ? error.message : String(error);
      await run.advance(async (tx) => {
        await setAside(tx, run, last.accountId, reason);
        return { cursor, count: 0 };
      });
      return;
    }
    const middle = Math.ceil(page.length / 2);
    await accruePage(run, paying, page.slice(0, middle), moved);
    await accruePage(run, paying, page.slice(middle), moved);
  }
}

/** Accrues accounts in a transaction, after what is to be corrected of them. Those that are accrued already are left alone. */
export async function accrue(
  tx: Tx,
  { date }: Pick<StepRun, 'date'>,
  paying: readonly PayingProduct[],
  page: Page,
  moved: Moved,
): Promise<number> {
  const ids = page.map(({ accountId }) => accountId);
  const kept = new Map((await tx.query(selectProducts(ids))).map((key) => [key.accountId, keyOf(key)]));
  const others = ids.filter((id) => !kept.has(id));
  if (others.length > 0) {
    for (const key of await tx.query(beginInterest(others, date.toString(), paying)))
      kept.set(key.accountId, keyOf(key));
  }
  for (const { accountId } of page) {
    const movements = moved.get(accountId);
    if (movements) await correctAccount(tx, date, accountId, paying, movements);
  }
  // Each product is sent its own accounts alone.
  const byKey = Map.groupBy(page, ({ accountId }) => kept.get(accountId));
  let count = 0;
  for (const product of paying) {
    const its = byKey.get(keyOf(product));
    if (!its) continue;
    const [row] = await tx.query(accrueNights(product, date, its));
    count += row?.count ?? 0;
  }
  return count;
}

/** Corrects the nights that movements of a day with earlier value dates change, each on top of those before it. */
async function correctAccount(
  tx: Tx,
  date: Temporal.PlainDate,
  accountId: string,
  paying: readonly PayingProduct[],
  movements: readonly BackValuedMovement[],
): Promise<void> {
  const interest = await readInterest(tx, accountId);
  const yesterday = date.subtract({ days: 1 });
  if (!interest?.accruedThrough.equals(yesterday)) return;
  const byKey = new Map(paying.map((product) => [keyOf(product), product]));
  if (!byKey.has(keyOf(interest))) return;
  // Each night by the version that was in force on it.
  const versionsOn = (day: Temporal.PlainDate) =>
    byKey.get(keyOf({ productId: interest.productId, productVersion: versionOn(interest, day) }));
  const termsOn = (day: Temporal.PlainDate) => versionsOn(day)?.terms ?? NO_INTEREST;
  const overdraftOn = (day: Temporal.PlainDate) => versionsOn(day)?.overdraft ?? NO_OVERDRAFT;
  const corrections = [...interest.life.corrections];
  for (const { valueDate, amount } of movements) {
    const movement = { date, valueDate: Temporal.PlainDate.from(valueDate), amount: decimal(amount?.amount ?? '0') };
    const life = { ...interest.life, corrections: [...corrections] };
    const corrected = correct(termsOn, life, movement);
    if (!corrected) continue;
    const charged = correctOverdraft(overdraftOn, life, movement) ?? ZERO;
    corrections.push(movement);
    const { balanceSum, nights, weight, compounded, earned } = corrected.position;
    const numeric = (value: Decimal) => sql`${value.toFixed()}::numeric`;
    await tx.query(sql`
      insert into interest_correction (account_id, date, value_date, amount, interest, overdraft_interest)
      values (${accountId}, ${date.toString()}::date, ${valueDate}::date, ${numeric(movement.amount)},
        ${numeric(corrected.interest)}, ${numeric(charged)})
    `);
    await tx.query(sql`
      update interest_account set earned = earned + ${numeric(corrected.interest)}, balance_sum = ${numeric(balanceSum)},
        nights = ${nights}, weight = ${weight}, compounded = ${numeric(compounded)}, period_earned = ${numeric(earned)},
        overdraft_accrued = overdraft_accrued + ${numeric(charged)}
      where account_id = ${accountId}
    `);
  }
}
