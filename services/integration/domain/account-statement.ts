// The statement of an account as camt.053. A pure function of what the account service says of it.
import type { Content, Message } from '#rules/iso20022/definitions.ts';

/** Money as the contract writes it. */
interface Money {
  readonly currencyCode: string;
  readonly amount: string;
}

/** What the account service says of an account over some days. */
export interface AccountDays {
  readonly iban: string;
  readonly fromDate: string;
  readonly toDate: string;
  readonly opening: Money;
  readonly closing: Money;
  readonly entries: readonly {
    readonly bookingDate: string;
    readonly valueDate: string;
    /** Negative for what it takes. */
    readonly amount: Money;
    readonly kind: string;
    readonly journalId: string;
    readonly transactionId: string;
    readonly lineNumber: number;
  }[];
}

type Statement = Content<'camt.053.001.08'>['Stmt'][number];

/** The message about an account over some days. `time` is when it is made. */
export function accountStatement(days: AccountDays, { time }: { readonly time: string }): Message<'camt.053.001.08'> {
  const { iban, fromDate, toDate, opening, closing, entries } = days;
  const id = `${fromDate.replaceAll('-', '')}-${toDate.replaceAll('-', '')}`;
  const statement: Statement = {
    Id: id,
    CreDtTm: time,
    FrToDt: { FrDtTm: `${fromDate}T00:00:00`, ToDtTm: `${toDate}T24:00:00` },
    Acct: { Id: { IBAN: iban }, Ccy: closing.currencyCode },
    Bal: [balance('OPBD', opening, fromDate), balance('CLBD', closing, toDate)],
    ...(entries.length > 0 && { Ntry: entries.map(entryOf) }),
  };
  return { name: 'camt.053.001.08', content: { GrpHdr: { MsgId: id, CreDtTm: time }, Stmt: [statement] } };
}

function balance(code: string, money: Money, date: string): Statement['Bal'][number] {
  return { Tp: { CdOrPrtry: { Cd: code } }, ...signed(money), Dt: { Dt: date } };
}

function entryOf(entry: AccountDays['entries'][number]): NonNullable<Statement['Ntry']>[number] {
  const { bookingDate, valueDate, amount, kind, journalId, transactionId, lineNumber } = entry;
  return {
    NtryRef: String(lineNumber),
    ...signed(amount),
    Sts: { Cd: 'BOOK' },
    BookgDt: { Dt: bookingDate },
    ValDt: { Dt: valueDate },
    AcctSvcrRef: transactionId || journalId,
    BkTxCd: { Prtry: { Cd: kind } },
  };
}

/** An amount without its sign, and the side that the sign says. */
function signed({ currencyCode: Ccy, amount }: Money) {
  const isDebit = amount.startsWith('-');
  return { Amt: { Ccy, value: isDebit ? amount.slice(1) : amount }, CdtDbtInd: isDebit ? 'DBIT' : 'CRDT' };
}
