import { expect } from 'chai';
import { refused, staff, startTestService, useService } from '#chassis/testing/service.ts';
import { DocumentScan, DocumentState } from '#gen/bank/customer/v1/document_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';
import { aPdf, digestOf, started, stored } from '../testing-documents.ts';

describe('FinishDocumentUpload', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  async function uploaded(content: Buffer, to = office()) {
    const of = await started(to, await registered(to), content);
    await to.uploadDocumentPart({ requestId: unique('part'), ...of, offset: 0, content });
    return { requestId: unique('finish'), ...of, digest: digestOf(content) };
  }

  it('stores it once, for what it is by its content, and says that nothing has scanned it', async () => {
    const request = await uploaded(aPdf());
    await office().finishDocumentUpload({ ...request, requestId: unique('try'), validateOnly: true });
    const { document } = await office().finishDocumentUpload(request);
    expect(document).to.deep.include({
      state: DocumentState.STORED,
      contentType: 'application/pdf',
      scan: DocumentScan.NOT_SCANNED,
      receivedBytes: 3_000,
    });
    expect((await office().finishDocumentUpload(request)).document).to.deep.equal(document);
    await refused(office().finishDocumentUpload({ ...request, requestId: unique('again') }), 'DOCUMENT_STORED');
    expect(await bank.database.query('select from document_part')).to.deep.equal([]);
  });

  it('goes on where one that was killed had written the object already', async () => {
    const content = aPdf(2_000);
    const request = await uploaded(content);
    await office().finishDocumentUpload(request);
    const { customerId, documentId } = request;
    // As if the commit had not come to be: a version that is to be stored, and an object that is there.
    const next = await started(office(), customerId, content, documentId);
    await office().uploadDocumentPart({ requestId: unique('part'), ...next, offset: 0, content });
    const finish = { ...next, digest: digestOf(content) };
    await Promise.all([
      office().finishDocumentUpload({ ...finish, requestId: 'same' }),
      office().finishDocumentUpload({ ...finish, requestId: 'same' }),
    ]);
    expect(Buffer.from((await office().readDocument(next)).content)).to.deep.equal(content);
  });

  it('refuses what is not whole, not what was meant, or nothing that is taken', async () => {
    const request = await uploaded(aPdf());
    await refused(office().finishDocumentUpload({ ...request, digest: '0'.repeat(64) }), 'DOCUMENT_DIGEST_MISMATCH');
    const script = await uploaded(Buffer.from('#!/bin/sh\nrm -r /\n'));
    await refused(office().finishDocumentUpload(script), 'DOCUMENT_TYPE_NOT_ALLOWED');
    const zip = await uploaded(Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)]));
    await refused(office().finishDocumentUpload(zip), 'DOCUMENT_TYPE_NOT_ALLOWED');
    const begun = await started(office(), request.customerId, aPdf());
    const early = { requestId: unique('early'), ...begun, digest: digestOf(aPdf()) };
    await refused(office().finishDocumentUpload(early), 'DOCUMENT_INCOMPLETE');
    await refused(
      office().finishDocumentUpload({ ...early, requestId: unique('x'), version: 2 }),
      'DOCUMENT_NOT_FOUND',
    );
  });

  it('asks the scanner that is connected, and stores nothing that it finds something in', async () => {
    const scan = async (content: Buffer) => (content.includes('EICAR') ? ('infected' as const) : ('clean' as const));
    const context: typeof customer.context = (house) => ({ ...customer.context(house), scanner: { scan } });
    const beside = await startTestService({ ...customer, context }, { beside: bank });
    try {
      const scanned = beside.asPrincipal(staff('BACK_OFFICE'));
      const clean = await scanned.finishDocumentUpload(await uploaded(aPdf(), scanned));
      expect(clean.document?.scan).to.equal(DocumentScan.CLEAN);
      const bad = await uploaded(aPdf(1_000, 'EICAR'), scanned);
      await refused(scanned.finishDocumentUpload(bad), 'DOCUMENT_INFECTED');
      await refused(scanned.readDocument(bad), 'DOCUMENT_NOT_FOUND');
    } finally {
      await beside.stop();
    }
  });

  it('leaves nobody a way to change or remove what is stored', async () => {
    await stored(office(), await registered(office()));
    for (const statement of ["update document set scan = 2 where state = 'STORED'", 'delete from document'])
      expect(await bank.database.query(statement, [], 'runtime').then(String, String), statement).to.match(
        /permission denied|is stored/,
      );
  });
});
