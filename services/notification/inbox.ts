// Between the rows of an inbox and the messages of the contract. The text of a notice is written when it is read, with the
// template that was in force when it came.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import { type NoticeSchema, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import type { Preferences } from './domain/preferences.ts';
import { valuesOf } from './domain/values.ts';
import type { Topic as TopicWord } from './domain/words.ts';
import { render } from './rendering.ts';
import type { NoticeRow } from './tables.ts';
import type { Texts } from './texts.ts';

const TOPICS: Readonly<Record<TopicWord, Topic>> = {
  money_in: Topic.MONEY_IN,
  money_out: Topic.MONEY_OUT,
  orders: Topic.ORDERS,
  security: Topic.SECURITY,
};

/** The topic as the contract writes it. */
export function topicMessage(word: TopicWord): Topic {
  return TOPICS[word];
}

/** The topic as it is stored. */
export function topicWord(topic: Topic): TopicWord {
  const found = Object.entries(TOPICS).find(([, message]) => message === topic);
  if (!found) throw new Error(`there is no topic ${topic}`);
  return found[0] as TopicWord;
}

/** Whose inbox it is: the customer who calls. */
export function ownerOf({ principal }: Call): string {
  if (!principal) throw new Error('an inbox is for a customer to read');
  return principal.partyId;
}

/** The message of a notice, in the language and the time zone of whom it is for. */
export function noticeMessage(
  texts: Texts,
  row: NoticeRow,
  preferences: Preferences,
): MessageInitShape<typeof NoticeSchema> {
  const { facts } = row;
  const text = texts.inForce(row.template, preferences.locale, row.createMs);
  const written = render(text, valuesOf(facts, row.occurMs, preferences));
  return {
    noticeNumber: row.number,
    template: row.template,
    topic: topicMessage(row.topic),
    ...written,
    transactionId: facts.transactionId ?? '',
    accountId: facts.accountId ?? '',
    ...(facts.amount && { amount: facts.amount }),
    occurTime: timestampFromMs(row.occurMs),
    ...(row.readMs !== null && { readTime: timestampFromMs(row.readMs) }),
  };
}
