import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { TEMPLATES } from '../domain/templates.ts';
import { unique, useNotification } from '../testing.ts';

describe('GetTemplate', () => {
  const { bank } = useNotification();
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));

  it('reads what is in force, and what was', async () => {
    const key = { template: 'passkey-added', locale: 'cs' };
    const text = { subject: 'Nový klíč', body: 'Byl přidán klíč, {{ time }}.' };
    const change = { requestId: unique('change'), ...key, baseVersion: 0, ...text };
    await bank.asPrincipal(staff('ADMINISTRATOR')).changeTemplate(change);
    const { template } = await auditor().getTemplate(key);
    expect(template).to.deep.include({ ...key, version: 1, ...text, authorId: 'stf_administrator' });
    expect(template?.createTime).to.not.equal(undefined);
    const first = await auditor().getTemplate({ ...key, version: 0 });
    expect(first.template).to.deep.include({ version: 0, authorId: '', ...TEMPLATES['passkey-added'].texts.cs });
    expect(first.template?.createTime).to.equal(undefined);
  });

  it('refuses what there is not', async () => {
    const wrong = [
      { template: 'nothing', locale: 'en' },
      { template: 'constructor', locale: 'en' },
      { template: 'money-in', locale: 'tlh' },
      { template: 'money-in', locale: 'en', version: 7 },
    ];
    for (const key of wrong) await refused(auditor().getTemplate(key), 'TEMPLATE_NOT_FOUND');
    await refused(bank.asPrincipal(staff('TELLER')).getTemplate({ template: 'x', locale: 'en' }), 'CALLER_NOT_ALLOWED');
  });
});
