import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { RetentionPolicySchema } from '#gen/bank/notification/v1/retention_pb.ts';
import { checkRetention, cutOffs, FIRST_RETENTION } from './retention.ts';

describe('retention of notices', () => {
  it('goes by the first class that has the topic, in months of the calendar', () => {
    const now = Temporal.ZonedDateTime.from('2028-02-29T12:00[UTC]');
    const found = cutOffs(FIRST_RETENTION, [Topic.PRODUCT_NEWS, Topic.MONEY_IN, Topic.SECURITY], now);
    expect(found.map(({ before }) => String(before))).to.deep.equal([
      '2027-02-28T12:00:00Z',
      '2026-02-28T12:00:00Z',
      '2025-02-28T12:00:00Z',
    ]);
  });

  it('refuses a policy that contradicts itself', () => {
    checkRetention(FIRST_RETENTION);
    const all = { className: 'all', keepMonths: 12 };
    const news = { className: 'news', topics: [Topic.PRODUCT_NEWS], keepMonths: 12 };
    for (const classes of [[news], [all, all], [all, news], [news, { ...news, className: 'more' }, all]]) {
      const policy = create(RetentionPolicySchema, { classes });
      expect(() => checkRetention(policy)).to.throw('contradicts itself');
    }
  });
});
