// A small list of made-up parties, as either authority would publish it, and how the tests import it and wait for the screening.
import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { SanctionsFileKind, SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { unique } from './testing.ts';

type Bank = Pick<
  Client<typeof CustomerService>,
  'uploadSanctionsPart' | 'importSanctionsList' | 'listSanctionsListVersions' | 'listSanctionsHits'
>;

/** The parties of OFAC's list, as rows of its first file. */
export const PARTIES: readonly string[] = [
  `101,"ZHIRKOVSKY, Vladimir Igorevich","individual","TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 07 Oct 1961; nationality Nowhere; a.k.a. 'VOVA ZHIR'."`,
  `102,"QADHAFANI, Muammar Mohammed","individual","TEST] [SDGT","Colonel",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB circa 1942."`,
  `103,"ZLOTNIK TRADING COMPANY LTD.",-0- ,"TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- `,
  `104,"OCEAN GHOST","vessel","TEST",-0- ,"ABCD","Tanker","1","2","Nowhere","Nobody",-0- `,
];
const ALT = `101,1,"aka","GIRKOWSKI, Wladimir",-0- \r\n103,2,"fka","ZLOTNIK SHIPPING",-0- \r\n`;
const ADD = `103,1,"Harbour 1","Port","Nowhere",-0- \r\n`;

/** OFAC's files of parties. */
export function ofacFiles(parties: readonly string[] = PARTIES): [SanctionsFileKind, string][] {
  return [
    [SanctionsFileKind.OFAC_SDN, `${parties.join('\r\n')}\r\n\x1a`],
    [SanctionsFileKind.OFAC_ALT, ALT],
    [SanctionsFileKind.OFAC_ADD, ADD],
  ];
}

/** The list of the United Nations, with one person and one group. */
export const UN_XML = `<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">
  <INDIVIDUALS><INDIVIDUAL>
    <DATAID>9001</DATAID><FIRST_NAME>ABD AL-RAHMAN</FIRST_NAME><SECOND_NAME>YASINOV &amp; SON</SECOND_NAME>
    <UN_LIST_TYPE>TEST</UN_LIST_TYPE><REFERENCE_NUMBER>TEi.001</REFERENCE_NUMBER>
    <NAME_ORIGINAL_SCRIPT>عبد الرحمن ياسينوف</NAME_ORIGINAL_SCRIPT>
    <NATIONALITY><VALUE>Nowhere</VALUE></NATIONALITY>
    <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>THE WHITE EAGLE</ALIAS_NAME></INDIVIDUAL_ALIAS>
    <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
    <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1970</FROM_YEAR><TO_YEAR>1972</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
  </INDIVIDUAL></INDIVIDUALS>
  <ENTITIES><ENTITY>
    <DATAID>9002</DATAID><FIRST_NAME>ARMY OF NOBODY</FIRST_NAME><UN_LIST_TYPE>TEST</UN_LIST_TYPE>
    <ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Nobody's Army</ALIAS_NAME></ENTITY_ALIAS>
    <ENTITY_ADDRESS><COUNTRY>Nowhere</COUNTRY></ENTITY_ADDRESS>
  </ENTITY></ENTITIES>
</CONSOLIDATED_LIST>`;

/** Uploads files in parts of a size, and answers them as an import takes them. */
export async function uploaded(bank: Bank, files: readonly (readonly [SanctionsFileKind, string])[], size = 200) {
  const asked = files.map(async ([kind, text]) => {
    const bytes = Buffer.from(text);
    const partDigests: string[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      const content = bytes.subarray(at, at + size);
      const { partDigest } = await bank.uploadSanctionsPart({ requestId: unique('part'), content });
      partDigests.push(partDigest);
    }
    return { kind, partDigests };
  });
  return Promise.all(asked);
}

/** Imports OFAC's list of some parties. */
export async function imported(bank: Bank, parties: readonly string[] = PARTIES) {
  const files = await uploaded(bank, ofacFiles(parties));
  const list = SanctionsList.OFAC_SDN;
  const { version } = await bank.importSanctionsList({ requestId: unique('import'), list, files, removedMax: 100 });
  return version;
}

/** Waits until everybody is held against the lists as they are. */
export async function screened(bank: Bank): Promise<void> {
  for (const end = Date.now() + 60_000; ; ) {
    const { unscreenedCount } = await bank.listSanctionsListVersions({ pageSize: 1 });
    if (unscreenedCount === 0) return;
    expect(Date.now(), 'screened in time').to.be.lessThan(end);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The hits on a customer once everybody is screened: number on the list and state. */
export async function hitsOn(bank: Bank, customerId: string): Promise<string[]> {
  await screened(bank);
  const { hits } = await bank.listSanctionsHits({ customerId });
  return hits.map(({ entry, state }) => `${entry?.entryNumber} ${state}`);
}
