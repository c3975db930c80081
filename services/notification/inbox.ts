// Between the rows of an inbox and the messages of the contract. The text of a notice is written when it is read, with the
// template that was in force when it came.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import { type NoticeSchema, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import type { Context } from './context.ts';
import type { Text, Topic as TopicWord } from './domain/words.ts';
import type { NoticeRow } from './tables.ts';
import { writtenOut } from './writing.ts';

/** Each topic as the contract writes it. */
export const TOPIC_MESSAGES: Readonly<Record<TopicWord, Topic>> = {
  money_in: Topic.MONEY_IN,
  money_out: Topic.MONEY_OUT,
  orders: Topic.ORDERS,
  security: Topic.SECURITY,
  product_news: Topic.PRODUCT_NEWS,
  low_balance: Topic.LOW_BALANCE,
  approvals: Topic.APPROVALS,
  accounts: Topic.ACCOUNTS,
};

/** The topic as the contract writes it. */
export function topicMessage(word: TopicWord): Topic {
  return TOPIC_MESSAGES[word];
}

/** The topic as it is stored. */
export function topicWord(topic: Topic): TopicWord {
  const found = Object.entries(TOPIC_MESSAGES).find(([, message]) => message === topic);
  if (!found) throw new Error(`there is no topic ${topic}`);
  return found[0] as TopicWord;
}

/** Whose inbox it is: the customer, or the member of staff, who calls. */
export function ownerOf({ principal }: Call): string {
  if (!principal) throw new Error('an inbox is for somebody to read');
  return principal.partyId;
}

/** The messages of notices, in the language and the time zone of whom they are for. */
export async function noticeMessages(
  context: Context,
  rows: readonly NoticeRow[],
  partyId: string,
): Promise<MessageInitShape<typeof NoticeSchema>[]> {
  const preferences = await context.preferences(partyId);
  const texts = await writtenOut(context, rows, preferences);
  return rows.map((row, index) => noticeMessage(row, texts[index] ?? { subject: '', body: '' }));
}

function noticeMessage(row: NoticeRow, text: Text): MessageInitShape<typeof NoticeSchema> {
  const { facts } = row;
  return {
    noticeNumber: row.number,
    template: row.template,
    topic: topicMessage(row.topic),
    ...text,
    transactionId: facts.transactionId ?? '',
    accountId: facts.accountId ?? '',
    approvalId: facts.approvalId ?? '',
    ...(facts.amount && { amount: facts.amount }),
    occurTime: timestampFromMs(row.occurMs),
    ...(row.readMs !== null && { readTime: timestampFromMs(row.readMs) }),
  };
}
