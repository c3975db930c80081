// The table of contents of the ledger.
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { RENEW_MS } from './chain.ts';
import { openFirstDay, startTimer } from './clock.ts';
import { type Context, makeContext } from './context.ts';
import { turnDays } from './days.ts';
import { expireHolds } from './expiry.ts';
import { Ledger } from './migrations/0001-ledger.ts';
import { LawsOfBatches } from './migrations/0002-laws-of-batches.ts';
import { KnownTime } from './migrations/0003-known-time.ts';
import { GeneralLedger } from './migrations/0004-general-ledger.ts';
import { Blocks } from './migrations/0006-blocks.ts';
import { Holds } from './migrations/0007-holds.ts';
import { StepsInBlocks } from './migrations/0008-steps-in-blocks.ts';
import { EntriesByMonth } from './migrations/0009-entries-by-month.ts';
import { Settings } from './migrations/0010-settings.ts';
import { Stripes } from './migrations/0013-stripes.ts';
import { EndOfDay } from './migrations/0015-end-of-day.ts';
import { UnclaimedBalances } from './migrations/0016-unclaimed-balances.ts';
import { AccruedInterestReceivable } from './migrations/0017-accrued-interest-receivable.ts';
import { Suspense } from './migrations/0018-suspense.ts';
import { CashAtBranches } from './migrations/0019-cash-at-branches.ts';
import { advanceBusinessDate } from './rpc/advance-business-date.ts';
import { batchListEntries } from './rpc/batch-list-entries.ts';
import { captureHold } from './rpc/capture-hold.ts';
import { closeBusinessDate } from './rpc/close-business-date.ts';
import { closeLedgerAccount } from './rpc/close-ledger-account.ts';
import { closePeriod } from './rpc/close-period.ts';
import { cutOverLedgerAccount } from './rpc/cut-over-ledger-account.ts';
import { extendHold } from './rpc/extend-hold.ts';
import { getBalanceSheet } from './rpc/get-balance-sheet.ts';
import { getBalances } from './rpc/get-balances.ts';
import { getBusinessDate } from './rpc/get-business-date.ts';
import { getCheckpointKey } from './rpc/get-checkpoint-key.ts';
import { getEndOfDay } from './rpc/get-end-of-day.ts';
import { getEntryProof } from './rpc/get-entry-proof.ts';
import { getHold } from './rpc/get-hold.ts';
import { getIncomeStatement } from './rpc/get-income-statement.ts';
import { getJournal } from './rpc/get-journal.ts';
import { getTrialBalance } from './rpc/get-trial-balance.ts';
import { listBlocks } from './rpc/list-blocks.ts';
import { listCheckpoints } from './rpc/list-checkpoints.ts';
import { listDayBalances } from './rpc/list-day-balances.ts';
import { listEntries } from './rpc/list-entries.ts';
import { listGeneralLedgerAccounts } from './rpc/list-general-ledger-accounts.ts';
import { listHoldSteps } from './rpc/list-hold-steps.ts';
import { listHolds } from './rpc/list-holds.ts';
import { listJournals } from './rpc/list-journals.ts';
import { listLedgerAccounts } from './rpc/list-ledger-accounts.ts';
import { listMovedAccounts } from './rpc/list-moved-accounts.ts';
import { listPeriods } from './rpc/list-periods.ts';
import { openLedgerAccount } from './rpc/open-ledger-account.ts';
import { placeHolds } from './rpc/place-holds.ts';
import { postJournalStream } from './rpc/post-journal-stream.ts';
import { postJournals } from './rpc/post-journals.ts';
import { registerDaySteps } from './rpc/register-day-steps.ts';
import { releaseHold } from './rpc/release-hold.ts';
import { reportDayStep } from './rpc/report-day-step.ts';
import { reverseJournal } from './rpc/reverse-journal.ts';
import { setClock } from './rpc/set-clock.ts';
import { setLedgerAccountFreeze } from './rpc/set-ledger-account-freeze.ts';
import { setLedgerAccountLimits } from './rpc/set-ledger-account-limits.ts';
import { tieOutGeneralLedger } from './rpc/tie-out-general-ledger.ts';
import { watchBalances } from './rpc/watch-balances.ts';
import { watchEndOfDay } from './rpc/watch-end-of-day.ts';
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
    listBlocks: listBlocks(context),
    listCheckpoints: listCheckpoints(context),
    getCheckpointKey: getCheckpointKey(context),
    getEntryProof: getEntryProof(context),
    placeHolds: placeHolds(context),
    captureHold: captureHold(context),
    extendHold: extendHold(context),
    releaseHold: releaseHold(context),
    getHold: getHold(context),
    listHolds: listHolds(context),
    listHoldSteps: listHoldSteps(context),
    watchBalances: watchBalances(context),
    watchEntries: watchEntries(context),
    getEndOfDay: getEndOfDay(context),
    listDayBalances: listDayBalances(context),
    batchListEntries: batchListEntries(context),
    listMovedAccounts: listMovedAccounts(context),
    registerDaySteps: registerDaySteps(context),
    reportDayStep: reportDayStep(context),
    watchEndOfDay: watchEndOfDay(context),
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
    { name: '0005-lean-chassis', class: LeanChassis },
    { name: '0006-blocks', class: Blocks },
    { name: '0007-holds', class: Holds },
    { name: '0008-steps-in-blocks', class: StepsInBlocks },
    { name: '0009-entries-by-month', class: EntriesByMonth },
    { name: '0010-settings', class: Settings },
    { name: '0011-chassis-settings', class: ChassisSettings },
    { name: '0012-event-path', class: eventPath('ledger_runtime') },
    { name: '0013-stripes', class: Stripes },
    { name: '0014-event-operations', class: eventOperations('ledger_runtime') },
    { name: '0015-end-of-day', class: EndOfDay },
    { name: '0016-unclaimed-balances', class: UnclaimedBalances },
    { name: '0017-accrued-interest-receivable', class: AccruedInterestReceivable },
    { name: '0018-suspense', class: Suspense },
    { name: '0019-cash-at-branches', class: CashAtBranches },
  ],
  context: makeContext,
  rpcs,
  // Only workloads and staff call the ledger: nothing in it is a customer's to see.
  owners: () => ({}),
  async start(context) {
    await context.wiring();
    await openFirstDay(context.database, context.clock);
    const { config, log } = context;
    const stopTimers =
      config.BUSINESS_DATE_TIMER === 'on'
        ? [
            startTimer('turn the day', () => turnDays(context), log),
            startTimer('expire holds', async () => void (await expireHolds(context)), log),
          ]
        : [];
    const stopChain = startChain(context);
    return async () => {
      await Promise.all(stopTimers.map((stop) => stop()));
      await context.lane.drain();
      await stopChain();
    };
  },
};

/** Keeps the lane while the service runs, and signs how far it has come; once more at the end. */
function startChain({ chain, checkpoints, config, log }: Context): () => Promise<void> {
  const sign = async () => {
    await checkpoints.sign(chain.committed());
    for (const head of await chain.left()) await checkpoints.sign(head);
  };
  const stops = [
    repeat(RENEW_MS, () => chain.renew(), log, 'the lease of the lane could not be renewed'),
    repeat(config.CHECKPOINT_SECONDS * 1_000, sign, log, 'no checkpoint could be signed'),
  ];
  return async () => {
    for (const stop of stops) await stop();
    // What cannot be done now, the process that takes the lane next does.
    await sign().catch((error: unknown) => log.warn({ err: error }, 'the last checkpoint could not be signed'));
    await chain.release().catch((error: unknown) => log.warn({ err: error }, 'the lane could not be released'));
  };
}
