import type { DescMessage } from '@bufbuild/protobuf';
import { expect } from 'chai';
import {
  AccountClosedSchema,
  AccountDormantSchema,
  AccountEscheatedSchema,
  AccountFrozenSchema,
  AccountInactiveSchema,
  AccountTermsAnnouncedSchema,
  AccountTermsWithdrawnSchema,
  CardNumberRevealedSchema,
  StatementMadeSchema,
} from '#gen/bank/account/v1/account_events_pb.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { Channel, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { happened, unique, useNotification } from './testing.ts';

describe('The life of accounts', () => {
  const { agreed, of } = useNotification();
  const accountId = 'acc_theirs';
  const inbox = async (customerId: string) => (await of(customerId).listInbox({})).notices;

  const cases: [told: string, schema: DescMessage, event: object, says: string][] = [
    ['frozen', AccountFrozenSchema, { freeze: { reason: FreezeReason.COURT_ORDER } }, 'account-frozen: An account'],
    ['inactive', AccountInactiveSchema, { dormantDate: '2027-05-01' }, 'account-inactive: From May 1, 2027'],
    ['dormant', AccountDormantSchema, {}, 'account-dormant: An account'],
    ['closed', AccountClosedSchema, {}, 'account-closed: An account'],
    ['escheated', AccountEscheatedSchema, {}, 'account-escheated: The bank keeps'],
    [
      'to have other terms',
      AccountTermsAnnouncedSchema,
      { effectiveDate: '2027-02-01' },
      'terms-announced: From February',
    ],
    [
      'to keep its terms',
      AccountTermsWithdrawnSchema,
      { effectiveDate: '2027-02-01' },
      'terms-withdrawn: from February',
    ],
    ['of a new statement', StatementMadeSchema, { toDate: '2026-11-30' }, 'statement-made: The statement'],
  ];
  for (const [told, schema, event, says] of cases) {
    it(`is told to all who hold an account that is ${told}, once`, async () => {
      const [jana, petr] = [unique('cus'), unique('cus')];
      const envelope = happened(schema, { accountId, ...event } as never);
      const holders = { [accountId]: [jana, petr] };
      await agreed([envelope], holders);
      await agreed([envelope], holders);
      const [template = '', words = ''] = says.split(': ');
      for (const holder of [jana, petr]) {
        const [notice, ...others] = await inbox(holder);
        expect(others).to.deep.equal([]);
        expect(notice).to.deep.include({ template, topic: Topic.ACCOUNTS, accountId });
        expect(notice?.body).to.include(words);
      }
    });
  }

  it('is told to who uses a card alone, when its number was shown to anybody', async () => {
    const [jana, petr] = [unique('cus'), unique('cus')];
    const shown = { cardId: 'car_hers', accountId, customerId: jana, toStaff: true };
    await agreed([happened(CardNumberRevealedSchema, shown)], { [accountId]: [jana, petr] });
    expect((await inbox(jana))[0]).to.deep.include({ template: 'card-number-revealed', topic: Topic.SECURITY });
    expect(await inbox(petr)).to.deep.equal([]);
  });

  it('names no day on which an inactive account falls asleep where none is known', async () => {
    const jana = unique('cus');
    await agreed([happened(AccountInactiveSchema, { accountId })], { [accountId]: [jana] });
    expect((await inbox(jana))[0]?.body).not.to.include('it will sleep');
  });

  it('warns nobody of a freeze for fraud, sanctions or a review', async () => {
    const jana = unique('cus');
    const reasons = [FreezeReason.FRAUD_SUSPICION, FreezeReason.SANCTIONS, FreezeReason.COMPLIANCE_REVIEW];
    const freezes = reasons.map((reason) => happened(AccountFrozenSchema, { accountId, freeze: { reason } }));
    await agreed(freezes, { [accountId]: [jana] });
    expect(await inbox(jana)).to.deep.equal([]);
  });

  it('can be kept out of the mail by who wants it in the inbox alone', async () => {
    const jana = unique('cus');
    const choices = [{ topic: Topic.ACCOUNTS, channel: Channel.EMAIL, wanted: false }];
    const { preferences } = await of(jana).updatePreferences({ requestId: unique('prf'), choices });
    const chosen = preferences?.choices.find(
      ({ topic, channel }) => topic === Topic.ACCOUNTS && channel === Channel.EMAIL,
    );
    expect(chosen?.wanted).to.equal(false);
  });
});
