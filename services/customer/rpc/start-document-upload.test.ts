import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { DocumentKind, DocumentScan, DocumentState } from '#gen/bank/customer/v1/document_pb.ts';
import { customer } from '../service.ts';
import { dump, legible, registered, unique } from '../testing.ts';
import { aPdf, started, stored } from '../testing-documents.ts';

describe('StartDocumentUpload', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const passport = { kind: DocumentKind.PASSPORT, fileName: 'Kanárek.pdf', sizeBytes: 100 };

  it('begins a document once, the customer’s own too, and keeps no name in clear', async () => {
    const customerId = await registered(office());
    const me = bank.asPrincipal(channel(customerId));
    const request = { requestId: unique('start'), customerId, ...passport };
    const { document } = await me.startDocumentUpload(request);
    expect(document).to.deep.include({
      version: 1,
      customerId,
      ...passport,
      state: DocumentState.UPLOADING,
      receivedBytes: 0,
      contentType: '',
      scan: DocumentScan.UNSPECIFIED,
      authorId: customerId,
    });
    expect((await me.startDocumentUpload(request)).document).to.deep.equal(document);
    expect(legible(await dump(bank.database), ['Kanárek'])).to.deep.equal([]);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([document?.documentId, customerId]);
  });

  it('begins another version of a document of the same kind, and of nobody else’s', async () => {
    const [customerId, other] = [await registered(office()), await registered(office())];
    const { documentId } = await stored(office(), customerId);
    expect(await started(office(), customerId, aPdf(), documentId)).to.deep.include({ documentId, version: 2 });
    const again = { requestId: unique('start'), customerId, documentId, ...passport, kind: DocumentKind.OTHER };
    await refused(office().startDocumentUpload(again), 'DOCUMENT_KIND_FIXED');
    await refused(started(office(), other, aPdf(), documentId), 'DOCUMENT_NOT_FOUND');
  });

  it('refuses what is too large, too many, or of nobody', async () => {
    const customerId = await registered(office());
    const request = { customerId, ...passport };
    const start = (changes: object) =>
      office().startDocumentUpload({ requestId: unique('start'), ...request, ...changes });
    await refused(start({ sizeBytes: 10 * 1024 * 1024 + 1 }), 'REQUEST_INVALID');
    await refused(start({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    await refused(
      bank.asPrincipal(staff('AUDITOR')).startDocumentUpload({ requestId: unique('x'), ...request }),
      'CALLER_NOT_ALLOWED',
    );
    await start({});
    await bank.database.query(
      `insert into document select id, n, customer_id, kind, state, file_name, size_bytes, content_type, scan, object_key,
         author_id, create_time from document, generate_series(2, 200) n where customer_id = $1`,
      [customerId],
    );
    await refused(start({}), 'DOCUMENTS_TOO_MANY');
    await office().deactivateCustomer({ requestId: unique('end'), customerId });
    await refused(start({}), 'CUSTOMER_DEACTIVATED');
  });
});
