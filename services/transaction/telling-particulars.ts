// Tells account what lines say besides amounts, for its statements: who is on the other side, and what the payer told the payee. What is to
// be told is written with the order that is settled, and goes seconds later; a step of the end of each day waits until all of that day is told.
import { ownCall } from '#chassis/call-context.ts';
import type { DayStep, StepCounts } from '#chassis/day-steps.ts';
import { newId } from '#chassis/id.ts';
import type { EntryToDescribe } from './accounts.ts';
import type { Context } from './context.ts';
import { counterpartyOf } from './domain/counterparty.ts';
import { type Keep, leased } from './leasing.ts';
import { openParticulars } from './particulars.ts';
import { countUntold, deleteUntold, selectUntold, type UntoldRow } from './untold-tables.ts';

/** Its place is after everything that a day books for customers, before the statements. */
const STEP = { name: 'tell-particulars', position: 75 };
const PAGE = 500;
/** What cannot be told for so long is set aside: no day waits for it for ever. */
const PATIENCE_MS = 60_000;

/** A day that ends: the first id of an order that can no longer be of it, how many were told since, and when that last went on. */
interface Ending {
  readonly date: string;
  readonly firstLaterId: string;
  told: number;
  wentOnAt: number;
}

/** What tells account what lines say. */
export interface ParticularsTeller {
  readonly step: DayStep;
  /** Tells what there is to tell. */
  tell(): Promise<void>;
}

/** Makes what tells account what lines say. */
export function tellingParticulars(context: Context): ParticularsTeller {
  let ending: Ending | undefined;
  return {
    step: {
      ...STEP,
      take: (date) =>
        leased(context, STEP.name, async (keep) => {
          const told = await tellAll(context, keep);
          const now = performance.now();
          if (ending?.date !== date) ending = { date, firstLaterId: newId('txn'), told: 0, wentOnAt: now };
          ending.told += told;
          if (told > 0) ending.wentOnAt = now;
          return countsOf(context, ending);
        }),
    },
    async tell() {
      // A bank at rest writes nothing.
      const [untold] = await context.database.query(selectUntold(1));
      if (untold) await leased(context, STEP.name, (keep) => tellAll(context, keep));
    },
  };
}

/** The step is done once nothing of the day is left to be told, nor on its way to the ledger since before the day ended. */
async function countsOf(
  { database }: Context,
  { date, firstLaterId, told, wentOnAt }: Ending,
): Promise<StepCounts | undefined> {
  const [left] = await database.query(countUntold(date, firstLaterId));
  const setAsideCount = (left?.untold ?? 0) + (left?.pending ?? 0);
  const done = setAsideCount === 0 || performance.now() - wentOnAt > PATIENCE_MS;
  return done ? { doneCount: told, setAsideCount } : undefined;
}

/** Tells all that there is to tell, and answers of how many orders it was. */
async function tellAll(context: Context, keep: Keep): Promise<number> {
  const { accounts, database, log } = context;
  for (let told = 0; ; ) {
    const rows = await database.query(selectUntold(PAGE));
    if (rows.length === 0) return told;
    const entries = (await Promise.all(rows.map((row) => entriesOf(context, row)))).flat();
    if (entries.length > 0) await accounts.describe(entries, ownCall('transaction', log));
    await database.query(deleteUntold(rows.map(({ id }) => id)));
    told += rows.length;
    if (rows.length < PAGE) return told;
    await keep();
  }
}

/** What the lines of an order say, on each of its accounts. */
async function entriesOf({ vault }: Context, row: UntoldRow): Promise<EntryToDescribe[]> {
  const { journalId, debtorAccountId, creditorAccountId } = row;
  const { remittanceInformation, counterparty } = await openParticulars(vault, row.particulars);
  const { name: counterpartyName, iban: counterpartyIban } = counterpartyOf(counterparty);
  const texts = { journalId, counterpartyName, counterpartyIban, remittanceInformation };
  const side = (accountId: string | null, other: string | null) =>
    accountId === null ? [] : [{ ...texts, accountId, counterpartyAccountId: other ?? '' }];
  return [...side(debtorAccountId, creditorAccountId), ...side(creditorAccountId, debtorAccountId)];
}
