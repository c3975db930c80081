import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  AccountService as Contract,
  type OpenPotRequest,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { readRow } from '../accounts.ts';
import { begin, type Change, lockFree, settleChange, tellLedger, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkOpening } from '../domain/pot.ts';
import { refuse } from '../domain/refusals.ts';
import { publishPotChanged } from '../events.ts';
import { insertPot, type PotRow, selectOpenPots } from '../pot-tables.ts';
import {
  checkMayPay,
  goalOf,
  type PotIntent,
  potFromIntent,
  potIntent,
  potLedgerAccount,
  potMessage,
  sealPotName,
} from '../pots.ts';
import { generalLedgerCodeOf } from '../products.ts';

interface Planned {
  readonly pot: PotRow;
  readonly partyId: string;
  readonly generalLedgerCode: string;
}

type Opening = Change<{ readonly pot: PotIntent; readonly generalLedgerCode: string }>;

/** Opens a pot: its row here, its ledger account there. */
export function openPot(context: Context): Rpcs<typeof AccountService>['openPot'] {
  const order = context.orders.define({
    method: Contract.method.openPot,
    async plan(tx: CommandTx, { pot, partyId, generalLedgerCode }: Planned): Promise<Opening> {
      const row = await lockFree(tx, pot.accountId);
      const open = await tx.query(selectOpenPots(row.id));
      checkOpening(row, open.length);
      // Somebody else holds it now: what was sealed is sealed under the wrong key.
      if (row.partyId !== partyId) throw refuse('ACCOUNT_BUSY');
      return begin(row, 'open_pot', { pot: potIntent(pot), generalLedgerCode });
    },
    carryOut: (opening: Opening, options) =>
      tellLedger(context, opening, options, (command, on) => {
        const { accountId, currency, terms } = opening;
        return context.ledger.openLedgerAccount(
          {
            ...command,
            ledgerAccountId: potLedgerAccount(terms.pot),
            accountId,
            currencyCode: currency,
            normalSide: Side.CREDIT,
            generalLedgerCode: terms.generalLedgerCode,
            floor: toMoney({ currency, minor: 0n }),
          },
          on,
        );
      }),
    async settle(tx, opening, outcome) {
      const pot = potFromIntent(opening.terms.pot);
      const apply = () => publishPotChanged(pot.id, 'open');
      await settleChange(context, tx, { change: opening, outcome, apply, resourceIds: [pot.id] });
      if (!('refusal' in outcome)) await tx.execute(insertPot(pot));
      return { pot: await potMessage(context.vault, pot, opening.currency) };
    },
  });
  return (request, call) => whenFree(call, () => order.run(request, call, () => prepare(context, request, call)));
}

async function prepare(context: Context, request: OpenPotRequest, call: Call): Promise<Planned> {
  const { accountId } = request;
  const row = await readRow(context.database, accountId);
  await checkMayPay(context, accountId, 0n, call);
  const [{ openDate }, product] = await Promise.all([
    context.clock.read(),
    context.catalogue.version(row.productId, row.productVersion),
  ]);
  const today = openDate.toString();
  return {
    partyId: row.partyId,
    generalLedgerCode: generalLedgerCodeOf(product),
    pot: {
      id: newId('pot'),
      accountId,
      name: await sealPotName(context.vault, row.partyId, request.displayName),
      state: 'open',
      ...goalOf(request, row.currency, today),
      openDate: today,
      closeDate: null,
      createMs: Date.now(),
    },
  };
}
