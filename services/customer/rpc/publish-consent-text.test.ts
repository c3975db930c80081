import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';

describe('PublishConsentText', () => {
  const bank = useService(customer);
  const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
  const executor = () => bank.asPrincipal(approved, { workload: 'security-executor' });
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));
  const text = (baseVersion: number, ...texts: [string, string][]) => ({
    requestId: unique('text'),
    purpose: ConsentPurpose.DATA_SHARING,
    baseVersion,
    wordings: texts.map(([locale, wording]) => ({ locale, text: wording })),
  });

  it('puts a text in force, once, keeps those before, and records who changed what and who approved', async () => {
    const request = text(0, ['en', 'We may.'], ['cs', 'Smíme.']);
    const { text: first } = await executor().publishConsentText(request);
    expect(first).to.deep.include({ version: 1, authorId: 'stf_compliance', approverId: 'stf_other' });
    expect((await executor().publishConsentText(request)).text).to.deep.equal(first);
    await refused(executor().publishConsentText(text(0, ['en', 'x'])), 'ETAG_MISMATCH');
    await refused(executor().publishConsentText(text(1, ['en', 'x'], ['en', 'y'])), 'LOCALE_INVALID');
    await executor().publishConsentText(text(1, ['en', 'We may indeed.']));
    const { purpose } = request;
    const { texts, nextPageToken: pageToken } = await auditor().listConsentTexts({ purpose, pageSize: 1 });
    expect(texts.map(({ version, wordings }) => [version, wordings[0]?.text])).to.deep.equal([[2, 'We may indeed.']]);
    const { texts: rest } = await auditor().listConsentTexts({ purpose, pageSize: 1, pageToken });
    expect(rest).to.deep.equal([first]);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([`consent_text/${purpose}/1`]);
    await refused(bank.asPrincipal(staff('COMPLIANCE')).publishConsentText(text(2, ['en', 'x'])), 'CALLER_NOT_ALLOWED');
  });
});
