// Between the row of a customer's preferences and the message of the contract.
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  Channel,
  type Choice as ChoiceMessage,
  type PreferencesSchema,
  Rhythm,
} from '#gen/bank/notification/v1/notification_pb.ts';
import { allChoices, type Choice, type Preferences } from './domain/preferences.ts';
import type { Channel as ChannelWord, Place, Rhythm as RhythmWord } from './domain/words.ts';
import { topicMessage, topicWord } from './inbox.ts';
import type { ThresholdRow } from './low-balance-tables.ts';
import { lowBalanceMessage } from './low-balances.ts';

const PLACES: Readonly<Record<Place, Channel>> = {
  inbox: Channel.INBOX,
  email: Channel.EMAIL,
  sms: Channel.SMS,
  push: Channel.PUSH,
};

const RHYTHMS: Readonly<Record<RhythmWord, Rhythm>> = {
  'at once': Rhythm.UNSPECIFIED,
  daily: Rhythm.DAILY,
  weekly: Rhythm.WEEKLY,
};

/** The way as the contract writes it. */
export function channelMessage(word: ChannelWord): Channel {
  return PLACES[word];
}

/** The way as it is stored. */
export function channelWord(channel: Channel): ChannelWord {
  const word = wordOf(PLACES, channel);
  if (word === 'inbox') throw new Error('the inbox is no way that a delivery takes');
  return word;
}

/** A choice as it is stored. */
export function choiceOf({ topic, channel, wanted, rhythm }: ChoiceMessage): Choice {
  return { topic: topicWord(topic), place: wordOf(PLACES, channel), wanted, rhythm: wordOf(RHYTHMS, rhythm) };
}

function wordOf<Word extends string>(words: Readonly<Record<Word, number>>, message: number): Word {
  const found = Object.entries(words).find(([, known]) => known === message);
  if (!found) throw new Error(`the contract lets no ${message} through`);
  return found[0] as Word;
}

/** The message of preferences. A version of 0: nothing was ever chosen. */
export function preferencesMessage(
  preferences: Preferences,
  version: number,
  lowBalances: readonly ThresholdRow[],
): MessageInitShape<typeof PreferencesSchema> {
  const { locale, timeZone, quietFrom, quietUntil, choices, digestTime, digestWeekday } = preferences;
  return {
    locale,
    timeZone,
    ...(quietFrom !== null && quietUntil !== null && { quietHours: { fromTime: quietFrom, untilTime: quietUntil } }),
    choices: allChoices(choices).map(({ topic, place, wanted, rhythm }) => ({
      topic: topicMessage(topic),
      channel: PLACES[place],
      wanted,
      rhythm: RHYTHMS[rhythm],
    })),
    lowBalances: lowBalances.map(lowBalanceMessage),
    digest: { time: digestTime, weekday: digestWeekday },
    etag: String(version),
  };
}
