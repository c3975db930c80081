// A term deposit as it is opened: when it matures, and what shall become of it then.
import type { Call } from '#chassis/call-context.ts';
import type { OpenAccountRequest } from '#gen/bank/account/v1/account_service_pb.ts';
import { holidaysAround } from './calendars.ts';
import type { Context } from './context.ts';
import type { Holding } from './domain/holders.ts';
import { refuse } from './domain/refusals.ts';
import { maturityOf } from './domain/term.ts';
import { maturityInstructions } from './domain/words.ts';
import { checkPayoutAccount } from './payouts.ts';
import { termsOf } from './products.ts';
import { AccountRow, type ProductRow } from './tables.ts';

/** What of an account makes it a term deposit: nothing of any other. */
export type Deposit = Pick<AccountRow, 'maturityDate' | 'maturityInstruction' | 'payoutAccountId'>;

/** Reads what is asked of a term deposit. Refuses one without an account to be paid out to, and anything else with one. */
export async function depositOf(
  context: Context,
  { payoutAccountId, maturityInstruction }: OpenAccountRequest,
  opening: {
    readonly product: ProductRow;
    readonly holders: readonly Holding[];
    readonly openDate: Temporal.PlainDate;
  },
  call: Call,
): Promise<Deposit> {
  const { product, holders, openDate } = opening;
  const { term } = termsOf(product);
  if ((term === undefined) !== (payoutAccountId === '')) throw refuse('PAYOUT_ACCOUNT_INVALID');
  if (!term) return { maturityDate: null, maturityInstruction: null, payoutAccountId: null };
  const owners = holders.flatMap(({ customerId, role }) => (role === 'owner' ? [customerId] : []));
  await checkPayoutAccount(context, payoutAccountId, owners, call);
  const to = await context.database.orm.em.fork().findOne(AccountRow, { id: payoutAccountId });
  if (!to) throw refuse('CREDITOR_NOT_FOUND');
  if (to.currency !== product.currency) throw refuse('CURRENCY_MISMATCH', { side: 'creditor' });
  const holidays = await holidaysAround(context.database, term.calendarCode, openDate.add({ months: term.termMonths }));
  return {
    maturityDate: maturityOf(term, openDate, holidays ?? new Set<string>()).toString(),
    maturityInstruction: maturityInstruction ? maturityInstructions.word(maturityInstruction) : 'pay_out',
    payoutAccountId,
  };
}
