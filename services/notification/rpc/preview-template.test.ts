import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { useNotification } from '../testing.ts';

describe('PreviewTemplate', () => {
  const { bank } = useNotification();
  const preview = (body: string, template = 'money-in', locale = 'en') =>
    bank.asPrincipal(staff('COMPLIANCE')).previewTemplate({ template, locale, subject: 'A subject', body });

  it('fills in made-up values', async () => {
    const { subject, body } = await preview('You have {% if amount %}{{ amount }}{% endif %} more.');
    expect([subject, body.replaceAll('\u00a0', ' ')]).to.deep.equal(['A subject', 'You have CZK 1,234.50 more.']);
    const code = await preview('Code {{ code }}', 'password-reset-code');
    expect(code.body).to.match(/^Code \S{14}$/);
  });

  it('refuses what could not be sent, whatever is wrong with it', async () => {
    const hostile = ['{{ code }}', '{{ amount', '{% include "x" %}', '{{ amount | raw }}', '{% if %}', '  ', '\u0000'];
    for (const body of hostile) {
      const refusal = await preview(body).catch((error: unknown) => error);
      expect(refusal, body).to.have.property('reason').that.is.oneOf(['TEMPLATE_INVALID', 'REQUEST_INVALID']);
    }
    await refused(preview('Your code is on its way.', 'password-reset-code'), 'TEMPLATE_INVALID');
    await refused(preview('x', 'nothing'), 'TEMPLATE_NOT_FOUND');
    await refused(preview('x', 'money-in', 'tlh'), 'TEMPLATE_NOT_FOUND');
    await refused(preview('x'.repeat(5_001)), 'REQUEST_INVALID');
  });

  it('is for staff', async () => {
    const request = { template: 'money-in', locale: 'en', subject: 'x', body: 'x' };
    await refused(bank.asPrincipal(staff('TELLER')).previewTemplate(request), 'CALLER_NOT_ALLOWED');
  });
});
