import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { lockByKeys, takeReceipts } from '../delivery-log.ts';
import { isNews, readReceipts } from '../domain/receipts.ts';
import { refuse } from '../domain/refusals.ts';
import { isSigned } from '../receipts.ts';

/** Takes receipts of a provider. */
export function recordReceipts({ commands, config }: Context): Rpcs<typeof NotificationService>['recordReceipts'] {
  return async (request, call) => {
    if (!(await isSigned(request, config.RECEIPT_SECRET_FILE, Date.now()))) throw refuse('RECEIPT_REFUSED');
    const receipts = readReceipts(request.receiptsJson);
    if (!receipts) throw refuse('RECEIPTS_INVALID');
    // What is signed is the message; when it was is another each time it is sent.
    const message = { ...request, timestamp: '', signature: '' };
    return commands.run(Contract.method.recordReceipts, message, call, {
      decide: async (tx) => {
        const rows = await tx.query(lockByKeys(receipts.map(({ key }) => key)));
        const known = new Map(rows.map(({ key, state }) => [key, state]));
        const news = receipts.filter(({ key, state }) => known.has(key) && isNews(known.get(key) ?? '', state));
        if (news.length > 0) await tx.execute(takeReceipts(news));
        return { changedCount: news.length, unknownCount: receipts.length - known.size };
      },
    });
  };
}
