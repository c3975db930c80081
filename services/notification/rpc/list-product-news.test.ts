import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { unique, useNotification } from '../testing.ts';

describe('ListProductNews', () => {
  const { bank } = useNotification();

  it('lists what was published, the latest first, page by page', async () => {
    const approved = { ...staff('BACK_OFFICE'), approverId: 'stf_other' };
    for (const headline of ['first', 'second', 'third']) {
      const texts = ['en', 'cs'].map((locale) => ({ locale, headline, text: headline }));
      await bank
        .asPrincipal(approved, { workload: 'security-executor' })
        .publishProductNews({ requestId: unique('news'), texts });
    }
    const officer = bank.asPrincipal(staff('AUDITOR'));
    const first = await officer.listProductNews({ pageSize: 2 });
    const second = await officer.listProductNews({ pageSize: 2, pageToken: first.nextPageToken });
    const headlines = [...first.news, ...second.news].map(({ texts }) => texts[0]?.headline);
    expect([headlines, second.nextPageToken]).to.deep.equal([['third', 'second', 'first'], '']);
  });

  it('is for staff', async () => {
    await refused(bank.asPrincipal(customer('cus_1')).listProductNews({}), 'CALLER_NOT_ALLOWED');
  });
});
