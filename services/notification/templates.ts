// Texts that staff write: what they would read like, and the message of one.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type TemplateSchema, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { refuse } from './domain/refusals.ts';
import { sampleValues, saysCode } from './domain/sample-values.ts';
import { templateOf } from './domain/templates.ts';
import { LOCALES, type Text } from './domain/words.ts';
import { topicMessage } from './inbox.ts';
import { render } from './rendering.ts';
import type { TextRow } from './texts.ts';

/** What a text would read like. Refuses TEMPLATE_NOT_FOUND, and TEMPLATE_INVALID for one that could not be sent. */
export function preview(name: string, locale: string, text: Text): Text {
  const template = templateOf(name);
  const language = LOCALES.find((known) => known === locale);
  if (!template || !language) throw refuse('TEMPLATE_NOT_FOUND');
  const written = filledIn(text, sampleValues(template.values, language));
  if (written.subject === '' || written.body === '') throw refuse('TEMPLATE_INVALID', { problem: 'EMPTY' });
  if (!saysCode(template.values, written.body)) throw refuse('TEMPLATE_INVALID', { problem: 'CODE_LEFT_OUT' });
  return written;
}

/** Whatever the library finds wrong with a text is the text's fault. */
function filledIn(text: Text, values: Readonly<Record<string, string>>): Text {
  try {
    return render(text, values);
  } catch {
    throw refuse('TEMPLATE_INVALID', { problem: 'NOT_FILLED_IN' });
  }
}

/** The message of a text. */
export function templateMessage(row: TextRow): MessageInitShape<typeof TemplateSchema> {
  const template = templateOf(row.template);
  if (!template) throw refuse('TEMPLATE_NOT_FOUND');
  const { createMs, ...text } = row;
  return {
    ...text,
    topic: template.topic ? topicMessage(template.topic) : Topic.UNSPECIFIED,
    values: [...template.values],
    ...(row.version > 0 && { createTime: timestampFromMs(createMs) }),
  };
}
