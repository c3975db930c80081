// Reads the holds and puts them to their laws. The bank may be at work meanwhile: what does not agree is read again.

import type { Client } from '@connectrpc/connect';
import { Code, ConnectError } from '@connectrpc/connect';
import { type Hold, HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import type { LedgerAccount } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Bank } from './bank.ts';
import type { Fault } from './laws.ts';
import {
  type Captured,
  captureFault,
  holdFaults,
  type Lives,
  lifeFaults,
  pendingFaults,
  unknownTo,
} from './laws-of-holds.ts';
import { pagesOf } from './pages.ts';

type Ledger = Client<typeof LedgerService>;

const TRIES = 10;

/** Reads all holds; before their steps and the journals, so that none is further than what is read after. */
export async function readHolds(bank: Bank): Promise<Map<string, Hold>> {
  const ledger = bank.client(LedgerService);
  const holds = new Map<string, Hold>();
  for await (const page of pagesOf((one) => ledger.listHolds(one))) {
    for (const hold of page.holds) holds.set(hold.holdId, hold);
  }
  return holds;
}

/** What is wrong with holds, and with what accounts have held and coming. */
export async function auditHolds(
  bank: Bank,
  holds: ReadonlyMap<string, Hold>,
  { captured, lives, accounts }: { captured: Captured; lives: Lives; accounts: readonly LedgerAccount[] },
): Promise<Fault[]> {
  const ledger = bank.client(LedgerService);
  const faults = [...holds.values()].flatMap(holdFaults);
  for (const id of new Set([...holds.keys(), ...captured.keys()])) {
    const sum = captured.get(id) ?? 0n;
    const hold = holds.get(id);
    const unknown = unknownTo(hold, sum);
    // Journals that were read after the hold may capture more of it: it is read again.
    const again = unknown > 0n ? await readHold(ledger, id) : hold;
    if (unknown < 0n || unknownTo(again, sum) > 0n) faults.push(captureFault(id, again, sum));
  }
  for (const id of new Set([...holds.keys(), ...lives.keys()])) {
    const last = lives.get(id);
    const hold = holds.get(id);
    // It has gone on since it was read; and maybe since its steps were read.
    const again = (hold?.version ?? 0n) < (last?.version ?? 0n) ? await readHold(ledger, id) : hold;
    const goneOn = again !== hold && (again?.version ?? 0n) > (last?.version ?? 0n);
    if (!goneOn) faults.push(...lifeFaults(id, again, last));
  }
  const open = openByAccount(holds.values());
  for (const account of accounts) {
    const { ledgerAccountId, normalSide, booked, held, pendingIn } = account;
    const balance = { ledgerAccountId, booked, held, pendingIn };
    if (pendingFaults(balance, normalSide, open.get(ledgerAccountId) ?? []).length === 0) continue;
    faults.push(...(await pendingNow(ledger, account)));
  }
  return faults;
}

function openByAccount(holds: Iterable<Hold>): ReadonlyMap<string, readonly Hold[]> {
  const open = new Map<string, Hold[]>();
  for (const hold of holds) {
    if (hold.state !== HoldState.OPEN) continue;
    for (const id of new Set([hold.debitLedgerAccountId, hold.creditLedgerAccountId])) {
      const already = open.get(id);
      if (already) already.push(hold);
      else open.set(id, [hold]);
    }
  }
  return open;
}

async function pendingNow(ledger: Ledger, { ledgerAccountId, normalSide }: LedgerAccount): Promise<Fault[]> {
  let faults: Fault[] = [];
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { balances } = await ledger.getBalances({ ledgerAccountIds: [ledgerAccountId] });
    const open: Hold[] = [];
    for await (const page of pagesOf((one) => ledger.listHolds({ ...one, ledgerAccountId, state: HoldState.OPEN }))) {
      open.push(...page.holds);
    }
    faults = balances.flatMap((balance) => pendingFaults(balance, normalSide, open));
    if (faults.length === 0) break;
  }
  return faults;
}

async function readHold(ledger: Ledger, holdId: string): Promise<Hold | undefined> {
  try {
    return (await ledger.getHold({ holdId })).hold;
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
    throw error;
  }
}
