import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { coolingOffEnd, PAYEES_MAX } from '../domain/payees.ts';
import { refuse } from '../domain/refusals.ts';
import { publishPayeeAdded } from '../events.ts';
import { countPayees, lockPayees, savePayee, selectPayeeBy } from '../payee-tables.ts';
import { confirmationOf, openAsked, payeeMessage, sealPayee } from '../payees.ts';

/** Notes a payee. That it was proved, the chassis has checked. */
export function addPayee(context: Context): Rpcs<typeof TransactionService>['addPayee'] {
  const { commands, limits, vault } = context;
  return (request, call) => {
    const customerId = call.principal?.partyId ?? '';
    return commands.run(TransactionService.method.addPayee, request, call, {
      prepare: async () => {
        const confirmation = await confirmationOf(context, request.payeeConfirmationId, call);
        const asked = await openAsked(vault, confirmation);
        if (!asked) throw refuse('PAYEE_CONFIRMATION_NOT_FOUND');
        if (confirmation.creditorAccountId === '') throw refuse('CREDITOR_NOT_FOUND');
        const { iban, name } = asked;
        const particulars = await sealPayee(vault, customerId, { iban, name, nickname: request.nickname });
        return { confirmation, particulars, hours: (await limits.inForce()).payeeCoolingOffHours };
      },
      decide: async (tx, { confirmation, particulars, hours }) => {
        const { id: confirmationId, creditorAccountId, nameMatch } = confirmation;
        await tx.query(lockPayees(customerId));
        const [known] = await tx.query(selectPayeeBy(customerId, creditorAccountId));
        const [{ count } = { count: 0 }] = known ? [] : await tx.query(countPayees(customerId));
        if (count >= PAYEES_MAX) throw refuse('PAYEE_LIMIT');
        const now = Date.now();
        const told = { confirmationId, nameMatch, particulars };
        const added = { id: newId('pye'), customerId, creditorAccountId, createMs: now };
        const payee = { ...(known ?? { ...added, coolingOffEndMs: coolingOffEnd(now, hours) }), ...told };
        await tx.execute(savePayee(payee));
        if (!known) publishPayeeAdded(tx, payee);
        tx.record({ resourceIds: [payee.id, creditorAccountId, confirmationId], partyId: customerId });
        return { payee: await payeeMessage(vault, payee) };
      },
    });
  };
}
