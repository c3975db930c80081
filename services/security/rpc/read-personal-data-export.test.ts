import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { PersonalDataExportFormat } from '#gen/bank/security/v1/personal_data_export_pb.ts';
import { security } from '../service.ts';
import { asCustomer, unique } from '../testing.ts';
import { anExport } from '../testing-exports.ts';

const { JSON: AS_JSON, PDF } = PersonalDataExportFormat;

describe('ReadPersonalDataExport', () => {
  const bank = useService(security);
  const read = (exportId: string, format: PersonalDataExportFormat, pageToken = '') =>
    bank.asPrincipal(staff('COMPLIANCE')).readPersonalDataExport({ exportId, format, pageToken });

  it('reads it piece by piece, as whoever it is about or staff, until it expires', async () => {
    const json = 'x'.repeat(1_200_000);
    const { id, partyId } = await anExport(bank, { state: 'ready', json, pdf: '%PDF' });
    let whole = '';
    let pieces = 0;
    for (let pageToken = ''; pieces === 0 || pageToken !== ''; pieces += 1) {
      const piece = await read(id, AS_JSON, pageToken);
      whole += Buffer.from(piece.content).toString();
      pageToken = piece.nextPageToken;
    }
    expect(pieces).to.equal(3);
    expect(whole === json).to.equal(true);
    const own = await asCustomer(bank, partyId).readPersonalDataExport({ exportId: id, format: PDF });
    expect(Buffer.from(own.content).toString()).to.equal('%PDF');
    await refused(read(id, PDF, 'x'), 'PAGE_TOKEN_INVALID');
    await bank.database.query('update personal_data_export set expire_time = now() where id = $1', [id]);
    await refused(read(id, PDF), 'PERSONAL_DATA_EXPORT_NOT_READY');
  });

  it('reads nothing of what is not ready, is not there, or is of somebody who was erased', async () => {
    const collecting = await anExport(bank, {});
    await refused(read(collecting.id, AS_JSON), 'PERSONAL_DATA_EXPORT_NOT_READY');
    await refused(read('pde_none', AS_JSON), 'PERSONAL_DATA_EXPORT_NOT_FOUND');
    const { id, partyId } = await anExport(bank, { state: 'ready', json: '{}', pdf: '%PDF' });
    const officer = { ...staff('COMPLIANCE'), approverId: 'stf_checker' };
    const executor = bank.asPrincipal(officer, { workload: 'security-executor' });
    await executor.destroyDataKey({ requestId: unique('destroy'), partyId });
    await refused(read(id, AS_JSON), 'PERSONAL_DATA_EXPORT_NOT_READY');
  });
});
