import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { type Partner, PartnerState } from '#gen/bank/security/v1/partner_pb.ts';
import {
  ChangePartnerResponseSchema,
  ListPartnersResponseSchema,
  RegisterPartnerResponseSchema,
  ResumePartnerResponseSchema,
  SecurityService,
  SuspendPartnerResponseSchema,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

interface Particulars extends WriteOptions {
  readonly name: string;
  readonly keys: string;
  readonly scope: readonly string[];
  readonly calls: number;
}

/** Registers a partner with the keys in a file. */
export async function registerPartner({ bank, out }: Session, options: Particulars): Promise<void> {
  const answer = await bank()
    .client(SecurityService)
    .registerPartner(await orderOf(options));
  await out.message(RegisterPartnerResponseSchema, answer, () => partnerText(answer.partner));
}

/** Gives a partner new particulars, all of them. */
export async function changePartner({ bank, out }: Session, options: Particulars, partnerId = ''): Promise<void> {
  const answer = await bank()
    .client(SecurityService)
    .changePartner({ ...(await orderOf(options)), partnerId });
  await out.message(ChangePartnerResponseSchema, answer, () => partnerText(answer.partner));
}

async function orderOf({ requestId = randomUUID(), validateOnly = false, name, keys, scope, calls }: Particulars) {
  const jwksJson = await readFile(keys, 'utf8').catch(() => {
    throw usage(`There is no file ${keys} that can be read.`);
  });
  return { requestId, validateOnly, displayName: name, jwksJson, scopes: [...scope], callsMax: calls };
}

/** Suspends a partner, at once. */
export async function suspendPartner({ bank, out }: Session, options: WriteOptions, partnerId = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false } = options;
  const answer = await bank().client(SecurityService).suspendPartner({ requestId, validateOnly, partnerId });
  await out.message(SuspendPartnerResponseSchema, answer, () => partnerText(answer.partner));
}

/** Lets a partner in again. */
export async function resumePartner({ bank, out }: Session, options: WriteOptions, partnerId = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false } = options;
  const answer = await bank().client(SecurityService).resumePartner({ requestId, validateOnly, partnerId });
  await out.message(ResumePartnerResponseSchema, answer, () => partnerText(answer.partner));
}

/** Lists the bank's partners. */
export async function listPartners({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank().client(SecurityService);
  const partners: Partner[] = [];
  for await (const page of pagesOf((asked) => service.listPartners(asked), limit)) partners.push(...page.partners);
  await out.message(ListPartnersResponseSchema, create(ListPartnersResponseSchema, { partners }), () =>
    table(
      ['partner', 'name', 'scopes', 'calls in 10 s', 'state'],
      partners.map((one) => [
        one.partnerId,
        one.displayName,
        one.scopes.join(', '),
        String(one.callsMax),
        word(PartnerState, one.state),
      ]),
    ),
  );
}

function partnerText(partner: Partner | undefined): string {
  if (!partner) return '';
  return fields([
    ['partner', partner.partnerId],
    ['name', partner.displayName],
    ['scopes', partner.scopes.join(', ')],
    ['calls in 10 s', String(partner.callsMax)],
    ['state', word(PartnerState, partner.state)],
    ['etag', partner.etag],
  ]);
}
