// Collects what is held about customers, in the background and under a lease: whoever is killed leaves it to be collected anew.
// And removes what has expired.

import { setImmediate as breathe } from 'node:timers/promises';
import { create, fromBinary, type JsonObject, toBinary, toJson } from '@bufbuild/protobuf';
import { asBuffer } from '#chassis/encode.ts';
import { Code, Refusal } from '#chassis/errors.ts';
import { selectMergedInto } from '#chassis/merged-parties.ts';
import { openPages } from '#chassis/pdf.ts';
import { repeat } from '#chassis/repeat.ts';
import { continueTrace } from '#chassis/trace.ts';
import type { Context } from './context.ts';
import {
  ACCOUNTS,
  type Answers,
  accountsIn,
  fieldsOf,
  headingOf,
  linesOf,
  PARTS,
  type Part,
  type PersonalData,
  principalFor,
  WITHHELD,
  withoutStaff,
} from './domain/personal-data.ts';
import {
  deletePieces,
  type ExportRow,
  endCollecting,
  leaseExports,
  markExpired,
  renewLease,
  selectExpired,
} from './export-tables.ts';
import { keepPieces } from './exports.ts';
import { selectDataKeys } from './key-tables.ts';

const LOOK_MS = 500;
const SWEEP_MS = 60_000;
const LEASE_MS = 60_000;
const CALL_MS = 10_000;
const AT_ONCE = 2;
const SWEPT_AT_ONCE = 100;

/** Starts to collect, and to remove what has expired. Answers how to stop it. */
export function startExporting(context: Context): () => Promise<void> {
  const { log } = context;
  const stops = [
    repeat(LOOK_MS, () => collectAsked(context), log, 'what is held about a customer could not be collected yet'),
    repeat(SWEEP_MS, () => removeExpired(context), log, 'exports that have expired are not removed yet'),
  ];
  return async () => {
    for (const stop of stops) await stop();
  };
}

async function collectAsked(context: Context): Promise<void> {
  const rows = await context.database.query(leaseExports(LEASE_MS, AT_ONCE));
  // What fails is tried again when its lease is over.
  await Promise.all(rows.map((row) => collectOne(context, row)));
}

async function collectOne(context: Context, row: ExportRow): Promise<void> {
  const [key] = await context.database.query(selectDataKeys([row.partyId]));
  // Of who was erased there is nothing, and nothing to seal it with: it would be tried until it expires.
  const data = key?.wrapped === null ? undefined : await collect(context, row);
  const none = { state: 'failed', readyTime: null, jsonBytes: 0, pdfBytes: 0 } as const;
  if (!data) return void (await context.database.query(endCollecting(row, none)));
  const json = Buffer.from(JSON.stringify(data, undefined, 2));
  const pdf = await pdfOf(data);
  await context.vault.ready(row.partyId);
  await keepPieces(context, row, 'json', json);
  await keepPieces(context, row, 'pdf', pdf);
  const end = { state: 'ready', readyTime: context.now(), jsonBytes: json.length, pdfBytes: pdf.length } as const;
  await context.database.transaction(async ({ query }) => {
    const [ended] = await query(endCollecting(row, end));
    // What attempts wrote that died on the way nobody will read. That of one which lives and has lost goes with what expires.
    if (ended) await query(deletePieces(row.id, row.attempt));
  });
}

/** All that the services answer about a customer; undefined when there is no such customer. */
async function collect(context: Context, row: ExportRow): Promise<PersonalData | undefined> {
  const parts: Answers[] = [];
  const accounts: string[] = [];
  // With what is left in the name of those who were merged into them.
  const merged = (await context.database.query(selectMergedInto(row.partyId))).map(({ id }) => id);
  for (const part of PARTS) {
    const asked = part.perAccount
      ? accounts.map((accountId) => ({ id: row.partyId, accountId }))
      : [row.partyId, ...merged].map((id) => ({ id, accountId: undefined }));
    for (const { id, accountId } of asked) {
      const [held] = await context.database.query(renewLease(row, LEASE_MS));
      if (!held) throw new Error(`${row.id} is another attempt's`);
      const answers = await ask(context, part, id, accountId);
      if (!answers) return undefined;
      if (answers.length > 0) parts.push({ rpc: part.rpc, ...(accountId !== undefined && { accountId }), answers });
      if (part.rpc === ACCOUNTS) accounts.push(...accountsIn(answers));
    }
  }
  return {
    format: 'corebank personal data, version 1',
    customerId: row.partyId,
    createTime: new Date(row.createMs).toISOString(),
    parts,
    withheld: WITHHELD,
  };
}

/** What one RPC answers, page by page; nothing where there is nothing, undefined when there is no such customer. */
async function ask(
  { executor }: Context,
  part: Part,
  customerId: string,
  accountId: string | undefined,
): Promise<JsonObject[] | undefined> {
  const method = executor.method(part.rpc);
  const principal = principalFor(part, customerId);
  const answers: JsonObject[] = [];
  let pageToken = '';
  do {
    const request = create(method.input, { ...fieldsOf(part, customerId, accountId), ...(pageToken && { pageToken }) });
    const on = { principal, origin: undefined, trace: continueTrace(undefined), deadline: Date.now() + CALL_MS };
    try {
      const bytes = await executor.send(part.rpc, asBuffer(toBinary(method.input, request)), on);
      const answer = withoutStaff(toJson(method.output, fromBinary(method.output, bytes))) as JsonObject;
      const { nextPageToken, ...rest } = answer;
      if (Object.keys(rest).length > 0) answers.push(rest);
      pageToken = typeof nextPageToken === 'string' ? nextPageToken : '';
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== Code.NOT_FOUND) throw error;
      return error.reason === 'CUSTOMER_NOT_FOUND' ? undefined : answers;
    }
  } while (pageToken !== '');
  return answers;
}

/** The same for people. */
async function pdfOf({ customerId, createTime, parts, withheld }: PersonalData): Promise<Buffer> {
  const title = `What the bank holds about customer ${customerId}`;
  const pdf = await openPages(title, new Date(createTime));
  pdf.heading(title);
  pdf.paragraph(`As of ${createTime}. The same can be had for machines, as JSON.`);
  for (const part of parts) {
    pdf.heading(headingOf(part), 2);
    for (const answer of part.answers) {
      for (const [name, value] of Object.entries(answer)) {
        const items = Array.isArray(value) ? value : [value];
        for (const item of items) pdf.paragraph(linesOf({ [name]: item }).join('\n'));
        // Much of it takes long, and others want something of this process too.
        await breathe();
      }
    }
  }
  pdf.heading('What the bank may not tell', 2);
  for (const { rpc, reason } of withheld) pdf.paragraph(`${headingOf({ rpc })}. ${reason}`);
  return pdf.end(title);
}

async function removeExpired(context: Context): Promise<void> {
  const rows = await context.database.query(selectExpired(context.now(), SWEPT_AT_ONCE));
  for (const { id } of rows) {
    await context.database.transaction(async ({ query }) => {
      await query(markExpired(id));
      await query(deletePieces(id, undefined));
    });
  }
}
