// The payments of a file (pain.001): what of them this bank carries out, and how what became of them is told in the words of ISO.
import { sha256Hex } from '#chassis/digest.ts';
import { isValid, normalise } from '#rules/iban.ts';
import type { Content } from '#rules/iso20022/definitions.ts';

type Group = Content<'pain.001.001.09'>['PmtInf'][number];
/** A payment as it stands in the file. */
export type Item = Group['CdtTrfTxInf'][number];
/** The group around it, without its payments. */
export type GroupHead = Omit<Group, 'CdtTrfTxInf'>;

/** A payment as it is kept, and carried out. */
export interface Payment {
  /** Under which it is carried out once. */
  readonly key: string;
  readonly groupId: string;
  readonly instructionId?: string;
  readonly endToEndId: string;
  readonly debtorIban: string;
  readonly creditorIban: string;
  /** Absent in what was read before other banks were paid. */
  readonly creditorName?: string;
  /** The day on which another bank is paid, where that is later than when it was read. */
  readonly day?: string;
  readonly currencyCode: string;
  readonly amount: string;
  readonly text: string;
  /** Why it is not carried out at all. */
  readonly refused?: string;
}

/** What became of a payment. */
export interface Outcome {
  readonly state: 'booked' | 'pending' | 'refused';
  readonly transactionId?: string;
  /** Of a payment to another bank, which goes on from there. */
  readonly paymentOrderId?: string;
  readonly reason?: string;
}

/** What a payment is held against. */
export interface Facts {
  readonly messageId: string;
  readonly openDate: string;
  readonly countryCode: string;
  readonly bankCode: string;
}

const LONGEST_TEXT = 140;

/** A payment of a file. `index` is its place in the file. */
export function paymentOf(item: Item, group: GroupHead, index: number, facts: Facts): Payment {
  const { InstrId: instructionId, EndToEndId: endToEndId } = item.PmtId;
  const debtorIban = normalise(group.DbtrAcct.Id.IBAN ?? '');
  const creditorIban = normalise(item.CdtrAcct?.Id.IBAN ?? '');
  const { Ccy: currencyCode = '', value = '' } = item.Amt.InstdAmt ?? {};
  const day = dayOf(group);
  const refused = reasonAgainst({ item, group, debtorIban, creditorIban }, facts);
  return {
    key: sha256Hex(`${facts.messageId}\n${endToEndId}\n${index}`),
    groupId: group.PmtInfId,
    ...(instructionId !== undefined && { instructionId }),
    endToEndId,
    debtorIban,
    creditorIban,
    creditorName: item.Cdtr?.Nm ?? '',
    ...(day > facts.openDate && { day }),
    currencyCode,
    amount: plain(value),
    text: textOf(item),
    ...(refused !== undefined && { refused }),
  };
}

/** Why a payment is not carried out, before anybody else is asked. */
function reasonAgainst(
  payment: { item: Item; group: GroupHead; debtorIban: string; creditorIban: string },
  { openDate, countryCode, bankCode }: Facts,
): string | undefined {
  const { item, group, debtorIban, creditorIban } = payment;
  if (group.PmtMtd !== 'TRF') return 'PAYMENT_METHOD_NOT_SUPPORTED';
  if (!isValid(debtorIban)) return 'DEBTOR_IBAN_INVALID';
  if (!isValid(creditorIban)) return 'CREDITOR_IBAN_INVALID';
  if (!item.Amt.InstdAmt) return 'AMOUNT_NOT_SUPPORTED';
  const isOurs = creditorIban.startsWith(countryCode) && creditorIban.startsWith(bankCode, 4);
  if (isOurs) return dayOf(group) > openDate ? 'EXECUTION_DATE_NOT_SUPPORTED' : undefined;
  return (item.Cdtr?.Nm ?? '').trim() === '' ? 'CREDITOR_NAME_REQUIRED' : undefined;
}

/** The day on which the payments of a group are asked for. */
function dayOf({ ReqdExctnDt }: GroupHead): string {
  return (ReqdExctnDt.Dt ?? ReqdExctnDt.DtTm ?? '').trim().slice(0, 10);
}

/** A decimal of the standard as money is written: `.50` is `0.5`, `007.` is `7`. Digit by digit, and no number in between. */
export function plain(decimal: string): string {
  // Of a sign only a plus is left: what is less than nothing no message holds, and `-.0` is nothing.
  const [whole = '', part = ''] = decimal.trim().replace(/^[+-]/, '').split('.');
  const fraction = part.replace(/0+$/, '');
  return (whole.replace(/^0+(?=\d)/, '') || '0') + (fraction && `.${fraction}`);
}

/** What the payer tells the payee. */
function textOf({ RmtInf }: Item): string {
  const said =
    RmtInf?.Ustrd?.join(' ') ?? RmtInf?.Strd?.flatMap(({ CdtrRefInf }) => CdtrRefInf?.Ref ?? []).join(' ') ?? '';
  // By characters: half of one could not be sent on.
  return Array.from(said.slice(0, 2 * LONGEST_TEXT))
    .slice(0, LONGEST_TEXT)
    .join('');
}

/** Our reasons in the words of ISO's list of external status reasons. */
const ISO_REASONS: Readonly<Record<string, string>> = {
  ACCOUNT_CLOSED: 'AC04',
  ACCOUNT_FROZEN: 'AC06',
  ACCOUNT_NOT_ACTIVE: 'AC06',
  ACCOUNT_NOT_FOUND: 'AC02',
  AMOUNT_NOT_POSITIVE: 'AM01',
  AMOUNT_NOT_SUPPORTED: 'AM12',
  AMOUNT_OUT_OF_RANGE: 'AM12',
  CREDITOR_BANK_NOT_REACHED: 'CNOR',
  ACCOUNT_RESTRICTED: 'AC06',
  BALANCE_OUT_OF_RANGE: 'AM21',
  CEILING_EXCEEDED: 'AM21',
  CREDITOR_IBAN_INVALID: 'AC03',
  CREDITOR_NAME_REQUIRED: 'RR03',
  CREDITOR_NOT_FOUND: 'AC03',
  CURRENCY_EXPONENT_EXCEEDED: 'AM12',
  CURRENCY_MISMATCH: 'AM03',
  CURRENCY_UNKNOWN: 'AM11',
  DEBTOR_IBAN_INVALID: 'AC02',
  DUPLICATE_MESSAGE_ID: 'DU01',
  EXECUTION_DATE_NOT_SUPPORTED: 'DT01',
  EXECUTION_DATE_PASSED: 'DT01',
  EXECUTION_DATE_TOO_FAR: 'DT01',
  FRAUD_SUSPECTED: 'FR01',
  IBAN_INVALID: 'AC03',
  INSUFFICIENT_FUNDS: 'AM04',
  PAYMENT_METHOD_NOT_SUPPORTED: 'AG03',
  REQUEST_EXISTS: 'AM05',
  SCHEME_NOT_AVAILABLE: 'CNOR',
  SIGNATORY_REQUIRED: 'AG01',
  TERM_DEPOSIT_PAID_IN: 'AG01',
  TIER_DAY_LIMIT_EXCEEDED: 'AM14',
  TIER_LIMIT_EXCEEDED: 'AM14',
  TRANSFER_LIMIT_EXCEEDED: 'AM14',
};

/** A reason of ours as a code of ISO; MS03 (not specified) where there is none that says it. */
export function isoReason(reason: string): string {
  return ISO_REASONS[reason] ?? 'MS03';
}
