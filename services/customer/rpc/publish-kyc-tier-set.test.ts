import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { customer } from '../service.ts';
import { aPerson, registered, unique } from '../testing.ts';
import { approvedBy, tierOf, tierTerms } from '../testing-kyc.ts';

describe('PublishKycTierSet', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const publish = (request: ReturnType<typeof tierTerms>) => approvedBy(bank).publishKycTierSet(request);

  it('puts tiers in force for who comes from then on, once; who was there, and who comes from another bank, does everything', async () => {
    const before = await registered(office());
    const request = tierTerms(1);
    const { tierSet } = await publish(request);
    expect(tierSet).to.deep.include({ version: 2, authorId: 'stf_compliance', approverId: 'stf_other' });
    expect((await publish(request)).tierSet).to.deep.equal(tierSet);
    await refused(publish(tierTerms(1)), 'ETAG_MISMATCH');
    await refused(bank.asPrincipal(staff('COMPLIANCE')).publishKycTierSet(tierTerms(2)), 'CALLER_NOT_ALLOWED');
    const after = await registered(office());
    const migration = { kind: IdentifierKind.MIGRATION, value: unique('M'), countryCode: 'CZ' };
    const takenOver = await registered(office(), aPerson({ identifiers: [migration] }));
    expect(await Promise.all([before, after, takenOver].map((id) => tierOf(bank, id)))).to.deep.equal([
      '',
      'entry',
      '',
    ]);
    expect(await eventsOf(bank.database, `kyc${after.slice(3)}`)).to.deep.equal(['CustomerStandingChanged 1']);
    expect(await eventsOf(bank.database, `kyc${before.slice(3)}`)).to.deep.equal([]);
    expect(await eventsOf(bank.database, 'kyc_tiers')).to.deep.equal([
      'KycTierSetPublished 1',
      'KycTierSetPublished 2',
    ]);
    expect((await recordsOf(bank.database, request.requestId ?? ''))[0]?.resourceIds).to.deep.equal(['kyc_tiers/2']);
  });

  it('refuses what makes no sense', async () => {
    const terms = tierTerms(2);
    const [entry, known] = terms.tiers ?? [];
    const tier = { code: 'entry', displayName: 'Entry' };
    const nonsense: Record<string, ReturnType<typeof tierTerms>> = {
      CODE_TWICE: { tiers: [entry ?? {}, entry ?? {}] },
      FIRST_TIER_REQUIRES: { tiers: [known ?? {}] },
      VALIDITY_TWICE: { validities: [...(terms.validities ?? []), ...(terms.validities ?? [])] },
      VALIDITY_MISSING: { validities: [] },
      HIGH_RISK_LONGER: { validities: (terms.validities ?? []).map((one) => ({ ...one, highRiskMonths: 25 })) },
      CURRENCY_TWICE: { tiers: [{ ...tier, limits: [{ currencyCode: 'EUR' }, { currencyCode: 'EUR' }] }] },
    };
    for (const [problem, changes] of Object.entries(nonsense)) {
      const refusal = await refused(publish(tierTerms(2, changes)), 'KYC_TIERS_INVALID');
      expect(refusal.metadata).to.deep.equal({ problem });
    }
    const limits = (currencyCode: string, dayAmount: string) => [{ ...tier, limits: [{ currencyCode, dayAmount }] }];
    await refused(publish(tierTerms(2, { tiers: limits('JPY', '1.5') })), 'CURRENCY_EXPONENT_EXCEEDED');
    await refused(publish(tierTerms(2, { tiers: limits('XXY', '1') })), 'CURRENCY_UNKNOWN');
    await refused(publish(tierTerms(2, { highRiskCountryCodes: ['SU'] })), 'COUNTRY_UNKNOWN');
  });
});
