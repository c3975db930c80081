import type { Call } from '#chassis/call-context.ts';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type ConfirmPayeeRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { isValid, normalise } from '#rules/iban.ts';
import type { Context } from '../context.ts';
import { accountElsewhere, isOwnIban } from '../creditors.ts';
import { askedSince, secondsToWait, wordOf } from '../domain/payees.ts';
import { refuse } from '../domain/refusals.ts';
import { type ConfirmationRow, insertConfirmation, lockPayees, selectAskedSince } from '../payee-tables.ts';
import { confirmationMessage, sealAsked } from '../payees.ts';

/** Asks whether an account is whose the payer believes, and keeps the answer. */
export function confirmPayee(context: Context): Rpcs<typeof TransactionService>['confirmPayee'] {
  const { commands, database, vault } = context;
  return (request, call) =>
    commands.run(TransactionService.method.confirmPayee, request, call, {
      prepare: async () => {
        const iban = normalise(request.iban);
        if (!isValid(iban)) throw refuse('IBAN_INVALID');
        // Whoever has asked enough, has nobody asked; who repeats what was answered is answered all the same, and so it is said below.
        return (await limited(database, call)) ?? ask(context, { ...request, iban }, call);
      },
      decide: async (tx, prepared) => {
        if (prepared instanceof Refusal) throw prepared;
        const row = prepared;
        await tx.query(lockPayees(row.customerId));
        // What was asked at the same time is counted by now: whatever was heard of it is told to nobody.
        const tooMany = await limited(tx, call);
        if (tooMany) throw tooMany;
        tx.record({ resourceIds: [row.id, row.creditorAccountId].filter((id) => id !== ''), partyId: row.customerId });
        const message = await confirmationMessage(vault, row, []);
        // What is only tried is not counted: so nothing is answered.
        if (request.validateOnly) return { payeeConfirmation: { ...message, nameMatch: NameMatch.UNSPECIFIED } };
        await tx.execute(insertConfirmation(row));
        return { payeeConfirmation: message };
      },
    });
}

/** The refusal of whoever has asked as often as they may. */
async function limited({ query }: Pick<Context['database'], 'query'>, call: Call): Promise<Refusal | undefined> {
  const now = Date.now();
  const asked = await query(selectAskedSince(call.principal?.partyId ?? '', askedSince(now)));
  const times = asked.map(({ createMs }) => createMs);
  const seconds = secondsToWait(times, now);
  return seconds === undefined ? undefined : refuseCall('RATE_LIMITED', { retry_after_seconds: String(seconds) });
}

async function ask(
  context: Context,
  { iban, name, validateOnly }: Pick<ConfirmPayeeRequest, 'iban' | 'name' | 'validateOnly'>,
  call: Call,
): Promise<ConfirmationRow> {
  const { config, payeeNames, vault } = context;
  const customerId = call.principal?.partyId ?? '';
  const asked = { id: newId('pcf'), iban, name };
  const elsewhere = { accountId: accountElsewhere(context, iban) };
  const answer = validateOnly
    ? { ...elsewhere, nameMatch: NameMatch.NOAP, matchedName: '' }
    : isOwnIban(config, iban)
      ? await payeeNames.ofBank(asked, call)
      : { ...elsewhere, ...(await payeeNames.ofOthers(asked, call)) };
  const { accountId: creditorAccountId, nameMatch, matchedName } = answer;
  return {
    id: asked.id,
    customerId,
    creditorAccountId,
    nameMatch: wordOf(nameMatch),
    particulars: await sealAsked(vault, customerId, { iban, name, matchedName }),
    createMs: Date.now(),
  };
}
