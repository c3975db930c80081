import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { DocumentKind } from '#gen/bank/customer/v1/document_pb.ts';
import { type KycTier, KycTierSchema, KycValiditySchema } from '#gen/bank/customer/v1/kyc_pb.ts';
import { expireDateOf, missingFor, tierFor } from './kyc.ts';

const KINDS = Object.values(DocumentKind).filter((kind) => kind > 0);
const kinds = fc.uniqueArray(fc.constantFrom(...KINDS), { maxLength: 5 });
const requirement = fc.record({
  organisation: fc.boolean(),
  anyOf: fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 3 }),
});
const tiers = fc
  .array(fc.array(requirement, { maxLength: 3 }), { minLength: 1, maxLength: 5 })
  .map((all) => all.map((requirements, place) => create(KycTierSchema, { code: `tier-${place}`, requirements })));
const verified = fc.record({ organisation: fc.boolean(), kinds: kinds.map((all) => new Set(all)) });

describe('the tier of a customer', () => {
  const placeOf = (all: readonly KycTier[], tier: KycTier) => all.indexOf(tier);

  it('is one for which nothing is missing, or the first; and in none above it is nothing missing', async () => {
    await holds(
      fc.property(tiers, verified, (all, one) => {
        const tier = tierFor(all, one);
        const place = placeOf(all, tier);
        if (place > 0) expect(missingFor(tier, one)).to.deep.equal([]);
        for (const above of all.slice(place + 1)) expect(missingFor(above, one)).not.to.deep.equal([]);
      }),
      { runs: 200, proofRuns: 10_000 },
    );
  });

  it('never falls by what is verified in addition', async () => {
    await holds(
      fc.property(tiers, verified, fc.constantFrom(...KINDS), (all, one, kind) => {
        const more = { ...one, kinds: new Set([...one.kinds, kind]) };
        expect(placeOf(all, tierFor(all, more))).to.be.at.least(placeOf(all, tierFor(all, one)));
      }),
      { runs: 200, proofRuns: 10_000 },
    );
  });
});

describe('the last day of evidence', () => {
  const validities = [create(KycValiditySchema, { kind: DocumentKind.PASSPORT, months: 24, highRiskMonths: 6 })];
  const of = (documentExpireDate = '', kind: DocumentKind = DocumentKind.PASSPORT) => ({
    kind,
    verifyDate: '2026-08-31',
    documentExpireDate,
  });

  it('is by its kind, by the risk, and never after the document expires', () => {
    expect(expireDateOf(of(), validities, false)).to.equal('2028-08-31');
    expect(expireDateOf(of(), validities, true)).to.equal('2027-02-28');
    expect(expireDateOf(of('2027-01-01'), validities, true)).to.equal('2027-01-01');
    expect(expireDateOf(of('2030-01-01'), validities, false)).to.equal('2028-08-31');
    expect(expireDateOf(of('', DocumentKind.OTHER), validities, false)).to.equal('2026-08-31');
  });
});
