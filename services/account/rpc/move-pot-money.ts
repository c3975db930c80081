import { LockMode } from '@mikro-orm/core';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  AccountService as Contract,
  type MovePotMoneyRequest,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { begin, type Change, lockFree, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkMove } from '../domain/pot.ts';
import { refuse } from '../domain/refusals.ts';
import { type PotDirection, potDirections } from '../domain/words.ts';
import { sealTexts } from '../entry-particulars.ts';
import { bookMove, keepMove, moveJournal, potJournalId } from '../pot-money.ts';
import { selectPot } from '../pot-tables.ts';
import { checkMayPay, openPotName, readPot } from '../pots.ts';
import { AccountRow } from '../tables.ts';

interface Terms {
  readonly potId: string;
  readonly direction: PotDirection;
  /** Minor units as text: the intent is JSON. */
  readonly amount: string;
  /** What the line of the account says, sealed, in base64. */
  readonly texts: string | null;
}

type Planned = Terms & { readonly accountId: string };
type Moving = Change<Terms>;

/** Moves money between an account and one of its pots. */
export function movePotMoney(context: Context): Rpcs<typeof AccountService>['movePotMoney'] {
  const order = context.orders.define({
    method: Contract.method.movePotMoney,
    async plan(tx: CommandTx, { accountId, ...terms }: Planned): Promise<Moving> {
      const row = await lockFree(tx, accountId);
      const [pot] = await tx.query(selectPot(terms.potId));
      if (!pot) throw refuse('POT_NOT_FOUND');
      checkMove(row, pot, terms.direction);
      return begin(row, 'move_pot_money', terms);
    },
    async carryOut(moving: Moving, options) {
      const { potId: id, direction, amount } = moving.terms;
      // The keys that seal the answer are fetched here, where there is no transaction.
      await context.vault.ready(moving.partyId);
      const journal = moveJournal(moving, { accountId: moving.accountId, id }, direction, BigInt(amount));
      return { bookingDate: await bookMove(context, journal, options) };
    },
    async settle(tx, moving, outcome) {
      const { accountId: id, partyId, terms } = moving;
      // The account is as it was: it only has its turn behind it.
      const row = await tx.em.findOneOrFail(
        AccountRow,
        { id },
        { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true },
      );
      row.pendingChange = null;
      tx.record({ resourceIds: [id, terms.potId], partyId });
      if ('refusal' in outcome) return {};
      const { bookingDate } = outcome.value;
      const journalId = potJournalId(moving);
      await keepMove(tx, { accountId: id, journalId, texts: terms.texts, date: bookingDate });
      return { journalId, bookingDate };
    },
  });
  return (request, call) => whenFree(call, () => order.run(request, call, () => prepare(context, request, call)));
}

async function prepare(context: Context, request: MovePotMoneyRequest, call: Call): Promise<Planned> {
  const { currency, minor } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const pot = await readPot(context, request.potId);
  await checkMayPay(context, pot.accountId, minor, call);
  const row = await readRow(context.database, pot.accountId);
  if (row.currency !== currency) throw refuse('CURRENCY_MISMATCH');
  const counterpartyName = await openPotName(context.vault, pot.name);
  const texts = { counterpartyName, counterpartyIban: '', remittanceInformation: '' };
  const sealed = await sealTexts(context.vault, row.partyId, texts);
  return {
    accountId: pot.accountId,
    potId: pot.id,
    direction: potDirections.word(request.direction),
    amount: String(minor),
    texts: sealed?.toString('base64') ?? null,
  };
}
