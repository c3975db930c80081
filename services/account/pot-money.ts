// Money between an account and its pots: journals with ids that follow from the planned change, so that each is booked once.
import { actorOf } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { deriveId } from '#chassis/id.ts';
import { MINOR_MAX, toMoney } from '#chassis/money.ts';
import type { CallOptions } from '#chassis/order.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Change } from './changes.ts';
import { type Journal, tail } from './closing-journals.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { PotDirection } from './domain/words.ts';
import { saveMovements } from './dormancy.ts';
import { insertParticulars } from './entry-particulars.ts';
import type { PotRow } from './pot-tables.ts';
import { potLedgerAccount } from './pots.ts';

type Planned = Pick<Change<unknown>, 'accountId' | 'changeNo' | 'currency'>;

/** The id of the journal of a change, unless the change has several. */
export function potJournalId({ accountId, changeNo }: Pick<Planned, 'accountId' | 'changeNo'>): string {
  return `jnl_pot_${tail(accountId)}_${changeNo}`;
}

/** An amount that goes to a pot, or comes from it. */
export function moveJournal(
  change: Planned,
  pot: Pick<PotRow, 'accountId' | 'id'>,
  direction: PotDirection,
  minor: bigint,
): Journal {
  const [own, its] = [deriveId('lac', pot.accountId), potLedgerAccount(pot)];
  const [debit, credit] = direction === 'to_pot' ? [own, its] : [its, own];
  const amount = toMoney({ currency: change.currency, minor });
  return {
    journalId: potJournalId(change),
    kind: JournalKind.TRANSFER,
    legs: [
      { ledgerAccountId: debit, side: Side.DEBIT, amount },
      { ledgerAccountId: credit, side: Side.CREDIT, amount },
    ],
  };
}

/** All that is in a pot, to its account. `round` tells the pots of one change apart. */
export function emptyingJournal(change: Planned, pot: Pick<PotRow, 'accountId' | 'id'>, round = 0): Journal {
  const { currency } = change;
  const atMost = toMoney({ currency, minor: MINOR_MAX });
  const target = toMoney({ currency, minor: 0n });
  return {
    journalId: `${potJournalId(change)}${round === 0 ? '' : `_${round}`}`,
    kind: JournalKind.TRANSFER,
    legs: [
      { ledgerAccountId: potLedgerAccount(pot), side: Side.DEBIT, balancing: { atMost, target } },
      { ledgerAccountId: deriveId('lac', pot.accountId), side: Side.CREDIT, balancing: { atMost } },
    ],
  };
}

/** Books a journal, or only tries it. Answers on which day it is booked; refuses what the ledger refuses, in our words. */
export async function bookMove(
  { ledger }: Pick<Context, 'ledger'>,
  journal: Journal,
  { validateOnly, deadline, call }: CallOptions,
): Promise<string> {
  const journals = [{ ...journal, ...(call.principal && { actor: actorOf(call) }) }];
  const { outcomes } = await ledger.postJournals({ journals, validateOnly }, { deadline, trace: call.trace });
  const result = outcomes[0]?.result;
  if (result?.case === 'refusal') {
    const refusal = readRefusal(result.value);
    throw refusal.reason === 'INSUFFICIENT_FUNDS' ? refuse('INSUFFICIENT_FUNDS') : refusal;
  }
  if (result?.case !== 'posted') throw new Error('a journal was answered without an outcome');
  return result.value.bookingDate;
}

/** Keeps what the line of a move says, and that its holders have moved something. */
export async function keepMove(
  tx: CommandTx,
  move: {
    readonly accountId: string;
    readonly journalId: string;
    readonly texts: string | null;
    readonly date: string;
  },
): Promise<void> {
  const { accountId, journalId, texts, date } = move;
  const line = {
    accountId,
    journalId,
    counterpartyAccountId: null,
    texts: texts === null ? null : Buffer.from(texts, 'base64'),
  };
  await tx.execute(insertParticulars([line]));
  await tx.execute(saveMovements([{ accountId, date }]));
}
