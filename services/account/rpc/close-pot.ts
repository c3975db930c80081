import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { toMoney } from '#chassis/money.ts';
import type { CallOptions } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  type ClosePotRequest,
  AccountService as Contract,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { begin, type Change, lockFree, settleChange, tellLedger, whenFree } from '../changes.ts';
import { post } from '../closing-journals.ts';
import type { Context } from '../context.ts';
import { checkMove } from '../domain/pot.ts';
import { refuse } from '../domain/refusals.ts';
import { sealTexts } from '../entry-particulars.ts';
import { publishPotChanged } from '../events.ts';
import { emptyingJournal, keepMove } from '../pot-money.ts';
import { endPot, selectPot } from '../pot-tables.ts';
import { checkMayPay, openPotName, potLedgerAccount, potMessage, readPot } from '../pots.ts';

interface Terms {
  readonly potId: string;
  readonly today: string;
  /** What the line of the account says, sealed, in base64. */
  readonly texts: string | null;
}

type Planned = Terms & { readonly accountId: string };
type Ending = Change<Terms>;

/** Closes a pot: what is in it goes to its account, then the ledger closes its part. */
export function closePot(context: Context): Rpcs<typeof AccountService>['closePot'] {
  const order = context.orders.define({
    method: Contract.method.closePot,
    async plan(tx: CommandTx, { accountId, ...terms }: Planned): Promise<Ending> {
      const row = await lockFree(tx, accountId);
      const [pot] = await tx.query(selectPot(terms.potId));
      if (!pot) throw refuse('POT_NOT_FOUND');
      checkMove(row, pot, 'from_pot');
      return begin(row, 'close_pot', terms);
    },
    carryOut: (ending: Ending, options) => carryOut(context, ending, options),
    async settle(tx, ending, outcome) {
      const { accountId, terms, currency } = ending;
      const [pot] = await tx.query(selectPot(terms.potId));
      if (!pot) throw new Error(`${terms.potId} is gone`);
      const apply = () => publishPotChanged(pot.id, 'closed');
      await settleChange(context, tx, { change: ending, outcome, apply, resourceIds: [pot.id] });
      if ('refusal' in outcome) return {};
      await tx.execute(endPot(pot.id, terms.today));
      const { journalId } = emptyingJournal(ending, pot);
      const swept = BigInt(outcome.value.swept);
      if (swept > 0n)
        await keepMove(tx, { accountId, journalId: journalId ?? '', texts: terms.texts, date: terms.today });
      const closed = { ...pot, state: 'closed' as const, closeDate: terms.today };
      return {
        pot: await potMessage(context.vault, closed, currency),
        ...(swept > 0n && { swept: toMoney({ currency, minor: swept }) }),
      };
    },
  });
  return (request, call) => whenFree(call, () => order.run(request, call, () => prepare(context, request, call)));
}

async function carryOut(context: Context, ending: Ending, options: CallOptions): Promise<{ swept: string }> {
  await context.vault.ready(ending.partyId);
  // Nothing else moves what is in it: it can be emptied, and closed then.
  if (options.validateOnly) return { swept: '0' };
  const pot = { accountId: ending.accountId, id: ending.terms.potId };
  const { swept, refusal } = await post(context, emptyingJournal(ending, pot), options);
  if (refusal && refusal.reason !== 'NOTHING_AVAILABLE') throw refusal;
  await tellLedger(context, ending, options, (command, on) =>
    context.ledger.closeLedgerAccount({ ...command, ledgerAccountId: potLedgerAccount(pot) }, on),
  );
  return { swept: String(swept) };
}

async function prepare(context: Context, { potId }: ClosePotRequest, call: Call): Promise<Planned> {
  const pot = await readPot(context, potId);
  await checkMayPay(context, pot.accountId, 0n, call);
  const row = await readRow(context.database, pot.accountId);
  const { openDate } = await context.clock.read();
  const texts = {
    counterpartyName: await openPotName(context.vault, pot.name),
    counterpartyIban: '',
    remittanceInformation: '',
  };
  const sealed = await sealTexts(context.vault, row.partyId, texts);
  return { accountId: pot.accountId, potId, today: openDate.toString(), texts: sealed?.toString('base64') ?? null };
}
