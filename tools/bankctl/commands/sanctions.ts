import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create, type DescMessage } from '@bufbuild/protobuf';
import {
  ClearSanctionsHitResponseSchema,
  ConfirmSanctionsHitResponseSchema,
  CustomerService,
  ImportSanctionsListResponseSchema,
  ListSanctionsHitsResponseSchema,
  ListSanctionsListVersionsResponseSchema,
  ScreenNameResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  SanctionsFileKind,
  type SanctionsHit,
  SanctionsHitState,
  SanctionsList,
  type SanctionsListVersion,
} from '#gen/bank/customer/v1/sanctions_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const PART_BYTES = 512 * 1024;
const KINDS = {
  ofac: [SanctionsFileKind.OFAC_SDN, SanctionsFileKind.OFAC_ALT, SanctionsFileKind.OFAC_ADD],
  un: [SanctionsFileKind.UN_XML],
} as const;

/** Uploads the files of a list in parts, and imports them. */
export async function importList(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, removedMax = 0 }: WriteOptions & { readonly removedMax?: number },
  which = '',
  ...paths: string[]
): Promise<void> {
  const service = bank().client(CustomerService);
  const kinds = which === 'un' ? KINDS.un : KINDS.ofac;
  if (paths.length !== kinds.length) throw usage(`The list is ${kinds.length} files.`);
  const files = [];
  for (const [index, kind] of kinds.entries()) {
    const path = paths[index] ?? '';
    const bytes = await readFile(path).catch(() => {
      throw usage(`There is no file ${path} that can be read.`);
    });
    const partDigests: string[] = [];
    for (let at = 0; at < bytes.length; at += PART_BYTES) {
      const content = bytes.subarray(at, at + PART_BYTES);
      partDigests.push((await service.uploadSanctionsPart({ requestId: randomUUID(), content })).partDigest);
    }
    files.push({ kind, partDigests });
  }
  const list = which === 'un' ? SanctionsList.UN_CONSOLIDATED : SanctionsList.OFAC_SDN;
  const answer = await service.importSanctionsList({ requestId, validateOnly, list, files, removedMax });
  await out.message(ImportSanctionsListResponseSchema, answer, () =>
    versionsText(answer.version ? [answer.version] : []),
  );
}

/** Lists the versions of the lists. */
export async function listVersions({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank().client(CustomerService);
  const versions: SanctionsListVersion[] = [];
  let unscreenedCount = 0;
  for await (const page of pagesOf((asked) => service.listSanctionsListVersions(asked), limit)) {
    versions.push(...page.versions);
    unscreenedCount = page.unscreenedCount;
  }
  const answer = create(ListSanctionsListVersionsResponseSchema, { versions, unscreenedCount });
  await out.message(
    ListSanctionsListVersionsResponseSchema,
    answer,
    async () => `${await versionsText(versions)}\nCustomers still to be held against them: ${unscreenedCount}`,
  );
}

/** Holds a name against the lists. */
export async function screen(
  { bank, out }: Session,
  { organisation = false, birthDate = '' }: { readonly organisation?: boolean; readonly birthDate?: string },
  name = '',
): Promise<void> {
  const answer = await bank().client(CustomerService).screenName({ name, organisation, birthDate });
  await out.message(ScreenNameResponseSchema, answer, () =>
    table(
      ['score', 'list', 'number', 'name', 'matched', 'born', 'programs'],
      answer.matches.map(({ score, matchedName, entry }) => [
        String(score),
        word(SanctionsList, entry?.list ?? SanctionsList.UNSPECIFIED),
        entry?.entryNumber ?? '',
        entry?.names[0]?.text ?? '',
        matchedName,
        (entry?.birthYears ?? [])
          .map(({ firstYear, lastYear }) => [...new Set([firstYear, lastYear])].join('–'))
          .join(', '),
        (entry?.programs ?? []).join(', '),
      ]),
    ),
  );
}

/** Lists hits. */
export async function listHits(
  { bank, out }: Session,
  { limit, customer: customerId = '', state = 'unspecified' }: ListOptions & { customer?: string; state?: string },
): Promise<void> {
  const service = bank().client(CustomerService);
  const states: Readonly<Record<string, SanctionsHitState>> = SanctionsHitState;
  const asking = { customerId, state: states[state.toUpperCase()] ?? SanctionsHitState.UNSPECIFIED };
  const hits: SanctionsHit[] = [];
  for await (const page of pagesOf((asked) => service.listSanctionsHits({ ...asked, ...asking }), limit)) {
    hits.push(...page.hits);
  }
  await out.message(ListSanctionsHitsResponseSchema, create(ListSanctionsHitsResponseSchema, { hits }), () =>
    hitsText(hits),
  );
}

/** Says of a hit that the customer is somebody else, or that it is them. */
export function decideHit(which: 'clear' | 'confirm') {
  return async (
    { bank, out }: Session,
    { requestId = randomUUID(), validateOnly = false }: WriteOptions,
    customerId = '',
    hitId = '',
    reason = '',
  ): Promise<void> => {
    const service = bank().client(CustomerService);
    const request = { requestId, validateOnly, customerId, hitId, reason };
    const answer = await (which === 'clear'
      ? service.clearSanctionsHit(request)
      : service.confirmSanctionsHit(request));
    // The two answers have the same shape.
    const schema = which === 'clear' ? ClearSanctionsHitResponseSchema : ConfirmSanctionsHitResponseSchema;
    await out.message<DescMessage>(schema, answer, () => hitsText(answer.hit ? [answer.hit] : []));
  };
}

function versionsText(versions: readonly SanctionsListVersion[]): Promise<string> {
  return table(
    ['list', 'version', 'when', 'by', 'parties', 'names', 'added', 'changed', 'removed'],
    versions.map((one) => [
      word(SanctionsList, one.list),
      String(one.version),
      time(one.createTime),
      one.authorId,
      ...[one.entryCount, one.nameCount, one.addedCount, one.changedCount, one.removedCount].map(String),
    ]),
  );
}

function hitsText(hits: readonly SanctionsHit[]): Promise<string> {
  return table(
    ['hit', 'customer', 'state', 'score', 'list', 'number', 'matched', 'through', 'reason'],
    hits.map((one) => [
      one.hitId,
      one.customerId,
      word(SanctionsHitState, one.state),
      String(one.score),
      word(SanctionsList, one.entry?.list ?? SanctionsList.UNSPECIFIED),
      one.entry?.entryNumber ?? '',
      one.matchedName,
      one.relationId,
      one.reason,
    ]),
  );
}
