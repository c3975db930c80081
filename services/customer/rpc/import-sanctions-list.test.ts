import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { SanctionedKind, SanctionsFileKind, SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';
import { ofacFiles, PARTIES, UN_XML, uploaded } from '../testing-sanctions.ts';

describe('ImportSanctionsList', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const { OFAC_SDN, UN_CONSOLIDATED } = SanctionsList;
  const importing = async (
    list: SanctionsList,
    files: readonly (readonly [SanctionsFileKind, string])[],
    changes: { removedMax?: number; validateOnly?: boolean } = {},
  ) => ({ requestId: unique('import'), list, files: await uploaded(officer(), files), ...changes });

  it('makes the three files of OFAC a version, once, and says what is another', async () => {
    const request = await importing(OFAC_SDN, ofacFiles());
    const { version } = await officer().importSanctionsList(request);
    expect(version).to.deep.include({ version: 1, entryCount: 4, nameCount: 7, addedCount: 4, removedCount: 0 });
    expect(version?.authorId).to.equal('stf_compliance');
    expect((await officer().importSanctionsList(request)).version).to.deep.equal(version);
    expect((await recordsOf(bank.database, request.requestId))[0]?.resourceIds).to.deep.equal(['OFAC_SDN']);

    const same = await officer().importSanctionsList(await importing(OFAC_SDN, ofacFiles()));
    expect(same.version).to.deep.equal(version);
    const changed = [
      ...PARTIES.slice(0, 2),
      (PARTIES[2] ?? '').replace('LTD', 'LIMITED'),
      '105,"NEW ONE, Very","individual","T",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ',
    ];
    const next = await importing(OFAC_SDN, ofacFiles(changed), { removedMax: 1 });
    const counts = { version: 2, entryCount: 4, addedCount: 1, changedCount: 1, removedCount: 1 };
    expect((await officer().importSanctionsList({ ...next, validateOnly: true })).version).to.deep.include(counts);
    expect((await officer().importSanctionsList(next)).version).to.deep.include(counts);
    expect(await eventsOf(bank.database, 'OFAC_SDN')).to.deep.equal([
      'SanctionsListImported 1',
      'SanctionsListImported 2',
    ]);
    expect(await bank.database.query('select from sanctions_part')).to.have.length(0);
  });

  it('reads what the United Nations publish, with other scripts, weak names and years', async () => {
    const { version } = await officer().importSanctionsList(
      await importing(UN_CONSOLIDATED, [[SanctionsFileKind.UN_XML, UN_XML]]),
    );
    expect(version).to.deep.include({ version: 1, entryCount: 2, nameCount: 5 });
    const { matches } = await officer().screenName({ name: 'Yasinov Son Abdulrahman', birthDate: '1971-01-01' });
    const entry = matches[0]?.entry;
    expect(entry).to.deep.include({ entryNumber: '9001', kind: SanctionedKind.PERSON, countries: ['Nowhere'] });
    expect(entry?.names.map(({ text, weak }) => [text, weak])).to.deep.equal([
      ['ABD AL-RAHMAN YASINOV & SON', false],
      ['عبد الرحمن ياسينوف', false],
      ['THE WHITE EAGLE', true],
    ]);
    expect(entry?.birthYears[0]).to.include({ firstYear: 1970, lastYear: 1972 });
  });

  it('takes no list that shrinks by more than a tenth, or than is allowed', async () => {
    const half = await importing(OFAC_SDN, ofacFiles(PARTIES.slice(0, 2)));
    await refused(officer().importSanctionsList(half), 'SANCTIONS_LIST_SHRUNK');
    await refused(
      officer().importSanctionsList({ ...half, requestId: unique('i'), removedMax: 1 }),
      'SANCTIONS_LIST_SHRUNK',
    );
    await officer().importSanctionsList({ ...half, requestId: unique('i'), removedMax: 2 });
  });

  it('refuses what are not the files of the list', async () => {
    const xml = (text: string): [SanctionsFileKind, string][] => [[SanctionsFileKind.UN_XML, text]];
    const bomb = `<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>`;
    const hostile: [string, [SanctionsFileKind, string][]][] = [
      ['a bomb of entities', xml(UN_XML.replace('?>', `?>${bomb}`))],
      ['a file of the machine', xml(UN_XML.replace('?>', '?><!DOCTYPE a SYSTEM "file:///etc/passwd">'))],
      ['cut off', xml(UN_XML.slice(0, -30))],
      [
        'nested too deep',
        xml(UN_XML.replace('<VALUE>Nowhere', `<VALUE>${'<a>'.repeat(500)}${'</a>'.repeat(500)}Nowhere`)),
      ],
      ['another document', xml('<html><body>Sorry</body></html>')],
      ['nobody', xml('<CONSOLIDATED_LIST><INDIVIDUALS/><ENTITIES/></CONSOLIDATED_LIST>')],
      ['the same twice', xml(UN_XML.replaceAll('9002', '9001'))],
    ];
    for (const [what, files] of hostile) {
      const request = await importing(UN_CONSOLIDATED, files);
      await refused(officer().importSanctionsList(request), 'SANCTIONS_FILE_INVALID').catch((error: Error) => {
        throw new Error(`${what}: ${error.message}`);
      });
    }
    const rows: [SanctionsFileKind, string][][] = [
      ofacFiles().slice(0, 2),
      [...ofacFiles(), [SanctionsFileKind.OFAC_SDN, 'again'] as [SanctionsFileKind, string]]
        .slice(1, 4)
        .concat(ofacFiles().slice(0, 0)),
      ofacFiles([...PARTIES, '105,"TOO SHORT"']),
      ofacFiles([...PARTIES, 'x,"NO NUMBER","individual","T",,,,,,,,']),
      ofacFiles([...PARTIES, '105,"UNCLOSED,,,,,,,,,,']),
      ofacFiles(['<html>']),
      ofacFiles([]),
    ];
    for (const files of rows)
      await refused(officer().importSanctionsList(await importing(OFAC_SDN, files)), 'SANCTIONS_FILE_INVALID');
    await refused(officer().importSanctionsList(await importing(OFAC_SDN, xml(UN_XML))), 'SANCTIONS_FILE_INVALID');
  });

  it('is for compliance, and of parts that were uploaded', async () => {
    const files = [{ kind: SanctionsFileKind.UN_XML, partDigests: ['0'.repeat(64)] }];
    const request = { requestId: unique('import'), list: UN_CONSOLIDATED, files };
    await refused(bank.asPrincipal(staff('AUDITOR')).importSanctionsList(request), 'CALLER_NOT_ALLOWED');
    await refused(officer().importSanctionsList(request), 'SANCTIONS_PART_NOT_FOUND');
  });
});
