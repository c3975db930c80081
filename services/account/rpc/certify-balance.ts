import { create, toJsonString } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Onwards } from '#chassis/call.ts';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { BalanceCertificateSchema, DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { openDetails, readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { checkRange } from '../domain/statement.ts';
import { FORMS } from '../domain/statement-document.ts';
import { selectPotsOn } from '../pot-tables.ts';
import { potLedgerAccount } from '../pots.ts';
import type { AccountRow } from '../tables.ts';

const OFFERED = [DocumentFormat.JSON, DocumentFormat.PDF] as const;

/** Certifies what an account came to at the end of a day. */
export function certifyBalance(context: Context): Rpcs<typeof AccountService>['certifyBalance'] {
  const { database, vault, catalogue, ledger } = context;
  return async ({ accountId, businessDate, format }, call) => {
    const form = OFFERED.find((one) => one === format);
    if (form === undefined) throw refuse('FORMAT_NOT_OFFERED');
    checkRange('', businessDate);
    const row = await readRow(database, accountId);
    const { openDate: today, closingDates } = await ledger.getBusinessDate({}, call);
    const day = businessDate || today;
    if (day > today || day < row.openDate) throw refuse('DATE_INVALID', { field: 'business_date' });
    const [details, product] = await Promise.all([
      openDetails(vault, row),
      catalogue.version(row.productId, row.productVersion),
    ]);
    // The ledger has not heard of a pending one yet.
    const range = { ledgerAccountId: deriveId('lac', accountId), toDate: day, pageSize: 1 };
    const read = row.state === 'pending' ? undefined : await ledger.listEntries(range, call);
    const inPots = await inPotsOn(context, row, day, call);
    const certificate = create(BalanceCertificateSchema, {
      accountId,
      ...details,
      productDisplayName: product.displayName,
      openDate: row.openDate,
      businessDate: day,
      balance: read?.closingBalance ?? toMoney({ currency: row.currency, minor: 0n }),
      ...(inPots && { inPots }),
      provisional: day === today || closingDates.includes(day),
      createTime: timestampFromDate(new Date()),
    });
    const { extension, mediaType } = FORMS[form];
    return {
      fileName: `${accountId}_balance_${day}.${extension}`,
      mediaType,
      content:
        form === DocumentFormat.JSON
          ? Buffer.from(`${toJsonString(BalanceCertificateSchema, certificate)}\n`)
          : await (await import('../statement-pdf.ts')).certificatePdf(certificate),
      certificate,
    };
  };
}

/** What was in the pots of an account at the end of a day together; undefined where it had none. */
async function inPotsOn({ database, ledger }: Context, { id, currency }: AccountRow, day: string, on: Onwards) {
  const pots = await database.query(selectPotsOn(id, day));
  if (pots.length === 0) return undefined;
  const ranges = pots.map((pot) => ({ ledgerAccountId: potLedgerAccount(pot), toDate: day, pageSize: 1 }));
  const read = await Promise.all(ranges.map((range) => ledger.listEntries(range, on)));
  const minor = read.reduce((sum, { closingBalance: its }) => sum + (its ? fromMoney(its).minor : 0n), 0n);
  return toMoney({ currency, minor });
}
