import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import { type BouncedAddress, insertBounced, newBounces } from '../bounces.ts';
import type { Context } from '../context.ts';
import { type KeyedDelivery, lockByKeys, takeReceipts } from '../delivery-log.ts';
import { isForGood, isNews, type Receipt, readReceipts } from '../domain/receipts.ts';
import { refuse } from '../domain/refusals.ts';
import { isSigned } from '../receipts.ts';
import { insertNotices } from '../tables.ts';

/** Takes receipts of a provider. */
export function recordReceipts(context: Context): Rpcs<typeof NotificationService>['recordReceipts'] {
  const { commands, config } = context;
  return async (request, call) => {
    if (!(await isSigned(request, config.RECEIPT_SECRET_FILE, Date.now()))) throw refuse('RECEIPT_REFUSED');
    const receipts = readReceipts(request.receiptsJson);
    if (!receipts) throw refuse('RECEIPTS_INVALID');
    // What is signed is the message; when it was is another each time it is sent.
    const message = { ...request, timestamp: '', signature: '' };
    return commands.run(Contract.method.recordReceipts, message, call, {
      decide: async (tx) => {
        const rows = await tx.query(lockByKeys(receipts.map(({ key }) => key)));
        const known = new Map(rows.map((row) => [row.key, row]));
        const news = receipts.filter(({ key, state }) => isNews(known.get(key)?.state ?? state, state));
        const { fresh, notices } = await newBounces(context, tx, bouncedIn(news, known));
        if (news.length > 0) await tx.execute(takeReceipts(news));
        if (fresh.length > 0) await tx.execute(insertBounced(fresh));
        for (const notice of notices) tx.write(insertNotices, notice);
        return { changedCount: news.length, unknownCount: receipts.length - known.size };
      },
    });
  };
}

/** The addresses that receipts say take nothing any more. */
function bouncedIn(receipts: readonly Receipt[], known: ReadonlyMap<string, KeyedDelivery>): BouncedAddress[] {
  return receipts.flatMap(({ key, state, reason }) => {
    const { partyId = '', channel = 'push', addressHash } = known.get(key) ?? {};
    return state === 'bounced' && addressHash && isForGood(reason) ? [{ partyId, channel, addressHash }] : [];
  });
}
