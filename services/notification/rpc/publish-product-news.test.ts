import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { Channel, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { ProductNewsState } from '#gen/bank/notification/v1/product_news_pb.ts';
import { tellNews } from '../news.ts';
import { unique, useNotification } from '../testing.ts';

describe('PublishProductNews', () => {
  const { bank, of, database } = useNotification();
  const approved = () =>
    bank.asPrincipal({ ...staff('BACK_OFFICE'), approverId: 'stf_other' }, { workload: 'security-executor' });
  const texts = [
    { locale: 'en', headline: 'Savings', text: 'You {{ amount }} more.' },
    { locale: 'cs', headline: 'Spoření', text: 'Získáte více.' },
  ];
  const consents = async (customerId: string, wanted = true, channel: Channel = Channel.INBOX) => {
    const choices = [{ topic: Topic.PRODUCT_NEWS, channel, wanted }];
    await of(customerId).updatePreferences({ requestId: unique('update'), choices });
  };
  const told = async (customerId: string) => (await of(customerId).listInbox({})).notices;
  const tell = () =>
    tellNews({
      unwilling: async () => new Set(),
      database: database(),
      ways: { open: [], send: () => Promise.reject(new Error('there is no way')) },
      config: { BANK_TIME_ZONE: 'UTC' } as Parameters<typeof tellNews>[0]['config'],
    });

  it('tells each who has consented, and nobody else, once, however many tell it', async () => {
    const consenting = Array.from({ length: 3 }, () => unique('cus'));
    for (const customerId of consenting) await consents(customerId);
    const [never, noMore] = [unique('cus'), unique('cus')];
    await consents(noMore);
    await consents(noMore, false);
    const request = { requestId: unique('news'), texts };
    const { news } = await approved().publishProductNews(request);
    expect(news).to.deep.include({ authorId: 'stf_back_office', approverId: 'stf_other' });
    expect((await approved().publishProductNews(request)).news?.productNewsId).to.equal(news?.productNewsId);
    await Promise.all([tell(), tell(), tell()]);
    const inboxes = await Promise.all(consenting.map(told));
    expect(inboxes.map((notices) => notices.map(({ topic, subject }) => [topic, subject]))).to.deep.equal(
      consenting.map(() => [[Topic.PRODUCT_NEWS, 'Savings']]),
    );
    // What staff wrote is text: nothing in it is filled in.
    expect(inboxes[0]?.[0]?.body).to.include('You {{ amount }} more.');
    expect([await told(never), await told(noMore)]).to.deep.equal([[], []]);
    const [listed] = (await bank.asPrincipal(staff('COMPLIANCE')).listProductNews({})).news;
    expect(listed).to.deep.include({ state: ProductNewsState.PUBLISHED, toldCount: 3 });
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([news?.productNewsId]);
  });

  it('keeps when each consent was given and withdrawn', async () => {
    const jana = unique('cus');
    await consents(jana, true, Channel.EMAIL);
    await consents(jana, true, Channel.EMAIL);
    await consents(jana, false, Channel.EMAIL);
    const rows = await bank.database.query<{ place: string; version: number; given: boolean }>(
      'select place, version, given from consent where party_id = $1 order by version',
      [jana],
    );
    expect(rows).to.deep.equal([
      { place: 'email', version: 1, given: true },
      { place: 'email', version: 3, given: false },
    ]);
  });

  it('needs a text in each language, and somebody who approves', async () => {
    const asked = (some: typeof texts) => approved().publishProductNews({ requestId: unique('news'), texts: some });
    await refused(asked(texts.slice(1)), 'LOCALE_UNKNOWN');
    await refused(asked([...texts, ...texts]), 'LOCALE_UNKNOWN');
    await refused(asked(texts.map((text) => ({ ...text, locale: `${text.locale}-x` }))), 'LOCALE_UNKNOWN');
    await refused(asked([]), 'REQUEST_INVALID');
    const request = { requestId: unique('news'), texts };
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).publishProductNews(request), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('ADMINISTRATOR')).publishProductNews(request), 'CALLER_NOT_ALLOWED');
  });
});
