import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { TEMPLATES } from '../domain/templates.ts';
import { useNotification } from '../testing.ts';

describe('ListTemplates', () => {
  const { bank } = useNotification();

  it('lists every template in every language', async () => {
    const { templates } = await bank.asPrincipal(staff('BACK_OFFICE')).listTemplates({});
    expect(templates).to.have.length(2 * Object.keys(TEMPLATES).length);
    const [first, second] = templates;
    expect(first).to.deep.include({ template: 'money-in', locale: 'en', version: 0, topic: Topic.MONEY_IN });
    expect(first).to.deep.include({ subject: '{{ amount }} came in', values: ['amount', 'date', 'time'] });
    expect(second).to.deep.include({ template: 'money-in', locale: 'cs' });
  });

  it('is for staff', async () => {
    await refused(bank.asPrincipal(customer('cus_1')).listTemplates({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('TELLER')).listTemplates({}), 'CALLER_NOT_ALLOWED');
  });
});
