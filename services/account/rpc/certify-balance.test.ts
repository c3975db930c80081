import { fromJsonString } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { BalanceCertificateSchema, DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsOf, openAccount, payIn, registerPerson } from '../../_testbed/opening.ts';
import { daysOf } from '../testing-days.ts';
import { aPot, moving } from '../testing-pots.ts';
import { readPdf } from '../testing-statements.ts';

describe('CertifyBalance', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);

  it('certifies the balance at the end of a day, as JSON and as PDF, to its holder', async () => {
    const { endDay } = daysOf(bank());
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner] });
    const { accountId } = account;
    await payIn(bank(), account, '12.34');
    const first = (await endDay()).toString();
    await payIn(bank(), account, '1.00');
    const client = accountsOf(bank(), owner);
    const json = { accountId, format: DocumentFormat.JSON };

    const { content, certificate } = await client.certifyBalance({ ...json, businessDate: first });
    expect(certificate?.balance?.amount).to.equal('12.34');
    expect(certificate).to.deep.include({ iban: account.iban, businessDate: first, provisional: false });
    expect(fromJsonString(BalanceCertificateSchema, Buffer.from(content).toString())).to.deep.equal(certificate);
    const now = await client.certifyBalance({ accountId, format: DocumentFormat.PDF });
    expect(now.certificate).to.deep.include({ provisional: true });
    expect(now.certificate?.balance?.amount).to.equal('13.34');
    expect(readPdf(Buffer.from(now.content)).pages).to.equal(1);

    await client.movePotMoney(moving(await aPot(client, accountId), '3.00'));
    const apart = await client.certifyBalance({ accountId, format: DocumentFormat.PDF });
    expect([apart.certificate?.balance?.amount, apart.certificate?.inPots?.amount]).to.deep.equal(['10.34', '3.00']);
    // However many it has had before.
    await bank()
      .database('account')
      .query(
        `insert into pot (id, account_id, name, state, open_date, close_date, create_time)
         select 'pot_' || lpad(n::text, 8, '0'), $1, '', 'closed', '2000-01-01', '2000-01-01', clock_timestamp()
         from generate_series(1, 1000) n`,
        [accountId],
      );
    const still = await client.certifyBalance({ accountId, format: DocumentFormat.PDF });
    expect(still.certificate?.inPots?.amount).to.equal('3.00');
    const earlier = await client.certifyBalance({ ...json, businessDate: first });
    expect(earlier.certificate?.inPots).to.equal(undefined);

    await refused(client.certifyBalance({ accountId, format: DocumentFormat.CSV }), 'FORMAT_NOT_OFFERED');
    await refused(client.certifyBalance({ ...json, businessDate: '2001-02-30' }), 'DATE_INVALID');
    await refused(client.certifyBalance({ ...json, businessDate: '2001-02-03' }), 'DATE_INVALID');
    await refused(client.certifyBalance({ ...json, businessDate: '9999-12-31' }), 'DATE_INVALID');
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    await refused(stranger.certifyBalance(json), 'ACCOUNT_NOT_FOUND');
  });
});
