// The table of contents of the ledger.
import type { ServiceDefinition } from '#chassis/boot.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { openFirstDay, startDayTimer } from './clock.ts';
import { type Context, makeContext } from './context.ts';
import { turnDays } from './days.ts';
import { Ledger } from './migrations/0001-ledger.ts';
import { LawsOfBatches } from './migrations/0002-laws-of-batches.ts';
import { KnownTime } from './migrations/0003-known-time.ts';
import { GeneralLedger } from './migrations/0004-general-ledger.ts';
import { advanceBusinessDate } from './rpc/advance-business-date.ts';
import { closeBusinessDate } from './rpc/close-business-date.ts';
import { closeLedgerAccount } from './rpc/close-ledger-account.ts';
import { closePeriod } from './rpc/close-period.ts';
import { cutOverLedgerAccount } from './rpc/cut-over-ledger-account.ts';
import { getBalanceSheet } from './rpc/get-balance-sheet.ts';
import { getBalances } from './rpc/get-balances.ts';
import { getBusinessDate } from './rpc/get-business-date.ts';
import { getIncomeStatement } from './rpc/get-income-statement.ts';
import { getJournal } from './rpc/get-journal.ts';
import { getTrialBalance } from './rpc/get-trial-balance.ts';
import { listEntries } from './rpc/list-entries.ts';
import { listGeneralLedgerAccounts } from './rpc/list-general-ledger-accounts.ts';
import { listJournals } from './rpc/list-journals.ts';
import { listLedgerAccounts } from './rpc/list-ledger-accounts.ts';
import { listPeriods } from './rpc/list-periods.ts';
import { openLedgerAccount } from './rpc/open-ledger-account.ts';
import { postJournalStream } from './rpc/post-journal-stream.ts';
import { postJournals } from './rpc/post-journals.ts';
import { reverseJournal } from './rpc/reverse-journal.ts';
import { setClock } from './rpc/set-clock.ts';
import { setLedgerAccountFreeze } from './rpc/set-ledger-account-freeze.ts';
import { setLedgerAccountLimits } from './rpc/set-ledger-account-limits.ts';
import { tieOutGeneralLedger } from './rpc/tie-out-general-ledger.ts';
import { watchBalances } from './rpc/watch-balances.ts';
import { watchEntries } from './rpc/watch-entries.ts';
import { entities } from './tables.ts';

function rpcs(context: Context) {
  return {
    advanceBusinessDate: advanceBusinessDate(context),
    closeBusinessDate: closeBusinessDate(context),
    closeLedgerAccount: closeLedgerAccount(context),
    cutOverLedgerAccount: cutOverLedgerAccount(context),
    getBalances: getBalances(context),
    getBusinessDate: getBusinessDate(context),
    getJournal: getJournal(context),
    getTrialBalance: getTrialBalance(context),
    listEntries: listEntries(context),
    listGeneralLedgerAccounts: listGeneralLedgerAccounts(context),
    listJournals: listJournals(context),
    listLedgerAccounts: listLedgerAccounts(context),
    openLedgerAccount: openLedgerAccount(context),
    postJournalStream: postJournalStream(context),
    postJournals: postJournals(context),
    reverseJournal: reverseJournal(context),
    setClock: setClock(context),
    setLedgerAccountFreeze: setLedgerAccountFreeze(context),
    setLedgerAccountLimits: setLedgerAccountLimits(context),
    getBalanceSheet: getBalanceSheet(context),
    getIncomeStatement: getIncomeStatement(context),
    closePeriod: closePeriod(context),
    listPeriods: listPeriods(context),
    tieOutGeneralLedger: tieOutGeneralLedger(context),
    watchBalances: watchBalances(context),
    watchEntries: watchEntries(context),
  } satisfies Rpcs<typeof LedgerService>;
}

export const ledger: ServiceDefinition<typeof LedgerService, Context> = {
  name: 'ledger',
  service: LedgerService,
  entities,
  migrations: [
    { name: '0001-ledger', class: Ledger },
    { name: '0002-laws-of-batches', class: LawsOfBatches },
    { name: '0003-known-time', class: KnownTime },
    { name: '0004-general-ledger', class: GeneralLedger },
  ],
  context: makeContext,
  rpcs,
  // Only workloads and staff call the ledger: nothing in it is a customer's to see.
  owners: () => ({}),
  async start(context) {
    await context.wiring();
    await openFirstDay(context.database, context.clock);
    const stopTimer =
      context.config.BUSINESS_DATE_TIMER === 'on' ? startDayTimer(() => turnDays(context), context.log) : undefined;
    return async () => {
      await stopTimer?.();
      await context.lane.drain();
    };
  },
};
