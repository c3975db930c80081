import { sql } from 'kysely';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { isKind } from '../domain/kinds.ts';
import { kindMessage } from '../messages.ts';
import {
  type AccountFaultRow,
  type DayFaultRow,
  type LineRow,
  selectAccountFaults,
  selectDayFaults,
  selectLines,
} from '../tie-out.ts';

const FAULTS_MAX = 1_000;

/** Holds the general ledger against its sub-ledgers, and explains what differs. */
export function tieOutGeneralLedger({ database }: Context): Rpcs<typeof LedgerService>['tieOutGeneralLedger'] {
  return () =>
    database.transaction(async (tx) => {
      // One snapshot, so that a ledger at work is seen at one moment.
      await tx.query(sql`set transaction isolation level repeatable read, read only`);
      const lines = await selectLines(tx);
      const accounts = await selectAccountFaults(tx, FAULTS_MAX);
      const days = await selectDayFaults(tx, FAULTS_MAX);
      return {
        tied: lines.every(isTied) && accounts.length === 0 && days.length === 0,
        lines: lines.filter(({ currency }) => currency !== '').map(lineMessage),
        accounts: accounts.map(accountMessage),
        days: days.filter(({ currency }) => currency !== '').map(dayMessage),
      };
    });
}

function isTied({ posted, postedCount, entries, entryCount, balances }: LineRow): boolean {
  return posted === entries && entries === balances && postedCount === entryCount;
}

function lineMessage({ code, name, currency, posted, postedCount, entries, entryCount, balances }: LineRow) {
  const money = (minor: string) => toMoney({ currency, minor: BigInt(minor) });
  return {
    generalLedgerCode: code,
    displayName: name,
    generalLedger: money(posted),
    entries: money(entries),
    balances: money(balances),
    generalLedgerEntryCount: BigInt(postedCount),
    entryCount: BigInt(entryCount),
  };
}

function accountMessage({ id, code, currency, balance, version, entries, entryCount, lastBalance }: AccountFaultRow) {
  const money = (minor: string) => toMoney({ currency, minor: BigInt(minor) });
  return {
    ledgerAccountId: id,
    generalLedgerCode: code,
    balance: money(balance),
    entries: money(entries),
    lastBalanceAfter: money(lastBalance),
    version: BigInt(version),
    entryCount: BigInt(entryCount),
  };
}

function dayMessage({ code, currency, bookingDate, kind, posted, postedCount, entries, entryCount }: DayFaultRow) {
  const money = (minor: string) => toMoney({ currency, minor: BigInt(minor) });
  return {
    generalLedgerCode: code,
    bookingDate,
    kind: isKind(kind) ? kindMessage(kind) : JournalKind.UNSPECIFIED,
    generalLedger: money(posted),
    entries: money(entries),
    generalLedgerEntryCount: BigInt(postedCount),
    entryCount: BigInt(entryCount),
  };
}
