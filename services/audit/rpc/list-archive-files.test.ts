import { verify } from 'node:crypto';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { archiveFileBytes } from '../domain/archive.ts';
import { keep } from '../keeping.ts';
import { useAudit } from '../testing.ts';

describe('ListArchiveFiles', () => {
  const { bank, auditor, tell, keeping } = useAudit();

  it('lists what was signed of each file and what is there, by key, page by page', async () => {
    for (const month of ['2023-01', '2023-02', '2023-03']) {
      const occurred = new Date(`${month}-10T10:00:00Z`);
      await tell('account', { occurred }, { occurred });
      await tell('customer', { occurred });
    }
    await keep(keeping());
    const { files } = await auditor().listArchiveFiles({});
    expect(files.map(({ file }) => file?.month)).to.deep.equal(['2023-01', '2023-02', '2023-03']);
    const { publicKeyPem } = await auditor().getCheckpointKey({});
    for (const { file, foundDigest, disposal } of files) {
      expect(file).to.deep.include({ className: 'commands', recordCount: 3, policyVersion: 0 });
      expect(Buffer.from(foundDigest).equals(file!.contentDigest)).to.equal(true);
      expect(verify(null, archiveFileBytes(file!), publicKeyPem, file!.signature)).to.equal(true);
      expect(disposal).to.equal(undefined);
    }
    expect(files[1]?.file?.positions.map(({ ranges }) => ranges)).to.have.members(['2-3', '1']);
    const paged: unknown[] = [];
    let pageToken = '';
    do {
      const page = await auditor().listArchiveFiles({ pageSize: 1, pageToken });
      expect(page.files).to.have.length.at.most(1);
      paged.push(...page.files);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(paged).to.deep.equal(files);
  });

  it('is for auditors and compliance', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).listArchiveFiles({}), 'CALLER_NOT_ALLOWED');
  });
});
