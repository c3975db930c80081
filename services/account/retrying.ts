// Accounts that were set aside, tried again: the nights that were missed in their order, then what is to be posted.
import { sql } from 'kysely';
import { Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import { accrue } from './accruing.ts';
import { chargeAgain } from './charging-fees.ts';
import type { Context } from './context.ts';
import { keepAgain } from './dormancy.ts';
import { payingProducts, readInterest } from './interest-tables.ts';
import { makeAgain } from './making-statements.ts';
import { matureAgain } from './maturing.ts';
import { planPage, postPlanned } from './posting-interest.ts';
import { accountOfLedger, joinPots } from './pots.ts';

/** Ids are written in base 32; and hardly any account has more pots than this. */
const NEAREST = 32 * 60;

interface SetAsideRow {
  readonly step: string;
  readonly accountId: string;
  readonly date: string;
}

/** How each step is tried again. */
const AGAIN: Readonly<Record<string, (context: Context, row: SetAsideRow) => Promise<void>>> = {
  'accrue-interest': catchUp,
  'post-interest': postAgain,
  'charge-fees': (context, { accountId, date }) => chargeAgain(context, accountId, date),
  'keep-dormancy': (context, { accountId, date }) => keepAgain(context, accountId, date),
  'mature-deposits': (context, { accountId, date }) => matureAgain(context, accountId, date),
  'make-statements': stateAgain,
};

/** Tries the accounts again that somebody wants to be tried again. */
export async function retrySetAside(context: Context): Promise<void> {
  const { database, log } = context;
  const rows = await database.query(sql<SetAsideRow>`
    select step, account_id as "accountId", date::text from set_aside where retry order by date, step, account_id limit 1000
  `);
  for (const row of rows) {
    try {
      await AGAIN[row.step]?.(context, row);
    } catch (error) {
      log.warn({ err: error, account: row.accountId }, 'an account stays set aside');
      const told = error instanceof Refusal ? error.reason : error instanceof Error ? error.message : String(error);
      const reason = told.slice(0, 200);
      await database.query(sql`
        update set_aside set retry = false, reason = ${reason} where step = ${row.step} and account_id = ${row.accountId}
      `);
    }
  }
}

/** Accrues the nights that were missed, up to the last day that is over, and takes the account back. */
async function catchUp({ database, ledger }: Context, { step, accountId, date }: SetAsideRow): Promise<void> {
  const paying = await payingProducts(database);
  const { openDate, closingDates } = await ledger.getBusinessDate({});
  // A day that closes is its own step's, which may have passed this account: it is for after that.
  if (closingDates.length > 0) return;
  const until = Temporal.PlainDate.from(openDate).subtract({ days: 1 });
  const kept = await readInterest(database, accountId);
  let day = kept ? kept.accruedThrough.add({ days: 1 }) : Temporal.PlainDate.from(date);
  for (; Temporal.PlainDate.compare(day, until) <= 0; day = day.add({ days: 1 })) {
    const one = day;
    const lac = deriveId('lac', accountId);
    const answer = await ledger.listDayBalances({
      businessDate: one.toString(),
      // From the id that is shorter by its last letter on: no more than all ids with another last letter lie between, with their pots.
      afterLedgerAccountId: lac.slice(0, -1),
      pageSize: NEAREST,
    });
    const its = answer.balances.filter(
      ({ ledgerAccountId }) => accountOfLedger(ledgerAccountId).accountId === accountId,
    );
    const balance = joinPots(undefined, its).last?.balance;
    if (balance === undefined) return;
    const moved = new Map([[accountId, answer.backValued.filter(({ ledgerAccountId }) => ledgerAccountId === lac)]]);
    await database.transaction((tx) => accrue(tx, { date: one }, paying, [{ accountId, balance }], moved));
  }
  // A day that turned meanwhile may have passed it too. One that turns from now on finds at its end who is behind.
  if ((await ledger.getBusinessDate({})).openDate !== openDate) return;
  await database.query(sql`delete from set_aside where step = ${step} and account_id = ${accountId} and retry`);
}

/** Plans again what could not be posted, for the open day, and takes the account back unless it is refused again. */
async function postAgain(context: Context, { step, accountId, date }: SetAsideRow): Promise<void> {
  const { database } = context;
  const kept = await readInterest(database, accountId);
  const products = await payingProducts(database);
  const product = products.find(
    (one) => one.productId === kept?.productId && one.productVersion === kept.productVersion,
  );
  await database.transaction(async (tx) => {
    if (!product) return;
    const [before] = await tx.query(sql<{ credit: string | null; overdraft: string | null }>`
      select posted_through::text as credit, overdraft_posted_through::text as overdraft
      from interest_account where account_id = ${accountId} for update
    `);
    for (const kind of ['credit', 'overdraft'] as const) {
      const posted = before?.[kind];
      if (!posted) continue;
      // What was refused is posted with a later period where there was one; and what was posted since, is posted.
      const [last] = await tx.query(sql<{ refused: boolean | null }>`
        select bool_and(state = 'refused') as refused from interest_posting
        where account_id = ${accountId} and date = ${posted}::date and kind = ${kind}
      `);
      if (!last?.refused) continue;
      const through = sql.ref(kind === 'credit' ? 'posted_through' : 'overdraft_posted_through');
      await tx.query(sql`update interest_account set ${through} = null where account_id = ${accountId}`);
      const plan = { kind, products: [product], endOfDay: false };
      await planPage(tx, Temporal.PlainDate.from(posted), plan, { accountId });
    }
  });
  await postPlanned(context, {
    date: Temporal.PlainDate.from(date),
    step,
    cursor: '',
    advance: async (work) => void (await database.transaction(work)),
  });
  // What was refused again wants no retry any more.
  await database.query(sql`delete from set_aside where step = ${step} and account_id = ${accountId} and retry`);
}

/** Makes the statement that could not be made, and takes the account back. */
async function stateAgain(context: Context, { step, accountId, date }: SetAsideRow): Promise<void> {
  await makeAgain(context, accountId, date);
  await context.database.query(sql`
    delete from set_aside where step = ${step} and account_id = ${accountId} and retry
  `);
}
