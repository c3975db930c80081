import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { templateMessage } from '../templates.ts';
import { readTexts } from '../texts.ts';

/** Lists all templates, with the text that is in force. */
export function listTemplates({ database }: Context): Rpcs<typeof NotificationService>['listTemplates'] {
  return async () => ({ templates: (await readTexts(database)).all().map(templateMessage) });
}
