// Between the row of a customer's preferences and the message of the contract.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Channel, type PreferencesSchema } from '#gen/bank/notification/v1/notification_pb.ts';
import { allChoices, type Preferences } from './domain/preferences.ts';
import type { Channel as ChannelWord } from './domain/words.ts';
import { topicMessage } from './inbox.ts';

const CHANNELS: Readonly<Record<ChannelWord, Channel>> = {
  email: Channel.EMAIL,
  sms: Channel.SMS,
  push: Channel.PUSH,
};

/** The way as the contract writes it. */
export function channelMessage(word: ChannelWord): Channel {
  return CHANNELS[word];
}

/** The way as it is stored. */
export function channelWord(channel: Channel): ChannelWord {
  const found = Object.entries(CHANNELS).find(([, message]) => message === channel);
  if (!found) throw new Error(`${channel} is no way besides the inbox`);
  return found[0] as ChannelWord;
}

/** The message of preferences. A version of 0: nothing was ever chosen. */
export function preferencesMessage(
  preferences: Preferences,
  version: number,
): MessageInitShape<typeof PreferencesSchema> {
  const { locale, timeZone, quietFrom, quietUntil, choices } = preferences;
  return {
    locale,
    timeZone,
    ...(quietFrom !== null && quietUntil !== null && { quietHours: { fromTime: quietFrom, untilTime: quietUntil } }),
    choices: allChoices(choices).map(({ topic, channel, wanted }) => ({
      topic: topicMessage(topic),
      channel: channelMessage(channel),
      wanted,
    })),
    etag: String(version),
  };
}
