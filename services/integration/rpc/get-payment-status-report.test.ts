import { expect } from 'chai';
import { customer, refused, useService } from '#chassis/testing/service.ts';
import { readMessage } from '#rules/iso20022/reader.ts';
import { aRequestId } from '../../_testbed/opening.ts';
import { integration } from '../service.ts';
import { ended, paymentFile } from '../testing.ts';

describe('GetPaymentStatusReport', () => {
  const bank = useService(integration);
  const as = (partyId: string) => bank.asPrincipal(customer(partyId));
  const submit = async (content: Buffer) =>
    (await as('cus_jana').submitPaymentFile({ requestId: aRequestId(), content })).paymentFile?.paymentFileId ?? '';

  it('rejects a file that is none, with the reason and the place', async () => {
    const paymentFileId = await submit(Buffer.from('<Document/>'));
    await ended(as('cus_jana'), paymentFileId);
    const { content, nextPageToken } = await as('cus_jana').getPaymentStatusReport({ paymentFileId });
    const message = readMessage(content);
    if (message.name !== 'pain.002.001.10') throw new Error('another message');
    expect(message.content.OrgnlGrpInfAndSts).to.deep.equal({
      OrgnlMsgId: 'NOTPROVIDED',
      OrgnlMsgNmId: 'pain.001.001.09',
      GrpSts: 'RJCT',
      StsRsnInf: [{ Rsn: { Cd: 'FF01' }, AddtlInf: ['MESSAGE_UNKNOWN', '/Document'] }],
    });
    expect(nextPageToken).to.equal('');
  });

  it('waits until the file has been read, which takes a bank that knows the day', async () => {
    const iban = 'CZ6508000000192000145399';
    const paymentFileId = await submit(paymentFile('M-1', iban, [{ endToEndId: 'A', amount: '1', iban }]));
    await refused(as('cus_jana').getPaymentStatusReport({ paymentFileId }), 'PAYMENT_FILE_NOT_READ');
    await refused(as('cus_petr').getPaymentStatusReport({ paymentFileId }), 'PAYMENT_FILE_NOT_FOUND');
    const pageToken = 'made-up';
    await refused(as('cus_jana').getPaymentStatusReport({ paymentFileId, pageToken }), 'PAGE_TOKEN_INVALID');
  });
});
