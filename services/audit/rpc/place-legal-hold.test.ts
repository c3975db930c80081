import { randomUUID } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { useAudit } from '../testing.ts';

describe('PlaceLegalHold', () => {
  const { bank, auditor } = useAudit();
  const compliance = () => bank.asPrincipal(staff('COMPLIANCE'));
  const placing = (more: object) => ({ requestId: randomUUID(), reason: 'a canary of a reason', ...more });
  const at = (iso: string) => timestampFromDate(new Date(iso));

  it('holds once, with who and why, which is sealed', async () => {
    const request = placing({ partyId: 'cus_jana', startTime: at('2025-01-01T00:00:00Z') });
    const { legalHold } = await compliance().placeLegalHold(request);
    expect(legalHold).to.deep.include({ partyId: 'cus_jana', reason: request.reason, authorId: 'stf_compliance' });
    expect(legalHold?.releaseTime).to.equal(undefined);
    expect((await compliance().placeLegalHold(request)).legalHold).to.deep.equal(legalHold);
    expect((await auditor().listLegalHolds({})).legalHolds).to.deep.equal([legalHold]);
    const rows = await bank.database.query<{ row: string }>(
      `select encode(reason_sealed, 'escape') as row from legal_hold`,
    );
    expect(rows.map(({ row }) => row).join()).not.to.include('canary');
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([legalHold?.legalHoldId, 'cus_jana']);
    expect(record?.after).not.to.equal(undefined);
  });

  it('holds all who were merged with a party, before or since, each by a hold that can be released', async () => {
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
    const executor = bank.asPrincipal(approved, { workload: 'security-executor' });
    const [one, other, last] = [newId('cus'), newId('cus'), newId('cus')];
    const merge = (from: string, into: string) =>
      bank.database.query(`insert into merged_party values ('${from}', '${into}')`);
    const held = async () =>
      (await auditor().listLegalHolds({})).legalHolds.filter(({ partyId }) => [one, other, last].includes(partyId));
    await merge(one, other);
    await compliance().placeLegalHold(placing({ partyId: one }));
    expect((await held()).map(({ partyId }) => partyId)).to.have.members([one, other]);
    await merge(other, last);
    await compliance().placeLegalHold(placing({ partyId: last }));
    const holds = await held();
    expect(holds.map(({ partyId }) => partyId)).to.have.members([one, one, other, other, last, last]);
    for (const { legalHoldId } of holds) await executor.releaseLegalHold({ requestId: randomUUID(), legalHoldId });
    expect(await held()).to.deep.equal([]);
  });

  it('refuses to hold nothing in particular, only tells with validate_only, and is for compliance', async () => {
    await refused(compliance().placeLegalHold(placing({})), 'LEGAL_HOLD_INVALID');
    const [early, late] = [at('2025-01-01T00:00:00Z'), at('2025-02-01T00:00:00Z')];
    await refused(compliance().placeLegalHold(placing({ startTime: late, endTime: early })), 'LEGAL_HOLD_INVALID');
    await refused(compliance().placeLegalHold({ ...placing({ partyId: 'cus_1' }), reason: '' }), 'REQUEST_INVALID');
    await compliance().placeLegalHold({ ...placing({ partyId: 'cus_1' }), validateOnly: true });
    expect((await auditor().listLegalHolds({})).legalHolds).to.have.length(1);
    await refused(auditor().placeLegalHold(placing({ partyId: 'cus_1' })), 'CALLER_NOT_ALLOWED');
  });
});
