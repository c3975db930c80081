import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { insertText, lockTexts, NEWEST, selectTexts, textMessage } from '../consent-tables.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Puts the text that customers consent to in force, in the place of the one that the caller has seen. */
export function publishConsentText({ commands }: Context): Rpcs<typeof CustomerService>['publishConsentText'] {
  return (request, call) =>
    commands.run(Contract.method.publishConsentText, request, call, {
      decide: async (tx) => {
        const { purpose, baseVersion } = request;
        const wordings = Object.fromEntries(request.wordings.map(({ locale, text }) => [locale, text]));
        if (Object.keys(wordings).length < request.wordings.length) throw refuse('LOCALE_INVALID');
        await tx.query(lockTexts(purpose));
        const [before] = await tx.query(selectTexts(purpose, NEWEST, 1));
        if ((before?.version ?? 0) !== baseVersion) throw refuseCall('ETAG_MISMATCH');
        const version = baseVersion + 1;
        const { partyId: authorId = '', approverId = '' } = call.principal ?? {};
        const row = { purpose, version, wordings, authorId, approverId, createMs: Date.now() };
        await tx.execute(insertText(row));
        tx.record({
          resourceIds: [`consent_text/${purpose}/${version}`],
          partyId: authorId,
          ...(before && { before: { ...before.wordings } }),
          after: wordings,
        });
        return { text: textMessage(row) };
      },
    });
}
