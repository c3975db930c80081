import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import { trustAddress } from '../bounces.ts';
import type { Context } from '../context.ts';
import { lockDelivery, retryDelivery as retry } from '../delivery-log.ts';
import { refuse } from '../domain/refusals.ts';
import { channelWord } from '../preferences.ts';

const ENDED = ['dead', 'bounced', 'failed'];
/** Notices that go with a code, which nobody keeps. */
const WITH_CODE = ['password-reset-requested'];

/** Sends a delivery that came to nothing once more. */
export function retryDelivery({ commands }: Context): Rpcs<typeof NotificationService>['retryDelivery'] {
  return (request, call) =>
    commands.run(Contract.method.retryDelivery, request, call, {
      decide: async (tx) => {
        const { customerId: partyId, noticeNumber: number } = request;
        const channel = channelWord(request.channel);
        const key = { partyId, number, channel };
        const [found] = await tx.query(lockDelivery(key));
        if (!found) throw refuse('DELIVERY_NOT_FOUND');
        if (!ENDED.includes(found.state)) throw refuse('DELIVERY_NOT_DEAD');
        if (WITH_CODE.includes(found.template)) throw refuse('CODE_NOT_KEPT');
        await tx.execute(trustAddress(partyId, number, channel));
        await tx.execute(retry(key));
        tx.record({ resourceIds: [`delivery/${number}/${channel}`], partyId });
        return {};
      },
    });
}
