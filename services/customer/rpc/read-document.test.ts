import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { aPerson, registered, unique } from '../testing.ts';
import { aPdf, stored } from '../testing-documents.ts';

describe('ReadDocument', () => {
  const regions = mkdtempSync(path.join(tmpdir(), 'corebank-region-'));
  const bank = useService(customer, { environment: { OBJECT_STORE_REGIONS: `eu=${regions}` } });
  after(() => rm(regions, { recursive: true }));
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const filesOf = async (customerId: string) => {
    const folder = path.join(bank.dataDir, 'objects', 'documents', customerId);
    const all = await readdir(folder, { recursive: true, withFileTypes: true });
    return all.filter((one) => one.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  };

  it('reads any version, part by part, to the customer and to staff', async () => {
    const customerId = await registered(office());
    const content = aPdf(1_000_000);
    const of = await stored(office(), customerId, content);
    const next = await stored(office(), customerId, aPdf(100), of.documentId);
    const me = bank.asPrincipal(channel(customerId));
    const first = await me.readDocument(of);
    const second = await me.readDocument({ ...of, offset: first.content.length });
    expect(Buffer.concat([first.content, second.content]).equals(content)).to.equal(true);
    expect((await office().readDocument({ ...of, offset: 2_000_000 })).content.length).to.equal(0);
    const newest = await office().readDocument({ ...of, version: 0 });
    expect(newest.document?.version).to.equal(next.version);
    expect(Buffer.from(newest.content)).to.deep.equal(aPdf(100));
    const stranger = await registered(office());
    await refused(bank.asPrincipal(channel(stranger)).readDocument(of), 'CUSTOMER_NOT_FOUND');
    await refused(office().readDocument({ ...of, customerId: stranger }), 'DOCUMENT_NOT_FOUND');
    await refused(bank.asPrincipal(staff('LOAN_OFFICER')).readDocument(of), 'CALLER_NOT_ALLOWED');
  });

  it('is kept in the region of its customer, which is fixed from then on', async () => {
    const abroad = aPerson({ dataRegion: 'eu' });
    await refused(office().registerCustomer({ ...abroad, dataRegion: 'us' }), 'DATA_REGION_UNKNOWN');
    const customerId = await registered(office(), abroad);
    const of = await stored(office(), customerId);
    expect(await readdir(path.join(regions, 'documents'))).to.deep.equal([customerId]);
    expect(Buffer.from((await office().readDocument(of)).content)).to.deep.equal(aPdf());
    const move = (id: string, dataRegion: string) =>
      office().updateCustomer({
        requestId: unique('move'),
        customerId: id,
        updateMask: { paths: ['data_region'] },
        dataRegion,
      });
    await refused(move(customerId, ''), 'DATA_REGION_FIXED');
    const other = await registered(office());
    await refused(move(other, 'us'), 'DATA_REGION_UNKNOWN');
    expect((await move(other, 'eu')).customer?.dataRegion).to.equal('eu');
  });

  it('reads nothing of one whose key was destroyed', async () => {
    const customerId = await registered(office());
    const of = await stored(office(), customerId);
    // Sealed with a key that nobody has: the second of the customer's keys.
    const [file] = await filesOf(customerId);
    const sealed = await readFile(file ?? '');
    sealed[sealed.indexOf(Buffer.from([0x10, 0x01])) + 1] = 2;
    await writeFile(file ?? '', sealed);
    await refused(office().readDocument(of), 'CUSTOMER_ERASED');
  });

  it('is kept where nobody reads it in clear', async () => {
    const customerId = await registered(office());
    await stored(office(), customerId, aPdf(500, 'Kanárek sings'));
    const files = await filesOf(customerId);
    expect(files).to.have.length(1);
    for (const file of files) expect((await readFile(file)).includes('Kanárek')).to.equal(false);
  });
});
