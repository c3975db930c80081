import path from 'node:path';
import { expect } from 'chai';
import { localKeyring } from '#chassis/keyring.ts';
import { vault } from '#chassis/sealing.ts';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { Channel, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { PasskeyAddedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { happened, unique, useNotification } from '../testing.ts';
import { unsubscribeToken } from '../unsubscribing.ts';

describe('UnsubscribeProductNews', () => {
  const { bank, told, of } = useNotification();
  const anybody = () => bank.asPrincipal(undefined);

  it('ends news by the way of the message, and by no other, as often as it is asked for', async () => {
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
    const token = unsubscribeToken({ vault: keys }, row?.key ?? '');
    const requestId = unique('stop');
    await anybody().unsubscribeProductNews({ requestId, token });
    await anybody().unsubscribeProductNews({ requestId: unique('stop'), token });
    const { preferences } = await of(jana).getPreferences({});
    const wanted = preferences?.choices.filter((choice) => choice.topic === Topic.PRODUCT_NEWS && choice.wanted);
    expect(wanted?.map(({ channel }) => channel)).to.deep.equal([Channel.SMS]);
    const [record] = await recordsOf(bank.database, requestId);
    expect(record?.resourceIds).to.deep.equal([jana]);
    const [, proof] = token.split('-');
    for (const forged of ['x', `${'0'.repeat(32)}-${proof}`, `${row?.key}-${'0'.repeat(32)}`, row?.key ?? '']) {
      const asked = anybody().unsubscribeProductNews({ requestId: unique('stop'), token: forged });
      await refused(asked, 'UNSUBSCRIBE_TOKEN_INVALID');
    }
  });
});
