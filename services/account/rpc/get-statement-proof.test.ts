import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsOf, openAccount, payIn, registerPerson } from '../../_testbed/opening.ts';
import { untilSigned } from '../../_testbed/signing.ts';

describe('GetStatementProof', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('proves each line of the statement of a customer, who sees the account', async () => {
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner], migrating: true });
    const { accountId } = account;
    await payIn(bank(), account, '10.00', '2020-01-02');
    await payIn(bank(), account, '5.00', '2020-01-01');
    const client = accountsOf(bank(), owner);
    const { entries } = await client.getStatement({ accountId });
    expect(entries.map(({ lineNumber }) => lineNumber)).to.deep.equal([2, 1]);
    for (const { lineNumber, amount, journalId } of entries) {
      const { proof } = await untilSigned(() => client.getStatementProof({ accountId, lineNumber }));
      expect(proof?.entryText).to.match(new RegExp(` ${lineNumber} CREDIT ${amount?.amount} CZK balance 1[05].00$`));
      expect(proof?.journalText).to.include(`\nid ${journalId}\n`);
      expect(proof?.checkpoint?.blockHash).to.deep.equal(proof?.blocks.at(-1)?.hash);
    }
    await refused(client.getStatementProof({ accountId, lineNumber: 3 }), 'ENTRY_NOT_FOUND');
    await refused(client.getStatementProof({ accountId, lineNumber: 0 }), 'REQUEST_INVALID');
  });

  it('is for those who may see the account', async () => {
    const { accountId } = await openAccount(bank());
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    await refused(stranger.getStatementProof({ accountId, lineNumber: 1 }), 'ACCOUNT_NOT_FOUND');
    await refused(stranger.getStatementProof({ accountId: 'acc_nobody', lineNumber: 1 }), 'ACCOUNT_NOT_FOUND');
    const auditor = bank().asPrincipal(AccountService, staff('AUDITOR'));
    await refused(auditor.getStatementProof({ accountId, lineNumber: 1 }), 'ENTRY_NOT_FOUND');
    const treasury = bank().asPrincipal(AccountService, staff('TREASURY'));
    await refused(treasury.getStatementProof({ accountId, lineNumber: 1 }), 'CALLER_NOT_ALLOWED');
  });
});
