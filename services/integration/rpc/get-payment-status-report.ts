import type { Rpcs } from '#chassis/serve.ts';
import {
  GetPaymentStatusReportRequestSchema,
  type IntegrationService,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { type Reported, statusReport } from '../domain/status-report.ts';
import { findFile, paymentsIn } from '../payment-files.ts';
import { writeChecked } from '../schemas.ts';
import { countSent, type PieceRow, selectPieces, selectSent } from '../tables.ts';

const PIECE_ITEMS = 500;

/** Tells what became of payments of a file, as a message. */
export function getPaymentStatusReport(context: Context): Rpcs<typeof IntegrationService>['getPaymentStatusReport'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(GetPaymentStatusReportRequestSchema, request);
    const file = await findFile(context, request.paymentFileId);
    const { id, state } = file;
    if (state === 'received') throw refuse('PAYMENT_FILE_NOT_READ');
    const from = Number(after?.[0] ?? 0);
    const count = Math.max(1, Math.floor(size / PIECE_ITEMS));
    const pieces = await database.query(selectPieces(id, from, count + 1));
    const reported = await Promise.all(pieces.slice(0, count).map((piece) => reportedIn(context, piece)));
    const { messageIdentification, messageCreateTime, refusalReason: reason, refusalPath: path } = file;
    const { paymentCount: payments, bookedCount: booked, pendingCount: pending, refusedCount: refused } = file;
    const sent = pending > 0 ? await database.query(countSent(id)) : [];
    const told = {
      state,
      messageId: messageIdentification ?? '',
      messageCreateTime: messageCreateTime ?? '',
      counts: { payments, booked, pending, refused },
      sent: Object.fromEntries(sent.map((one) => [one.state, one.count])),
      refusal: { reason, path },
    };
    const own = { id: `${id}-${from}`, time: new Date().toISOString() };
    const xml = writeChecked(statusReport(told, reported.flat(), own), await context.schemas);
    const next = pieces[count];
    const nextPageToken = next ? pages.next(GetPaymentStatusReportRequestSchema, request, [String(next.number)]) : '';
    return { content: Buffer.from(xml), nextPageToken };
  };
}

async function reportedIn(context: Context, { payments, outcomes }: PieceRow): Promise<readonly Reported[]> {
  const found = await paymentsIn(context, payments);
  const orders = (outcomes ?? []).flatMap(({ paymentOrderId }) => paymentOrderId ?? []);
  const sent = orders.length === 0 ? [] : await context.database.query(selectSent(orders));
  const states = new Map(sent.map((one) => [one.id, one]));
  return found.map((payment, index) => {
    const outcome = outcomes?.[index];
    return { payment, outcome, sent: states.get(outcome?.paymentOrderId ?? '') };
  });
}
