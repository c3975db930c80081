// Makes the payments of files, piece by piece: each a transfer of the transaction service under the payment's own key. Whoever is
// killed leaves the lease behind; who takes the file next asks again about the piece that has no outcomes, and what was booked is a
// repeat over there.
import { fromJson } from '@bufbuild/protobuf';
import { readRefusal } from '#chassis/grpc.ts';
import { repeat } from '#chassis/repeat.ts';
import { continueTrace } from '#chassis/trace.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { TransferOutcome } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from './context.ts';
import type { Outcome, Payment } from './domain/payments.ts';
import { paymentsIn } from './payment-files.ts';
import { readFile } from './reading-files.ts';
import {
  endFile,
  type FileRow,
  leaseFile,
  type PieceRow,
  renewLease,
  selectFiles,
  selectNextPiece,
  settlePiece,
} from './tables.ts';

const LOOK_MS = 500;
/** Longer than a piece may take. */
const LEASE_MS = 60_000;
const CALL_MS = 30_000;
/** How long a file waits when a service that it needs is away. */
const AWAY_MS = 2_000;

/** Starts to work on files. Answers how to stop: after the piece that is under way. */
export function startMakingPayments(context: Context): () => Promise<void> {
  let isStopping = false;
  const work = () => workOnFiles(context, () => isStopping);
  const stop = repeat(LOOK_MS, work, context.log, 'files of payments have to wait');
  return async () => {
    isStopping = true;
    await stop();
    context.close();
  };
}

async function workOnFiles(context: Context, isStopping: () => boolean): Promise<void> {
  while (!isStopping()) {
    const [file] = await context.database.query(leaseFile(LEASE_MS));
    if (!file) return;
    let waitMs = 0;
    try {
      await workOn(context, file, isStopping);
    } catch (error) {
      waitMs = AWAY_MS;
      context.log.warn({ err: error, paymentFile: file.id }, 'a file of payments has to wait');
    }
    await context.database.query(renewLease(file.id, waitMs));
  }
}

async function workOn(context: Context, file: FileRow, isStopping: () => boolean): Promise<void> {
  const { database } = context;
  if (file.state === 'received') await readFile(context, file, LEASE_MS);
  const [now] = await database.query(selectFiles([file.id]));
  if (now?.state !== 'processing') return;
  while (!isStopping()) {
    const [piece] = await database.query(selectNextPiece(file.id));
    if (!piece) {
      await database.query(endFile(file.id));
      return;
    }
    const outcomes = await makePayments(context, file, piece);
    await database.query(settlePiece(file.id, piece.number, outcomes));
    await database.query(renewLease(file.id, LEASE_MS));
  }
}

/** Makes the payments of a piece. Throws what passes, and then all of it is asked again. */
async function makePayments(context: Context, file: FileRow, piece: PieceRow): Promise<readonly Outcome[]> {
  const payments = await paymentsIn(context, piece.payments);
  const asked = payments.filter(({ refused }) => refused === undefined);
  const made = asked.length === 0 ? [] : await transfersOf(context, file, asked);
  const answers = new Map(asked.map((payment, index) => [payment, made[index]]));
  return payments.map((payment) => outcomeOf(payment, answers.get(payment)));
}

async function transfersOf({ transaction }: Context, file: FileRow, payments: readonly Payment[]) {
  const actor = fromJson(ActorSchema, file.actor);
  const transfers = payments.map(({ key: requestId, currencyCode, amount, text, ...payment }) => ({
    requestId,
    actor,
    debtorIban: payment.debtorIban,
    creditorIban: payment.creditorIban,
    creditorName: payment.creditorName ?? '',
    requestedExecutionDate: payment.day ?? '',
    endToEndIdentification: payment.endToEndId,
    amount: { currencyCode, amount },
    remittanceInformation: text,
  }));
  const on = { deadline: Date.now() + CALL_MS, trace: continueTrace(undefined) };
  return (await transaction.batchTransferFunds({ transfers }, on)).outcomes;
}

function outcomeOf({ refused }: Payment, answer: TransferOutcome | undefined): Outcome {
  if (refused !== undefined) return { state: 'refused', reason: refused };
  if (!answer) throw new Error('a payment has no outcome');
  const { refusal, state, transactionId, paymentOrderId } = answer;
  if (refusal) return { state: 'refused', reason: readRefusal(refusal).reason };
  // What goes to another bank has its end there.
  if (paymentOrderId !== '') {
    return { state: 'pending', paymentOrderId, ...(transactionId !== '' && { transactionId }) };
  }
  return { state: state === TransactionState.POSTED ? 'booked' : 'pending', transactionId };
}
