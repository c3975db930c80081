import { LockMode } from '@mikro-orm/core';
import type { Rpcs } from '#chassis/serve.ts';
import { ConsentChannel } from '#gen/bank/customer/v1/consent_pb.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { consentMessage, insertConsent, lockTexts, NEWEST, selectLast, selectTexts } from '../consent-tables.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { CustomerRow } from '../tables.ts';

/** Writes down that a customer gives a consent, or withdraws it. */
export function recordConsent({ commands }: Context): Rpcs<typeof CustomerService>['recordConsent'] {
  return (request, call) =>
    commands.run(Contract.method.recordConsent, request, call, {
      decide: async (tx) => {
        const { customerId, purpose, given, channel } = request;
        // Locked, so that no version is given twice.
        const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
        const customer = await tx.em.findOne(CustomerRow, { id: customerId }, lock);
        if (!customer) throw refuse('CUSTOMER_NOT_FOUND');
        if (given && customer.state !== 'active') throw refuse('CUSTOMER_DEACTIVATED');
        await tx.query(lockTexts(purpose));
        const [text] = await tx.query(selectTexts(purpose, NEWEST, 1));
        const textVersion = text?.version ?? 0;
        if (given && (textVersion === 0 || request.textVersion !== textVersion))
          throw refuse('CONSENT_TEXT_NOT_IN_FORCE', { text_version: String(textVersion) });
        const isOwn = call.principal?.audience === Audience.CHANNEL;
        if (isOwn !== (channel === ConsentChannel.APP)) throw refuse('CONSENT_CHANNEL_INVALID');
        const [last] = await tx.query(selectLast([customerId], purpose));
        const isSame = last?.given === given && (!given || last.textVersion === textVersion);
        if (last && isSame) {
          tx.record({ resourceIds: [customerId], partyId: customerId });
          return { consent: consentMessage(last) };
        }
        const version = (last?.version ?? 0) + 1;
        const { partyId: authorId = '' } = call.principal ?? {};
        const row = { customerId, purpose, version, given, textVersion, channel, authorId, changeMs: Date.now() };
        await tx.execute(insertConsent(row));
        tx.record({
          resourceIds: [customerId],
          partyId: customerId,
          ...(last && { before: { purpose, given: last.given, textVersion: last.textVersion } }),
          after: { purpose, given, textVersion, channel },
        });
        return { consent: consentMessage(row) };
      },
    });
}
