import type { Rpcs } from '#chassis/serve.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import type { Context } from '../context.ts';
import { preview } from '../templates.ts';

/** Shows what a text would read like. */
export function previewTemplate(_context: Context): Rpcs<typeof NotificationService>['previewTemplate'] {
  return async ({ template, locale, subject, body }) => preview(template, locale, { subject, body });
}
