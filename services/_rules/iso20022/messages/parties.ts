// Parties, agents and accounts, as all messages of ISO 20022 write them.
import { choice, many, optional, sequence } from '../shape.ts';
import { bic, codeOr, country, currency, iban, isoDate, lei, matching, oneOf, phoneNumber, text } from '../values.ts';

const postalAddress = sequence({
  AdrTp: optional(
    codeOr(
      oneOf('ADDR', 'PBOX', 'HOME', 'BIZZ', 'MLTO', 'DLVY'),
      sequence({ Id: matching(/^(?:[a-zA-Z0-9]{4})$/), Issr: text(35), SchmeNm: optional(text(35)) }),
    ),
  ),
  Dept: optional(text(70)),
  SubDept: optional(text(70)),
  StrtNm: optional(text(70)),
  BldgNb: optional(text(16)),
  BldgNm: optional(text(35)),
  Flr: optional(text(70)),
  PstBx: optional(text(16)),
  Room: optional(text(70)),
  PstCd: optional(text(16)),
  TwnNm: optional(text(35)),
  TwnLctnNm: optional(text(35)),
  DstrctNm: optional(text(35)),
  CtrySubDvsn: optional(text(35)),
  Ctry: optional(country),
  AdrLine: many(text(70), 7),
});
const dateAndPlaceOfBirth = sequence({
  BirthDt: isoDate,
  PrvcOfBirth: optional(text(35)),
  CityOfBirth: text(35),
  CtryOfBirth: country,
});
const contact = sequence({
  NmPrfx: optional(oneOf('DOCT', 'MADM', 'MISS', 'MIST', 'MIKS')),
  Nm: optional(text(140)),
  PhneNb: optional(phoneNumber),
  MobNb: optional(phoneNumber),
  FaxNb: optional(phoneNumber),
  EmailAdr: optional(text(2048)),
  EmailPurp: optional(text(35)),
  JobTitl: optional(text(35)),
  Rspnsblty: optional(text(35)),
  Dept: optional(text(70)),
  Othr: many(sequence({ ChanlTp: text(4), Id: optional(text(128)) })),
  PrefrdMtd: optional(oneOf('LETT', 'MAIL', 'PHON', 'FAXX', 'CELL')),
});
export const partyIdentification = sequence({
  Nm: optional(text(140)),
  PstlAdr: optional(postalAddress),
  Id: optional(
    choice({
      OrgId: sequence({
        AnyBIC: optional(bic),
        LEI: optional(lei),
        Othr: many(sequence({ Id: text(35), SchmeNm: optional(codeOr(text(4))), Issr: optional(text(35)) })),
      }),
      PrvtId: sequence({
        DtAndPlcOfBirth: optional(dateAndPlaceOfBirth),
        Othr: many(sequence({ Id: text(35), SchmeNm: optional(codeOr(text(4))), Issr: optional(text(35)) })),
      }),
    }),
  ),
  CtryOfRes: optional(country),
  CtctDtls: optional(contact),
});
const institution = sequence({
  BICFI: optional(bic),
  ClrSysMmbId: optional(sequence({ ClrSysId: optional(codeOr(text(5))), MmbId: text(35) })),
  LEI: optional(lei),
  Nm: optional(text(140)),
  PstlAdr: optional(postalAddress),
  Othr: optional(sequence({ Id: text(35), SchmeNm: optional(codeOr(text(4))), Issr: optional(text(35)) })),
});
const branchData = sequence({
  Id: optional(text(35)),
  LEI: optional(lei),
  Nm: optional(text(140)),
  PstlAdr: optional(postalAddress),
});
export const agent = sequence({ FinInstnId: institution, BrnchId: optional(branchData) });
const accountIdentification = choice({
  IBAN: iban,
  Othr: sequence({ Id: text(34), SchmeNm: optional(codeOr(text(4))), Issr: optional(text(35)) }),
});
const proxyAccountIdentification = sequence({ Tp: optional(codeOr(text(4))), Id: text(2048) });
export const cashAccount38 = sequence({
  Id: accountIdentification,
  Tp: optional(codeOr(text(4))),
  Ccy: optional(currency),
  Nm: optional(text(70)),
  Prxy: optional(proxyAccountIdentification),
});
export const party40 = choice({ Pty: partyIdentification, Agt: agent });
export const cashAccount40 = sequence({
  Id: optional(accountIdentification),
  Tp: optional(codeOr(text(4))),
  Ccy: optional(currency),
  Nm: optional(text(70)),
  Prxy: optional(proxyAccountIdentification),
});
export const cashAccount39 = sequence({
  Id: accountIdentification,
  Tp: optional(codeOr(text(4))),
  Ccy: optional(currency),
  Nm: optional(text(70)),
  Prxy: optional(proxyAccountIdentification),
  Ownr: optional(partyIdentification),
  Svcr: optional(agent),
});
