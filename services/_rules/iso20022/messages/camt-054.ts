// camt.054: notices of debits and credits.
import { kept, many, optional, sequence, some } from '../shape.ts';
import { text } from '../values.ts';
import { groupHeader81, pagination, reportBeginning, reportEntry } from './entries.ts';
import { supplementaryData } from './parts.ts';

const accountNotification = sequence({
  Id: text(35),
  NtfctnPgntn: optional(pagination),
  ...reportBeginning,
  TxsSummry: optional(kept),
  Ntry: many(reportEntry),
  AddtlNtfctnInf: optional(text(500)),
});

/** camt.054.001.08 */
export const camt054 = sequence({
  GrpHdr: groupHeader81,
  Ntfctn: some(accountNotification),
  SplmtryData: many(supplementaryData),
});
