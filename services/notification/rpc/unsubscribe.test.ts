import path from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { localKeyring } from '#chassis/keyring.ts';
import { vault } from '#chassis/sealing.ts';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { Channel, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { PasskeyAddedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { happened, unique, useNotification } from '../testing.ts';
import { unsubscribeToken } from '../unsubscribing.ts';

describe('Unsubscribe', () => {
  const { bank, told, of } = useNotification();
  const anybody = () => bank.asPrincipal(undefined);

  it('ends a topic by the way of the message, and by no other, as often as it is asked for', async () => {
    const jana = unique('cus');
    const choices = [Channel.EMAIL, Channel.SMS].map((channel) => ({
      topic: Topic.PRODUCT_NEWS,
      channel,
      wanted: true,
    }));
    await of(jana).updatePreferences({ requestId: unique('update'), choices });
    await told(happened(PasskeyAddedSchema, { partyId: jana }));
    const [row] = await bank.database.query<{ key: string }>('select key from delivery where party_id = $1', [jana]);
    const keys = vault(await localKeyring(path.join(bank.dataDir, 'keyring')));
    const context = { vault: keys };
    const key = row?.key ?? '';
    const ending = { key, topic: 'product_news', expireMs: Date.now() + 60_000 } as const;
    const token = unsubscribeToken(context, ending);
    const requestId = unique('stop');
    const answer = await anybody().unsubscribe({ requestId, token });
    expect(answer).to.include({ topic: Topic.PRODUCT_NEWS, channel: Channel.EMAIL });
    await anybody().unsubscribe({ requestId: unique('stop'), token });
    const { preferences } = await of(jana).getPreferences({});
    const wanted = preferences?.choices.filter((choice) => choice.topic === Topic.PRODUCT_NEWS && choice.wanted);
    expect(wanted?.map(({ channel }) => channel)).to.deep.equal([Channel.SMS]);
    const [record] = await recordsOf(bank.database, requestId);
    expect(record?.resourceIds).to.deep.equal([jana]);
    const envelopes = await bank.database.query<{ envelope: Buffer }>('select envelope from outbox');
    const actors = envelopes.map(({ envelope }) => fromBinary(EventEnvelopeSchema, envelope).actor);
    const own = actors.filter((actor) => actor?.partyId === jana && actor.audience === Audience.PUBLIC);
    expect(own, 'commands of the customer, who had not logged in').to.have.length(2);
    const proof = token.split('-').at(-1);
    const later = ((Number(`0x${token.split('-')[2]}`) || 0) + 1).toString(16);
    const forgeries = [
      'x',
      `${'0'.repeat(32)}-product_news-${later}-${proof}`,
      `${key}-product_news-${later}-${proof}`,
      token.replace('product_news', 'security'),
      token.replace('product_news', 'money_in'),
      unsubscribeToken(context, { ...ending, key: '0'.repeat(32) }),
    ];
    for (const forged of forgeries) {
      await refused(anybody().unsubscribe({ requestId: unique('stop'), token: forged }), 'UNSUBSCRIBE_TOKEN_INVALID');
    }
    const old = unsubscribeToken(context, { ...ending, expireMs: Date.now() - 2_000 });
    await refused(anybody().unsubscribe({ requestId: unique('stop'), token: old }), 'UNSUBSCRIBE_TOKEN_EXPIRED');
  });
});
