import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  NotificationService as Contract,
  type NotificationService,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { preview, templateMessage } from '../templates.ts';
import { insertText, lockText, readTexts } from '../texts.ts';

/** Puts a text in force, in the place of the one that the caller has seen. */
export function changeTemplate({ commands }: Context): Rpcs<typeof NotificationService>['changeTemplate'] {
  return (request, call) =>
    commands.run(Contract.method.changeTemplate, request, call, {
      decide: async (tx) => {
        const { template, locale, subject, body } = request;
        preview(template, locale, { subject, body });
        await tx.query(lockText(template, locale));
        const before = (await readTexts(tx)).newest(template, locale);
        if (before.version !== request.baseVersion) throw refuseCall('ETAG_MISMATCH');
        const authorId = call.principal?.partyId ?? '';
        const after = { ...before, version: before.version + 1, subject, body, authorId, createMs: Date.now() };
        await tx.execute(insertText(after));
        tx.record({
          resourceIds: [`template/${template}/${locale}/${after.version}`],
          partyId: authorId,
          before: { subject: before.subject, body: before.body },
          after: { subject, body },
        });
        return { template: templateMessage(after) };
      },
    });
}
