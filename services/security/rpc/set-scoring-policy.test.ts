import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { FIRST_POLICY } from '../domain/scoring-policy.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

describe('SetScoringPolicy', () => {
  const bank = useService(security);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const setting = async (changes: Partial<typeof FIRST_POLICY>) => {
    const { version: baseVersion } = await officer().getScoringPolicy({});
    return { requestId: unique('policy'), baseVersion, policy: { ...FIRST_POLICY, ...changes } };
  };

  it('puts a policy in force as the next version, keeps those before, and records who changed what', async () => {
    for (const reviewScore of [61, 62]) {
      const request = await setting({ reviewScore });
      const answer = await officer().setScoringPolicy(request);
      expect(answer.version).to.equal(request.baseVersion + 1);
      expect(answer.policy).to.deep.equal(request.policy);
      expect(await officer().setScoringPolicy(request)).to.deep.equal(answer);
      expect(await officer().getScoringPolicy({})).to.deep.include({ policy: answer.policy, version: answer.version });
      const [record] = await recordsOf(bank.database, request.requestId);
      expect(record?.resourceIds).to.deep.equal([`scoring_policy/${answer.version}`]);
      expect([record?.before, record?.after].every((sealed) => sealed !== undefined)).to.equal(true);
    }
    const rows = await bank.database.query<{ row: string }>(
      `select version || ' ' || (policy->>'reviewScore') || ' ' || author_id as row from scoring_policy order by version`,
    );
    expect(rows.map(({ row }) => row)).to.deep.equal(['1 61 stf_compliance', '2 62 stf_compliance']);
  });

  it('leaves what it does not say of logins as it is', async () => {
    const { logins } = FIRST_POLICY;
    const stricter = { ...logins, failedTries: 2 } as NonNullable<typeof logins>;
    await officer().setScoringPolicy(await setting({ logins: stricter }));
    const { policy: without, ...request } = await setting({});
    delete without.logins;
    expect((await officer().setScoringPolicy({ ...request, policy: without })).policy?.logins).to.deep.equal(stricter);
    expect((await officer().getScoringPolicy({})).policy?.logins).to.deep.equal(stricter);
  });

  it('lets one of two officers through who have seen the same version', async () => {
    const both = [await setting({ reviewScore: 63 }), await setting({ reviewScore: 64 })];
    const outcomes = await Promise.allSettled(both.map((request) => officer().setScoringPolicy(request)));
    expect(outcomes.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    await refused(officer().setScoringPolicy({ ...both[0], requestId: unique('policy') }), 'ETAG_MISMATCH');
  });

  it('refuses what contradicts itself, only tells with validate_only, and is for compliance', async () => {
    const before = await officer().getScoringPolicy({});
    await refused(officer().setScoringPolicy(await setting({ stepUpScore: 999 })), 'SCORING_POLICY_INVALID');
    await refused(officer().setScoringPolicy(await setting({ stepUpScore: 0 })), 'REQUEST_INVALID');
    await officer().setScoringPolicy({ ...(await setting({ reviewScore: 65 })), validateOnly: true });
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    await refused(auditor.setScoringPolicy(await setting({ reviewScore: 66 })), 'CALLER_NOT_ALLOWED');
    expect(await officer().getScoringPolicy({})).to.deep.equal(before);
  });
});
