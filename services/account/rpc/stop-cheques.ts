import type { Call } from '#chassis/call-context.ts';
import { readDate } from '#chassis/dates.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { fromMoney, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService, type StopChequesRequest } from '#gen/bank/account/v1/account_service_pb.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { readRow } from '../accounts.ts';
import { openOwnAccounts, ownAccount, ownAccounts } from '../booking-interest.ts';
import { countCheques, insertStop, type NewStop, selectStop, waiveStopFee } from '../cheque-tables.ts';
import { stopMessage } from '../cheques.ts';
import type { Context } from '../context.ts';
import { checkInUse } from '../domain/life.ts';
import { refuse } from '../domain/refusals.ts';
import { feeFor } from '../domain/terms.ts';
import { publishStopChanged } from '../events.ts';
import { keyOf } from '../products.ts';

/** How long a stop holds that names no last day. */
const USUAL_MONTHS = 6;

interface Planned {
  readonly stop: NewStop;
  readonly currency: string;
  readonly partyId: string;
}

/** Has cheques not paid any more. */
export function stopCheques(context: Context): Rpcs<typeof AccountService>['stopCheques'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: StopChequesRequest, _call: Call): Promise<Planned> {
  const { accountId, firstNumber, amount } = request;
  const lastNumber = request.lastNumber || firstNumber;
  if (lastNumber < firstNumber || (firstNumber === 0 && (lastNumber > 0 || !amount)))
    throw refuse('CHEQUE_STOP_INVALID');
  const money = amount && fromPositiveMoney(amount);
  const row = await readRow(context.database, accountId);
  const { currency, partyId } = row;
  checkInUse(row.state);
  if (money && money.currency !== currency) throw refuse('CURRENCY_MISMATCH');
  const { openDate } = await context.clock.read();
  const expireDate = readDate('expire_date', request.expireDate) ?? openDate.add({ months: USUAL_MONTHS });
  if (Temporal.PlainDate.compare(expireDate, openDate) < 0) throw refuse('CHEQUE_STOP_EXPIRED');
  const terms = (await context.catalogue.terms([row])).get(keyOf(row));
  const flat = terms && feeFor(terms, Operation.CHEQUE_STOP)?.flat;
  const stop = {
    id: newId('chs'),
    accountId,
    firstNumber: firstNumber || null,
    lastNumber: lastNumber || null,
    amount: money ? String(money.minor) : null,
    expireDate: expireDate.toString(),
    fee: String(flat ? fromMoney(flat).minor : 0n),
  };
  return { stop, currency, partyId };
}

type Method = typeof AccountService.method.stopCheques;

/** The stop holds from its plan on, whatever becomes of its fee. */
function steps(context: Context): OrderSteps<Method, Planned, Planned, { readonly charged: boolean }> {
  return {
    method: AccountService.method.stopCheques,
    async plan(tx, planned) {
      const { id, accountId, firstNumber, lastNumber } = planned.stop;
      if (firstNumber !== null && lastNumber !== null) {
        const [count] = await tx.query(countCheques(accountId, firstNumber, lastNumber));
        if (!count?.issued) throw refuse('CHEQUE_NOT_FOUND');
        if (count.outstanding === 0) throw refuse('CHEQUE_PAID');
      }
      await tx.execute(insertStop(planned.stop));
      publishStopChanged(tx, id, accountId, false);
      return planned;
    },
    async carryOut({ stop: { id, accountId, fee }, currency }, { validateOnly, deadline, call }) {
      if (fee === '0') return { charged: true };
      const amount = toMoney({ currency, minor: BigInt(fee) });
      const legs = [
        { ledgerAccountId: deriveId('lac', accountId), side: Side.DEBIT, amount },
        { ledgerAccountId: ownAccount('fee_income', currency), side: Side.CREDIT, amount },
      ];
      const journals = [{ journalId: deriveId('jnl', id), kind: JournalKind.FEE, legs }];
      if (!validateOnly) await openOwnAccounts(context, currency);
      const assumedLedgerAccounts = validateOnly ? ownAccounts(currency) : [];
      const asked = { journals, validateOnly, assumedLedgerAccounts };
      const { outcomes } = await context.ledger.postJournals(asked, { deadline, trace: call.trace });
      return { charged: outcomes[0]?.result.case === 'posted' };
    },
    async settle(tx, { stop: { id, accountId }, partyId }, outcome) {
      if (!('value' in outcome && outcome.value.charged)) await tx.execute(waiveStopFee(id));
      const [stop] = await tx.query(selectStop(id));
      if (!stop) throw new Error(`${id} is gone`);
      tx.record({ resourceIds: [id, accountId], partyId });
      return { chequeStop: stopMessage(stop) };
    },
  };
}
