import { Code, ConnectError } from '@connectrpc/connect';
import { fromMoney } from '#chassis/money.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Journal, LedgerAccount, LedgerBalance } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  type GetTrialBalanceResponse,
  LedgerService,
  type ListHoldStepsResponse,
  type ListJournalsResponse,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Checkpoint } from '#gen/bank/type/v1/proof_pb.ts';
import { journalLeaf, refusedLeaf, refusedStepLeaf, stepLeaf } from '../../../services/ledger/domain/leaf.ts';
import { type Audit, startAudit } from '../audit.ts';
import { auditHolds, readHolds } from '../audit-of-holds.ts';
import type { Bank } from '../bank.ts';
import { Exit } from '../failure.ts';
import { codesOf, type Fault } from '../laws.ts';
import { type ChainAudit, type Chained, startChain } from '../laws-of-blocks.ts';
import { balanceSheetFaults, tieOutFaults } from '../laws-of-general-ledger.ts';
import { pagesOf } from '../pages.ts';
import { batchesOf, inParallel } from '../parallel.ts';
import type { Progress } from '../progress.ts';
import { readKey } from '../public-key.ts';
import type { Session } from '../session.ts';

/** What an audit found. */
export interface Verdict {
  /** True when no law is broken. */
  readonly clean: boolean;
  readonly accounts: number;
  readonly journals: number;
  readonly entries: number;
  readonly blocks: number;
  /** Blocks that are too new for a checkpoint. */
  readonly unsignedBlocks: number;
  /** Whether the key of the checkpoints was given, rather than asked of the bank that is checked. */
  readonly keyPinned: boolean;
  readonly faults: readonly Fault[];
  /** What could not be checked, in sentences. */
  readonly unchecked: readonly string[];
}

const BATCH = 1_000;
const CALLS = 8;
const CATCH_UPS = 10;

/** Checks every law of the ledger from the data itself. Answers the exit code. */
export async function verify({ bank: open, out, progress }: Session, { key: file }: { key?: string }): Promise<number> {
  const key = file === undefined ? undefined : await readKey(file);
  const bank = open({ otherwise: 'staff:auditor' });
  const verdict = await verifyBank(bank, progress(), key);
  await out.document(verdict, () => report(verdict));
  return verdict.clean ? Exit.OK : Exit.REFUSED;
}

/**
 * Reads the whole ledger through the edge and puts it to the laws. The bank may be at work meanwhile. `key` is what its
 * checkpoints must be signed with; without it, what the bank itself names.
 */
export async function verifyBank(bank: Bank, progress: Progress, key?: string): Promise<Verdict> {
  const ledger = bank.client(LedgerService);
  const audit = startAudit();
  const chain = startChain();
  const unchecked: string[] = [];
  // Before the blocks: what is signed is committed already.
  const checkpoints: Checkpoint[] = [];
  for await (const page of pagesOf((asked) => ledger.listCheckpoints(asked))) checkpoints.push(...page.checkpoints);
  await progress.begin('accounts');
  await readAccounts(bank, audit, progress);
  const holds = await readHolds(bank);
  await progress.begin('journals');
  const trialBalance = await readJournals(bank, audit, chain, progress);
  progress.end();
  if (!trialBalance) unchecked.push('The trial balance: the bank was too busy to read it together with the journals.');
  if (audit.unknown().length > 0) await readAccounts(bank, audit, progress);
  const { generalLedgerAccounts } = await ledger.listGeneralLedgerAccounts({});
  const faults = audit.finish({
    chart: codesOf(generalLedgerAccounts),
    balances: await readBalances(bank, audit.moved()),
    originals: await readOriginals(bank, audit.reversed()),
    overdrafts: await readOverdrafts(bank, audit.suspects()),
    trialBalance,
  });
  faults.push(...balanceSheetFaults(await ledger.getBalanceSheet({})));
  faults.push(
    ...(await auditHolds(bank, holds, {
      captured: audit.captured(),
      lives: audit.lives(),
      accounts: audit.accounts(),
    })),
  );
  faults.push(...tieOutFaults(await ledger.tieOutGeneralLedger({})));
  const sealed = chain.finish(checkpoints, key ?? (await ledger.getCheckpointKey({})).publicKeyPem);
  faults.push(...sealed.faults);
  if (sealed.unsealed > 0)
    unchecked.push(`The content of ${sealed.unsealed} journals and steps of holds, which are older than their blocks.`);
  const counts = { ...audit.counts, ...chain.counts, unsignedBlocks: sealed.unsigned };
  return { clean: faults.length === 0, ...counts, keyPinned: key !== undefined, faults, unchecked };
}

async function readAccounts(bank: Bank, audit: Audit, progress: Progress): Promise<void> {
  const ledger = bank.client(LedgerService);
  for await (const { ledgerAccounts } of pagesOf((page) => ledger.listLedgerAccounts(page))) {
    for (const account of ledgerAccounts) audit.account(account);
    progress.advance(ledgerAccounts.length);
  }
}

/**
 * Reads all journals and steps of holds, and then the trial balance of exactly those: when something was booked meanwhile,
 * that is read as well and the trial balance anew. Answers undefined when the bank never paused for it.
 */
async function readJournals(
  bank: Bank,
  audit: Audit,
  chain: ChainAudit,
  progress: Progress,
): Promise<GetTrialBalanceResponse | undefined> {
  const ledger = bank.client(LedgerService);
  const readBlocks = blockReader(bank, chain);
  const note = async (chained: readonly Chained[]): Promise<void> => {
    if (!chained.every(({ place }) => chain.knows(place))) await readBlocks();
    for (const one of chained) chain.leaf(one);
  };
  const readSteps = stepReader(bank, audit, note);
  let resume = '';
  const readOn = async (): Promise<number> => {
    let fresh = 0;
    await readBlocks();
    chain.beginPass();
    await readSteps();
    const read = (page: { pageSize: number; pageToken: string }) =>
      ledger.listJournals({ ...page, includeRefused: true });
    for await (const page of pagesOf(read, undefined, resume)) {
      await note(chainedOf(page));
      for (const journal of page.journals) audit.journal(journal);
      fresh += page.journals.length;
      progress.advance(page.journals.length);
      resume = page.resumePageToken;
    }
    return fresh;
  };
  await readOn();
  for (let attempt = 0; attempt < CATCH_UPS; attempt += 1) {
    const trialBalance = await ledger.getTrialBalance({});
    if ((await readOn()) === 0) return trialBalance;
  }
  return undefined;
}

/** Reads the steps of holds that were written since it was last called. */
function stepReader(
  bank: Bank,
  audit: Audit,
  note: (chained: readonly Chained[]) => Promise<void>,
): () => Promise<void> {
  const ledger = bank.client(LedgerService);
  let resume = '';
  return async () => {
    for await (const page of pagesOf((asked) => ledger.listHoldSteps(asked), undefined, resume)) {
      await note(stepsOf(page));
      for (const step of page.holdSteps) audit.step(step);
      resume = page.resumePageToken;
    }
  };
}

/** Reads the blocks that were written since it was last called. */
function blockReader(bank: Bank, chain: ChainAudit): () => Promise<void> {
  const ledger = bank.client(LedgerService);
  let resume = '';
  return async () => {
    for await (const { blocks, resumePageToken } of pagesOf((page) => ledger.listBlocks(page), undefined, resume)) {
      for (const block of blocks) chain.block(block);
      resume = resumePageToken;
    }
  };
}

function chainedOf({ journals, refusedJournals }: ListJournalsResponse): Chained[] {
  return [
    ...journals.map((one) => ({ subject: one.journalId, place: one.place, leaf: journalLeaf(one) })),
    ...refusedJournals.map((one) => ({ subject: one.journalId, place: one.place, leaf: refusedLeaf(one) })),
  ];
}

function stepsOf({ holdSteps, refusedHoldSteps }: ListHoldStepsResponse): Chained[] {
  return [
    ...holdSteps.map((one) => ({
      subject: `${one.hold?.holdId} step ${one.hold?.version}`,
      place: one.place,
      leaf: stepLeaf(one),
    })),
    ...refusedHoldSteps.map((one) => ({ subject: one.key, place: one.place, leaf: refusedStepLeaf(one) })),
  ];
}

async function readBalances(bank: Bank, ids: readonly string[]): Promise<Map<string, LedgerBalance>> {
  const ledger = bank.client(LedgerService);
  const batches = batchesOf(ids, BATCH);
  const answers = await inParallel(batches, CALLS, (ledgerAccountIds) => ledger.getBalances({ ledgerAccountIds }));
  return new Map(answers.flatMap(({ balances }) => balances).map((balance) => [balance.ledgerAccountId, balance]));
}

async function readOriginals(bank: Bank, ids: readonly string[]): Promise<Map<string, Journal>> {
  const ledger = bank.client(LedgerService);
  const found = await inParallel(ids, CALLS, async (journalId) => {
    try {
      return (await ledger.getJournal({ journalId })).journal;
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
      throw error;
    }
  });
  return new Map(found.flatMap((journal) => (journal ? [[journal.journalId, journal]] : [])));
}

/** The highest overdraft that accounts can ever have had: the terms of the product version that they keep. */
async function readOverdrafts(bank: Bank, suspects: readonly LedgerAccount[]): Promise<Map<string, bigint>> {
  const agreements = bank.client(AccountService);
  const overdrafts = await inParallel(suspects, CALLS, async ({ ledgerAccountId, accountId }) => {
    const { account } = await agreements.getAccount({ accountId });
    const { product } = await agreements.getProduct({
      productId: account?.productId ?? '',
      version: account?.productVersion ?? 0,
    });
    const maximum = product?.terms?.overdraftLimitMaximum;
    return [ledgerAccountId, maximum ? fromMoney(maximum).minor : 0n] as const;
  });
  return new Map(overdrafts);
}

function report(verdict: Verdict): string {
  const { clean, accounts, journals, entries, blocks, unsignedBlocks, keyPinned, faults, unchecked } = verdict;
  return [
    `Read ${accounts} ledger accounts and ${journals} journals with ${entries} entries in ${blocks} blocks.`,
    ...(unsignedBlocks > 0
      ? [`Not signed yet: ${unsignedBlocks} ${unsignedBlocks === 1 ? 'block' : 'blocks'} at the end.`]
      : []),
    ...(keyPinned ? [] : ['The key of the checkpoints is the one that the bank names itself: pin one with --key.']),
    ...unchecked.map((sentence) => `Not checked: ${sentence}`),
    ...faults.map(
      ({ law, subject, what, expected, found }) => `${law}: ${subject}: ${what}: expected ${expected}, found ${found}`,
    ),
    clean ? 'Every law holds.' : `${faults.length} faults.`,
  ].join('\n');
}
