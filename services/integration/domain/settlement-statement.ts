// The statement of the bank's account with the scheme, out of a camt.053. A pure function of the message.
import { Refusal } from '#chassis/errors.ts';
import { fromMoney } from '#chassis/money.ts';
import type { Content } from '#rules/iso20022/definitions.ts';
import { IsoRefusal } from '#rules/iso20022/refusal.ts';
import { plain } from './payments.ts';

/** A statement. Amounts are minor units: positive is the bank's. */
export interface SettlementStatement {
  readonly identification: string;
  readonly currency: string;
  readonly fromDate: string;
  readonly toDate: string;
  readonly opening: bigint;
  readonly closing: bigint;
  readonly entries: readonly StatementEntry[];
}

interface StatementEntry {
  readonly amount: bigint;
  readonly day: string;
  /** The scheme's own. */
  readonly reference: string;
  /** The payments that it is about. */
  readonly paymentReferences: readonly string[];
}

type Statement = Content<'camt.053.001.08'>['Stmt'][number];
type Entry = NonNullable<Statement['Ntry']>[number];

/** The statements of a message. Throws IsoRefusal for one that does not add up. */
export function settlementStatements({ Stmt }: Content<'camt.053.001.08'>): SettlementStatement[] {
  return Stmt.map((statement, index) => {
    const path = `/Document/BkToCstmrStmt/Stmt[${index + 1}]`;
    const opening = balanceOf(statement, ['OPBD', 'PRCD'], path);
    const closing = balanceOf(statement, ['CLBD'], path);
    const toDate = closing.day;
    const amounts = [opening.currency, ...(statement.Ntry ?? []).map(({ Amt }) => Amt.Ccy)];
    if (amounts.some((currency) => currency !== closing.currency)) {
      throw new IsoRefusal('VALUE_INVALID', path, 'one currency for its balances and entries');
    }
    const entries = (statement.Ntry ?? []).flatMap((entry) => entryOf(entry, toDate));
    if (opening.amount + entries.reduce((total, { amount }) => total + amount, 0n) !== closing.amount) {
      throw new IsoRefusal('SUM_MISMATCH', `${path}/Bal`, 'the entries do not lead from one balance to the other');
    }
    const [identification, currency] = [statement.Id, closing.currency];
    const balances = { opening: opening.amount, closing: closing.amount };
    return { identification, currency, fromDate: opening.day, toDate, ...balances, entries };
  });
}

function balanceOf({ Bal }: Statement, codes: readonly string[], path: string) {
  const found = Bal.find(({ Tp }) => 'Cd' in Tp.CdOrPrtry && codes.includes(Tp.CdOrPrtry.Cd ?? ''));
  if (!found) throw new IsoRefusal('ELEMENT_MISSING', `${path}/Bal`, codes.join(' or '));
  const { Amt, CdtDbtInd, Dt } = found;
  return { currency: Amt.Ccy, amount: signed(Amt, CdtDbtInd), day: dayOf(Dt) };
}

/** What is only pending is not in the balance either. */
function entryOf({ Amt, CdtDbtInd, Sts, BookgDt, AcctSvcrRef, NtryRef, NtryDtls = [] }: Entry, toDate: string) {
  if ('Cd' in Sts && Sts.Cd !== 'BOOK') return [];
  const details = NtryDtls.flatMap(({ TxDtls = [] }) => TxDtls);
  const paymentReferences = details.flatMap(({ Refs }) => Refs?.TxId ?? Refs?.InstrId ?? Refs?.EndToEndId ?? []);
  return [
    {
      amount: signed(Amt, CdtDbtInd),
      day: dayOf(BookgDt) || toDate,
      reference: AcctSvcrRef ?? NtryRef ?? '',
      paymentReferences: [...new Set(paymentReferences)],
    },
  ];
}

function signed({ Ccy, value }: Entry['Amt'], indicator: string): bigint {
  try {
    const { minor } = fromMoney({ currencyCode: Ccy, amount: plain(value) });
    return indicator === 'DBIT' ? -minor : minor;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new IsoRefusal('VALUE_INVALID', '/Document/BkToCstmrStmt/Stmt', error.reason);
  }
}

function dayOf(date: Entry['BookgDt']): string {
  if (!date) return '';
  return (('Dt' in date ? date.Dt : date.DtTm) ?? '').trim().slice(0, 10);
}
