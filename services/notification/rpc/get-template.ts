import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { templateMessage } from '../templates.ts';
import { readTexts } from '../texts.ts';

/** Reads a template. */
export function getTemplate({ database }: Context): Rpcs<typeof NotificationService>['getTemplate'] {
  return async ({ template, locale, version }) => {
    const texts = await readTexts(database);
    const row = version === undefined ? texts.newest(template, locale) : texts.version(template, locale, version);
    return { template: templateMessage(row) };
  };
}
