// MT940, for customers whose programs know no camt.053: the same statement as text of SWIFT. A pure function of the statement.
import anyAscii from 'any-ascii';
import type { Content } from '#rules/iso20022/definitions.ts';
import { IsoRefusal } from '#rules/iso20022/refusal.ts';

export type Statement = Content<'camt.053.001.08'>['Stmt'][number];
type Balance = Statement['Bal'][number];
type Entry = NonNullable<Statement['Ntry']>[number];
type Amount = Entry['Amt'];

const LINE_END = '\r\n';
/** What a field of 15 characters holds, its comma among them. */
const LONGEST_AMOUNT = 15;

/** A statement as MT940, lines ended as SWIFT does. Throws an IsoRefusal for what MT940 has no way to say. */
export function mt940(statement: Statement): string {
  const opening = balanceOf(statement, ['OPBD', 'PRCD']);
  const closing = balanceOf(statement, ['CLBD']);
  const available = statement.Bal.find((balance) => codeOf(balance) === 'CLAV');
  const { Id, Acct, LglSeqNb, ElctrncSeqNb } = statement;
  const lines = [
    `:20:${field(Id, 16)}`,
    `:25:${field(Acct.Id.IBAN ?? Acct.Id.Othr?.Id ?? '', 35)}`,
    `:28C:${(LglSeqNb ?? ElctrncSeqNb ?? '0').slice(-5)}`,
    `:60F:${balanceText(opening)}`,
    ...(statement.Ntry ?? []).flatMap(entryLines),
    `:62F:${balanceText(closing)}`,
    ...(available ? [`:64:${balanceText(available)}`] : []),
    '-',
  ];
  return lines.map((line) => line + LINE_END).join('');
}

function balanceOf({ Bal }: Statement, codes: readonly string[]): Balance {
  const found = codes.map((code) => Bal.find((balance) => codeOf(balance) === code)).find((one) => one !== undefined);
  if (!found) throw new IsoRefusal('ELEMENT_MISSING', '/Document/BkToCstmrStmt/Stmt/Bal', codes.join(' or '));
  return found;
}

function codeOf({ Tp }: Balance): string | undefined {
  return Tp.CdOrPrtry.Cd;
}

function balanceText({ CdtDbtInd, Dt, Amt }: Balance): string {
  return `${mark(CdtDbtInd)}${dayOf(Dt)}${Amt.Ccy}${amountText(Amt)}`;
}

function entryLines(entry: Entry): string[] {
  const { CdtDbtInd, RvslInd, Amt, BookgDt, ValDt, NtryRef, AcctSvcrRef } = entry;
  const booked = dayOf(BookgDt ?? ValDt ?? {});
  const value = dayOf(ValDt ?? BookgDt ?? {});
  const isReversal = RvslInd?.trim() === 'true' || RvslInd?.trim() === '1';
  // What undoes a credit takes money, and is marked as the credit that it undoes.
  const direction = isReversal ? `R${CdtDbtInd === 'CRDT' ? 'D' : 'C'}` : mark(CdtDbtInd);
  const details = entry.NtryDtls?.[0]?.TxDtls?.[0];
  const own = field(details?.Refs?.EndToEndId ?? NtryRef ?? 'NONREF', 16) || 'NONREF';
  const bank = field(AcctSvcrRef ?? '', 16);
  const said = (details?.RmtInf?.Ustrd ?? []).join(' ') || entry.AddtlNtryInf || '';
  return [
    `:61:${value}${booked.slice(2)}${direction}${amountText(Amt)}NTRF${own}${bank && `//${bank}`}`,
    ...informationLines(said),
  ];
}

/** Six lines of 65 characters at most; none may look like the beginning of a field, or like the end. */
function informationLines(text: string): string[] {
  const plain = swift(text);
  if (plain === '') return [];
  const lines = plain.slice(0, 6 * 65).match(/.{1,65}/g) ?? [];
  return lines.map((line, index) => (index === 0 ? `:86:${line}` : line.replace(/^[:-]/, '.')));
}

function mark(indicator: string): string {
  return indicator === 'CRDT' ? 'C' : 'D';
}

/** `2026-11-28` and what may follow as `261128`. */
function dayOf({ Dt, DtTm }: { readonly Dt?: string | undefined; readonly DtTm?: string | undefined }): string {
  return (Dt ?? DtTm ?? '').trim().slice(2, 10).replaceAll('-', '');
}

/** An amount with its comma, digit by digit as it is: no number in between. */
function amountText({ value }: Amount): string {
  const [whole = '', part = ''] = value.trim().replace(/^\+/, '').split('.');
  const text = `${whole.replace(/^0+(?=\d)/, '') || '0'},${part.replace(/0+$/, '')}`;
  if (text.length > LONGEST_AMOUNT)
    throw new IsoRefusal('VALUE_INVALID', '/Document/BkToCstmrStmt/Stmt', '15 characters');
  return text;
}

/** A text of the characters of SWIFT (set x). What is in none of them is a point. */
function swift(text: string): string {
  return anyAscii(text)
    .replace(/\s+/g, ' ')
    .replace(/[^A-Za-z0-9/\-?:().,'+ ]/g, '.')
    .trim();
}

/** The same, without what begins or parts a reference. */
function field(text: string, longest: number): string {
  return swift(text)
    .replace(/\/\/+/g, '/')
    .replace(/^\/|\/$/g, '')
    .slice(0, longest);
}
