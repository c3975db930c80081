import { expect } from 'chai';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { PaymentFileState } from '#gen/bank/integration/v1/payment_file_pb.ts';
import { aRequestId } from '../../_testbed/opening.ts';
import { integration } from '../service.ts';
import { ended, paymentFile } from '../testing.ts';

describe('GetPaymentFile', () => {
  const bank = useService(integration);
  const as = (partyId: string) => bank.asPrincipal(customer(partyId));

  it('tells who handed a file in, and staff, how far it has come; to others there is none', async () => {
    const content = Buffer.from('no message');
    const { paymentFile: file } = await as('cus_jana').submitPaymentFile({ requestId: aRequestId(), content });
    const paymentFileId = file?.paymentFileId ?? '';
    const { state, refusalReason } = await ended(as('cus_jana'), paymentFileId);
    expect([state, refusalReason]).to.deep.equal([PaymentFileState.REFUSED, 'XML_MALFORMED']);
    const seen = await bank.asPrincipal(staff('BACK_OFFICE')).getPaymentFile({ paymentFileId });
    expect(seen.paymentFile?.contentDigest).to.equal(file?.contentDigest);
    await refused(as('cus_petr').getPaymentFile({ paymentFileId }), 'PAYMENT_FILE_NOT_FOUND');
    await refused(as('cus_jana').getPaymentFile({ paymentFileId: 'pmf_none' }), 'PAYMENT_FILE_NOT_FOUND');
  });

  it('says where a file is not as it should be', async () => {
    const content = paymentFile('M-1', 'CZ6508000000192000145399', []);
    const short = Buffer.from(content.toString().replace(/<PmtInf>[\s\S]*<\/PmtInf>/, ''));
    const { paymentFile: file } = await as('cus_jana').submitPaymentFile({ requestId: aRequestId(), content: short });
    const { refusalReason, refusalPath } = await ended(as('cus_jana'), file?.paymentFileId ?? '');
    expect([refusalReason, refusalPath]).to.deep.equal(['ELEMENT_MISSING', '/Document/CstmrCdtTrfInitn/PmtInf']);
  });
});
