import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { dump, legible, registered, unique } from '../testing.ts';
import { aPdf, started, stored } from '../testing-documents.ts';

describe('UploadDocumentPart', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  async function begun() {
    const content = aPdf();
    const of = await started(office(), await registered(office()), content);
    const upload = async (offset: number, end: number, part = content.subarray(offset, end)) =>
      (await office().uploadDocumentPart({ requestId: unique('part'), ...of, offset, content: part })).receivedBytes;
    return { of, upload };
  }

  it('takes parts in their order, and one that has come already without effect', async () => {
    const { of, upload } = await begun();
    expect(await upload(0, 1_000)).to.equal(1_000);
    expect(await upload(1_000, 1_500)).to.equal(1_500);
    expect(await upload(0, 1_000)).to.equal(1_500);
    const [listed] = (await office().listDocuments({ customerId: of.customerId })).documents;
    expect(listed?.receivedBytes).to.equal(1_500);
    expect(await upload(1_500, 3_000)).to.equal(3_000);
    expect(legible(await dump(bank.database), ['Kanárek'])).to.deep.equal([]);
  });

  it('takes a part once, whoever sends it at the same time', async () => {
    const { upload } = await begun();
    expect(await Promise.all(Array.from({ length: 10 }, () => upload(0, 1_000)))).to.deep.equal(Array(10).fill(1_000));
  });

  it('refuses gaps, other content, what is beyond the end, and what is stored', async () => {
    const { of, upload } = await begun();
    await upload(0, 1_000);
    const gap = await refused(upload(1_001, 2_000), 'DOCUMENT_PART_MISSING');
    expect(gap.metadata['received_bytes']).to.equal('1000');
    await refused(upload(0, 1_000, Buffer.alloc(1_000)), 'DOCUMENT_PART_EXISTS');
    await refused(upload(0, 900), 'DOCUMENT_PART_EXISTS');
    await refused(upload(500, 1_000), 'DOCUMENT_PART_EXISTS');
    await refused(upload(1_000, 3_001, Buffer.alloc(2_001)), 'DOCUMENT_PART_BEYOND_END');
    const is = await stored(office(), of.customerId);
    const late = { requestId: unique('part'), ...is, offset: 0, content: Buffer.from('%') };
    await refused(office().uploadDocumentPart(late), 'DOCUMENT_STORED');
    await refused(
      office().uploadDocumentPart({ ...late, requestId: unique('part'), version: 9 }),
      'DOCUMENT_NOT_FOUND',
    );
  });

  it('forgets the parts of what nobody went on with for a day', async () => {
    const { of, upload } = await begun();
    await upload(0, 1_000);
    const other = await begun();
    await other.upload(0, 1_000);
    await bank.database.query(
      `update document_part set create_time = now() - interval '25 hours' where document_id = $1`,
      [of.documentId],
    );
    await begun();
    await refused(upload(1_000, 2_000), 'DOCUMENT_PART_MISSING');
    expect(await other.upload(1_000, 2_000)).to.equal(2_000);
    expect(await upload(0, 3_000)).to.equal(3_000);
  });
});
