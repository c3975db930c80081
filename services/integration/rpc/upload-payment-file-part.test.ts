import { expect } from 'chai';
import { sha256Hex } from '#chassis/digest.ts';
import { customer, refused, useService } from '#chassis/testing/service.ts';
import { aRequestId } from '../../_testbed/opening.ts';
import { integration } from '../service.ts';

describe('UploadPaymentFilePart', () => {
  const bank = useService(integration);
  const as = (partyId: string) => bank.asPrincipal(customer(partyId));
  const content = Buffer.from('<Document>');

  it('keeps a part under what is in it, for who uploaded it alone', async () => {
    const { partDigest } = await as('cus_jana').uploadPaymentFilePart({ requestId: aRequestId(), content });
    expect(partDigest).to.equal(sha256Hex(content));
    await as('cus_jana').uploadPaymentFilePart({ requestId: aRequestId(), content });
    const submit = (partyId: string) =>
      as(partyId).submitPaymentFile({ requestId: aRequestId(), partDigests: [partDigest] });
    await refused(submit('cus_petr'), 'PAYMENT_FILE_PART_NOT_FOUND');
    await submit('cus_jana');
  });

  it('removes parts that no file took within a day', async () => {
    const left = await as('cus_jana').uploadPaymentFilePart({ requestId: aRequestId(), content: Buffer.from('left') });
    await bank.database.query(
      `update payment_file_part set create_time = now() - interval '25 hours' where digest = $1`,
      [Buffer.from(left.partDigest, 'hex')],
    );
    await as('cus_jana').uploadPaymentFilePart({ requestId: aRequestId(), content: Buffer.from('other') });
    const partDigests = [left.partDigest];
    await refused(
      as('cus_jana').submitPaymentFile({ requestId: aRequestId(), partDigests }),
      'PAYMENT_FILE_PART_NOT_FOUND',
    );
  });
});
