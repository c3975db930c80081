// Gathers what the ledger answers and puts it to the laws. Memory grows with the accounts, the reversals and the holds,
// not with the journals.
import type { Hold, HoldStep } from '#gen/bank/ledger/v1/hold_pb.ts';
import type { Journal, LedgerAccount, LedgerBalance } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { GetTrialBalanceResponse } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import {
  accountFaults,
  type Chain,
  chainOf,
  type Fault,
  floorFaults,
  follow,
  hasMoved,
  isBelowFloor,
  journalFaults,
} from './laws.ts';
import { type Captured, type Lives, noteCapture, noteStep } from './laws-of-holds.ts';
import { isReversal, reversalFaults } from './laws-of-reversals.ts';
import { balancesOf, trialBalanceFaults } from './laws-of-trial-balances.ts';

/** What is looked up when all journals have been read. */
export interface LookedUp {
  /** The codes of the chart of accounts. */
  readonly chart: ReadonlySet<string>;
  /** Present balances of the accounts that `moved` names, by id. */
  readonly balances: ReadonlyMap<string, LedgerBalance>;
  /** The journals that `reversed` names, by id; those that do not exist are absent. */
  readonly originals: ReadonlyMap<string, Journal>;
  /** The highest overdraft that the product of an account allows, by ledger account, for those that `suspects` names. */
  readonly overdrafts: ReadonlyMap<string, bigint>;
  /** Absent when it could not be had for exactly the journals that were read. */
  readonly trialBalance: GetTrialBalanceResponse | undefined;
}

/** An audit under way. */
export interface Audit {
  /** Takes note of an account; again, of one that is known, changes nothing. */
  account(account: LedgerAccount): void;
  /** Takes note of a journal and follows its entries. */
  journal(journal: Journal): void;
  /** Takes note of a step of a hold. */
  step(step: HoldStep): void;
  readonly counts: { accounts: number; journals: number; entries: number };
  /** Accounts that entries name and that nobody has told of. */
  unknown(): string[];
  /** Accounts whose entries end elsewhere than the account said when it was read. */
  moved(): string[];
  /** Journals that reversals name. */
  reversed(): string[];
  /** What the journals that capture holds come to. */
  captured(): Captured;
  /** Holds as their steps left them. */
  lives(): Lives;
  /** The accounts, as they were read. */
  accounts(): LedgerAccount[];
  /** Accounts that were once below the floor that they have now. */
  suspects(): LedgerAccount[];
  /** Everything that is broken. Call it once, at the end. */
  finish(found: LookedUp): Fault[];
}

/** So many faults are named; more than that help nobody. */
const MOST_FAULTS = 10_000;

/** Begins an audit. */
export function startAudit(): Audit {
  const chains = new Map<string, Chain>();
  const orphans = new Map<string, Journal['entries']>();
  const reversals: Journal[] = [];
  const captured = new Map<string, bigint>();
  const lives = new Map<string, Hold>();
  const faults: Fault[] = [];
  const note = (found: readonly Fault[]): void => {
    faults.push(...found.slice(0, MOST_FAULTS - faults.length));
  };
  const counts = { accounts: 0, journals: 0, entries: 0 };
  return {
    counts,
    account(account) {
      const { ledgerAccountId: id } = account;
      if (chains.has(id)) return;
      counts.accounts += 1;
      const chain = chainOf(account);
      chains.set(id, chain);
      for (const entry of orphans.get(id) ?? []) note(follow(chain, entry));
      orphans.delete(id);
    },
    journal(journal) {
      counts.journals += 1;
      counts.entries += journal.entries.length;
      note(journalFaults(journal));
      if (isReversal(journal)) reversals.push(journal);
      noteCapture(captured, journal);
      for (const entry of journal.entries) {
        const chain = chains.get(entry.ledgerAccountId);
        const orphaned = orphans.get(entry.ledgerAccountId);
        if (chain) note(follow(chain, entry));
        // Opened since the accounts were read; or nobody's.
        else if (orphaned) orphaned.push(entry);
        else orphans.set(entry.ledgerAccountId, [entry]);
      }
    },
    step: (step) => noteStep(lives, step),
    unknown: () => [...orphans.keys()],
    moved: () => [...chains.values()].filter(hasMoved).map(({ account }) => account.ledgerAccountId),
    reversed: () => [...new Set(reversals.map(({ reversedJournalId }) => reversedJournalId).filter(Boolean))],
    captured: () => captured,
    lives: () => lives,
    accounts: () => [...chains.values()].map(({ account }) => account),
    suspects: () => [...chains.values()].filter(isBelowFloor).map(({ account }) => account),
    finish({ chart, balances, originals, overdrafts, trialBalance }) {
      for (const [id, entries] of orphans) note([unknownAccount(id, entries)]);
      for (const [id, chain] of chains) {
        note(accountFaults(chain, chart, balances.get(id)));
        note(floorFaults(chain, overdrafts.get(id) ?? 0n));
      }
      note(reversalFaults(reversals, originals));
      if (trialBalance) note(trialBalanceFaults(trialBalance, balancesOf(chains.values())));
      return faults;
    },
  };
}

function unknownAccount(subject: string, entries: Journal['entries']): Fault {
  const found = `none, but ${entries.length} entries, the first in ${entries[0]?.journalId}`;
  return { law: 'ACCOUNT_KNOWN', subject, what: 'entries are booked on it', expected: 'a ledger account', found };
}
