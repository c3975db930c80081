// The step that posts interest where a period ends: planned with its amount and the id of its journal, posted, and settled. Whoever
// dies in between leaves it planned, and the next one posts the same journal.
import { sql } from 'kysely';
import type { Tx } from '#chassis/database.ts';
import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { JournalOutcome } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { adjust } from '#rules/calendar.ts';
import { exponentOf } from '#rules/currency.ts';
import { type Decimal, decimal, ZERO } from '#rules/decimal.ts';
import type { PayingProduct } from './accrual-sql.ts';
import { type InterestSide, openOwnAccounts, ownAccount } from './booking-interest.ts';
import { holidaysAround } from './calendars.ts';
import type { Context } from './context.ts';
import { type StepRun, setAside } from './day-steps.ts';
import { endsPeriod, type InterestTerms, posting } from './domain/interest.ts';
import { minorOf } from './domain/interest-terms.ts';
import { chargeOf } from './domain/overdraft.ts';
import { payingProducts } from './interest-tables.ts';
import { keyOf } from './products.ts';

const PAGE = 500;

interface DueRow {
  readonly accountId: string;
  readonly productId: string;
  readonly productVersion: number;
  readonly currency: string;
  readonly outstanding: string;
}

interface Planned {
  readonly kind: InterestSide;
  readonly journalId: string;
  readonly accountId: string;
  readonly date: string;
  readonly currency: string;
  readonly gross: string;
  readonly tax: string;
  readonly endOfDay: boolean;
  readonly valueDate: string;
}

/** Posts the interest of the periods that end on a day, and what was planned before and not posted yet. */
export async function postInterest(context: Context, run: StepRun): Promise<void> {
  await postPlanned(context, run);
  const products = await payingProducts(context.database);
  for (const kind of ['credit', 'overdraft'] as const) {
    const ending = products.filter((product) => isPostedOn(kind, product, run.date));
    for (let after: string | undefined = ''; ending.length > 0 && after !== undefined; ) {
      const which = { after };
      await run.advance(async (tx) => {
        const planned = await planPage(tx, run.date, { kind, products: ending, endOfDay: true }, which);
        after = planned.length === PAGE ? planned.at(-1) : undefined;
        return { cursor: '', count: planned.length };
      });
      await postPlanned(context, run);
    }
  }
}

/** Where the interest of a side is written, and what its journals are called. */
const SIDES = {
  credit: { accrued: 'earned', posted: 'posted', through: 'posted_through', journal: 'interest' },
  overdraft: {
    accrued: 'overdraft_accrued',
    posted: 'overdraft_posted',
    through: 'overdraft_posted_through',
    journal: 'overdraft',
  },
} as const;

function isPostedOn(kind: InterestSide, { terms, overdraft }: PayingProduct, date: Temporal.PlainDate): boolean {
  const period = kind === 'credit' ? terms.posting : overdraft?.posting;
  return period !== undefined && endsPeriod(period, date);
}

/** What is posted of what is outstanding on a side. There is a tax on what is earned alone. */
function amountsOf(kind: InterestSide, { terms, overdraft }: PayingProduct, outstanding: Decimal, exponent: number) {
  if (kind === 'credit') return posting(terms, outstanding, exponent);
  return { gross: overdraft ? chargeOf(overdraft, outstanding, exponent) : ZERO, tax: ZERO };
}

/** What is planned: interest of a side, of some products. */
interface Plan {
  readonly kind: InterestSide;
  readonly products: readonly PayingProduct[];
  readonly endOfDay: boolean;
}

/**
 * Plans what is posted of the next accounts of some products, or of one of them: of those that are accrued up to the day and not posted for
 * it. Answers them.
 */
export async function planPage(
  tx: Tx,
  date: Temporal.PlainDate,
  { kind, products, endOfDay }: Plan,
  which: { readonly after: string } | { readonly accountId: string },
): Promise<string[]> {
  const day = date.toString();
  const side = SIDES[kind];
  const [posted, through] = [sql.ref(side.posted), sql.ref(side.through)];
  const byKey = new Map(products.map((product) => [keyOf(product), product]));
  const due = await tx.query(sql<DueRow>`
    select i.account_id as "accountId", i.product_id as "productId", i.product_version as "productVersion", i.currency,
      (${sql.ref(side.accrued)} - ${posted})::text as outstanding
    from interest_account i join account a on a.id = i.account_id
    where (i.product_id, i.product_version) in (
        select * from unnest(${sqlArray(products.map(({ productId }) => productId))}::text[],
          ${sqlArray(products.map(({ productVersion }) => productVersion))}::integer[])
      ) and i.accrued_through >= ${day}::date
      and (${through} is null or ${through} < ${day}::date) and a.state in ('active', 'inactive', 'dormant')
      and ${'after' in which ? sql`i.account_id > ${which.after}` : sql`i.account_id = ${which.accountId}`}
    order by i.account_id limit ${PAGE} for update of i
  `);
  const next = date.add({ days: 1 });
  const valueDates = new Map<PayingProduct, string>();
  for (const product of products) {
    valueDates.set(product, kind === 'credit' ? await valueDateOf(tx, product.terms, next) : next.toString());
  }
  const tries = endOfDay ? '' : `_${Date.now()}`;
  const plans = due.map(({ accountId, currency, outstanding, ...key }) => {
    const product = byKey.get(keyOf(key));
    if (!product) throw new Error(`${accountId} is of a product that was not asked for`);
    const { gross, tax } = amountsOf(kind, product, decimal(outstanding), exponentOf(currency) ?? 2);
    const journalId = `jnl_${side.journal}_${day.replaceAll('-', '')}_${accountId.slice(accountId.indexOf('_') + 1)}${tries}`;
    const amounts = { outstanding, gross: gross.toFixed(), tax: tax.toFixed() };
    return { journalId, accountId, currency, valueDate: valueDates.get(product), ...amounts };
  });
  const of = (column: keyof (typeof plans)[number]) => sqlArray(plans.map((plan) => plan[column]));
  await tx.query(sql`
    update interest_account i set ${posted} = i.${posted} + p.gross, ${through} = ${day}::date
    from unnest(${of('accountId')}::text[], ${of('gross')}::numeric[]) as p (account_id, gross)
    where i.account_id = p.account_id
  `);
  await tx.query(sql`
    insert into interest_posting (journal_id, account_id, date, currency, outstanding, gross, tax, end_of_day, value_date, state, kind)
    select p.journal_id, p.account_id, ${day}::date, p.currency, p.outstanding, p.gross, p.tax, ${endOfDay}, p.value_date, 'planned', ${kind}
    from unnest(${of('journalId')}::text[], ${of('accountId')}::text[], ${of('currency')}::text[], ${of('outstanding')}::numeric[],
      ${of('gross')}::numeric[], ${of('tax')}::numeric[], ${of('valueDate')}::date[]
    ) as p (journal_id, account_id, currency, outstanding, gross, tax, value_date)
    where p.gross <> 0
  `);
  return due.map(({ accountId }) => accountId);
}

/** From which day on interest counts that is posted for a period that ended the day before; a year that nobody published has no holidays. */
async function valueDateOf(tx: Tx, terms: InterestTerms, day: Temporal.PlainDate): Promise<string> {
  if (terms.calendarCode === '') return day.toString();
  const holidays = (await holidaysAround(tx, terms.calendarCode, day)) ?? new Set<string>();
  return adjust(day, terms.valueDateConvention, holidays).toString();
}

/** Posts what is planned, and settles it: what the ledger refuses stays outstanding, and the account is set aside. */
export async function postPlanned(context: Context, run: StepRun): Promise<void> {
  const { database, ledger } = context;
  for (;;) {
    const planned = await database.query(sql<Planned>`
      select kind, journal_id as "journalId", account_id as "accountId", date::text, currency, gross::text, tax::text,
        end_of_day as "endOfDay", coalesce(value_date, date + 1)::text as "valueDate"
      from interest_posting where state = 'planned' order by journal_id limit ${PAGE}
    `);
    if (planned.length === 0) return;
    for (const currency of new Set(planned.map((one) => one.currency))) await openOwnAccounts(context, currency);
    const { outcomes } = await ledger.postJournals({ journals: planned.map(journalOf) });
    const byId = new Map(outcomes.map((outcome) => [outcome.journalId, outcome]));
    await run.advance(async (tx) => {
      const isPosted = ({ journalId }: Planned) => byId.get(journalId)?.result.case === 'posted';
      const posted = planned.filter(isPosted).map(({ journalId }) => journalId);
      await tx.query(sql`
        update interest_posting set state = 'posted' where journal_id = any(${sqlArray(posted)}::text[])
      `);
      for (const one of planned) if (!isPosted(one)) await settleRefused(tx, run, one, byId.get(one.journalId));
      return { cursor: '', count: 0 };
    });
  }
}

async function settleRefused(tx: Tx, run: StepRun, one: Planned, outcome: JournalOutcome | undefined): Promise<void> {
  if (outcome?.result.case !== 'refusal') throw new Error('a journal was answered without an outcome');
  const reason = outcome.result.value.detail?.reason ?? 'UNKNOWN';
  const [refused] = await tx.query(sql<{ journalId: string }>`
    update interest_posting set state = 'refused', reason = ${reason}
    where journal_id = ${one.journalId} and state = 'planned' returning journal_id as "journalId"
  `);
  if (!refused) return;
  const posted = sql.ref(SIDES[one.kind].posted);
  await tx.query(sql`
    update interest_account set ${posted} = ${posted} - ${one.gross}::numeric where account_id = ${one.accountId}
  `);
  await setAside(tx, { ...run, step: 'post-interest' }, one.accountId, reason);
}

/** What is posted at the end of a day earns from the next one on, or where the calendar of its product moves that. */
function journalOf({ kind, journalId, accountId, currency, gross, tax, endOfDay, valueDate }: Planned) {
  const [owed, withheld] = [minorOf(currency, decimal(gross)), minorOf(currency, decimal(tax))];
  const leg = (ledgerAccountId: string, side: Side, amount: bigint) =>
    amount === 0n ? [] : [{ ledgerAccountId, side, amount: toMoney({ currency, minor: amount }) }];
  const journal = { journalId, kind: JournalKind.INTEREST, endOfDay, valueDate };
  if (kind === 'overdraft') {
    const receivable = ownAccount('accrued_interest_receivable', currency);
    const legs = [...leg(deriveId('lac', accountId), Side.DEBIT, owed), ...leg(receivable, Side.CREDIT, owed)];
    return { ...journal, legs };
  }
  return {
    ...journal,
    legs: [
      ...leg(ownAccount('accrued_interest', currency), Side.DEBIT, owed),
      ...leg(deriveId('lac', accountId), Side.CREDIT, owed - withheld),
      ...leg(ownAccount('withholding_tax', currency), Side.CREDIT, withheld),
    ],
  };
}
