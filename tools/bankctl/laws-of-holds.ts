// What holds may do: hold what is left of them while they are open, be captured by journals within their limit, and be
// what their accounts have held and coming.

import { equals, toJsonString } from '@bufbuild/protobuf';
import { fromMoney, toDecimal } from '#chassis/money.ts';
import { type Hold, HoldSchema, HoldState, type HoldStep } from '#gen/bank/ledger/v1/hold_pb.ts';
import { type Journal, type LedgerBalance, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Fault } from './laws.ts';

/** What the journals that capture holds come to, by hold, in minor units. */
export type Captured = ReadonlyMap<string, bigint>;

/** Adds what a journal captures. */
export function noteCapture(captured: Map<string, bigint>, { capturedHoldId, entries }: Journal): void {
  if (capturedHoldId === '') return;
  const debits = entries.filter(({ side }) => side === Side.DEBIT).map(({ amount }) => minor(amount));
  const amount = debits.reduce((sum, one) => sum + one, 0n);
  captured.set(capturedHoldId, (captured.get(capturedHoldId) ?? 0n) + amount);
}

/** What is wrong with a hold by itself. */
export function holdFaults(hold: Hold): Fault[] {
  const { holdId: subject, state, amount, captured, captureLimit, held } = hold;
  const currency = amount?.currencyCode ?? '';
  const left = state === HoldState.OPEN ? minor(amount) - minor(captured) : 0n;
  const fault = (what: string, expected: bigint, found: bigint): Fault => {
    return { law: 'HOLD', subject, what, expected: shown(currency, expected), found: shown(currency, found) };
  };
  return [
    ...(minor(held) === left ? [] : [fault('what it holds', left, minor(held))]),
    ...(minor(captured) <= minor(captureLimit) ? [] : [fault('its limit', minor(captureLimit), minor(captured))]),
  ];
}

/** The hold as its last step left it, by hold. */
export type Lives = ReadonlyMap<string, Hold>;

/** Takes note of a step. Those of a hold may come in any order. */
export function noteStep(lives: Map<string, Hold>, { hold }: HoldStep): void {
  const last = hold && lives.get(hold.holdId);
  if (hold && (!last || last.version < hold.version)) lives.set(hold.holdId, hold);
}

/** What is wrong with a hold, given how its last step left it. */
export function lifeFaults(subject: string, hold: Hold | undefined, last: Hold | undefined): Fault[] {
  const fault = (what: string, expected: string, found: string): Fault => ({
    law: 'HOLD',
    subject,
    what,
    expected,
    found,
  });
  const at = (one: Hold | undefined) => (one ? `version ${one.version}` : 'none');
  if (hold?.version !== last?.version) return [fault('it is as its last step left it', at(last), at(hold))];
  if (!hold || !last || equals(HoldSchema, hold, last)) return [];
  return [fault('it is as its last step left it', toJsonString(HoldSchema, last), toJsonString(HoldSchema, hold))];
}

/** How much more (less than zero: less) the journals that were read capture of a hold than it knows of. */
export function unknownTo(hold: Hold | undefined, captured: bigint): bigint {
  return captured - minor(hold?.captured);
}

/** A hold and the journals that capture it do not agree. */
export function captureFault(subject: string, hold: Hold | undefined, captured: bigint): Fault {
  const currency = hold?.amount?.currencyCode ?? '';
  const [what, found] = ['what journals capture of it', currency === '' ? String(captured) : shown(currency, captured)];
  return { law: 'HOLD', subject, what, expected: hold ? shown(currency, minor(hold.captured)) : 'a hold', found };
}

/** What is wrong with the balance of an account, given all the open holds that are on it at that moment. */
export function pendingFaults(
  balance: Pick<LedgerBalance, 'ledgerAccountId' | 'booked' | 'held' | 'pendingIn'>,
  normalSide: Side,
  open: readonly Hold[],
): Fault[] {
  const { ledgerAccountId: subject } = balance;
  const { currencyCode: currency = '' } = balance.booked ?? {};
  const sum = (side: Side): bigint =>
    open
      .filter(({ debitLedgerAccountId: debit, creditLedgerAccountId: credit }) =>
        side === Side.DEBIT ? debit === subject : credit === subject,
      )
      .reduce((total, { held }) => total + minor(held), 0n);
  const other = normalSide === Side.DEBIT ? Side.CREDIT : Side.DEBIT;
  return [
    { what: 'what is held of it', expected: sum(other), found: minor(balance.held) },
    { what: 'what is coming', expected: sum(normalSide), found: minor(balance.pendingIn) },
  ].flatMap(({ what, expected, found }): Fault[] =>
    expected === found
      ? []
      : [{ law: 'HELD', subject, what, expected: shown(currency, expected), found: shown(currency, found) }],
  );
}

function minor(money: Money | undefined): bigint {
  return money ? fromMoney(money).minor : 0n;
}

function shown(currency: string, amount: bigint): string {
  return `${toDecimal({ currency, minor: amount })} ${currency}`;
}
