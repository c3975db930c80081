// What customers allow, and the texts for it.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { type Consent, ConsentChannel, ConsentPurpose, type ConsentText } from '#gen/bank/customer/v1/consent_pb.ts';
import {
  CustomerService,
  ListConsentsResponseSchema,
  ListConsentTextsResponseSchema,
  PublishConsentTextResponseSchema,
  RecordConsentResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const BRANCH = { otherwise: 'staff:branch-manager' };
const OFFICER = { otherwise: 'staff:compliance' };

interface About {
  readonly purpose: string;
}

interface Recording extends WriteOptions, About {
  readonly channel: string;
}

/** Lists what a customer said. */
export async function listConsents({ bank, out }: Session, { limit }: ListOptions, customerId = ''): Promise<void> {
  const service = bank(BRANCH).client(CustomerService);
  const consents: Consent[] = [];
  for await (const page of pagesOf((asked) => service.listConsents({ ...asked, customerId }), limit)) {
    consents.push(...page.consents);
  }
  const answer = create(ListConsentsResponseSchema, { consents });
  await out.message(ListConsentsResponseSchema, answer, () => consentsText(consents));
}

/** Writes down that a consent was given, to the text in force. */
export async function giveConsent(session: Session, options: Recording, customerId = ''): Promise<void> {
  const purpose = purposeOf(options);
  const service = session.bank(BRANCH).client(CustomerService);
  const { texts } = await service.listConsentTexts({ purpose, pageSize: 1 });
  // Where there is no text yet the bank says so.
  await record(session, options, { customerId, given: true, textVersion: texts[0]?.version ?? 0 });
}

/** Writes down that a consent was withdrawn. */
export async function withdrawConsent(session: Session, options: Recording, customerId = ''): Promise<void> {
  await record(session, options, { customerId, given: false, textVersion: 0 });
}

async function record(
  { bank, out }: Session,
  options: Recording,
  said: { readonly customerId: string; readonly given: boolean; readonly textVersion: number },
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, channel: name } = options;
  const channels: Readonly<Record<string, ConsentChannel>> = ConsentChannel;
  const channel = channels[name.toUpperCase()] ?? ConsentChannel.UNSPECIFIED;
  const request = { requestId, validateOnly, ...said, purpose: purposeOf(options), channel };
  const answer = await bank(BRANCH).client(CustomerService).recordConsent(request);
  await out.message(RecordConsentResponseSchema, answer, () => consentsText(answer.consent ? [answer.consent] : []));
}

/** Lists the texts for a purpose. */
export async function listConsentTexts({ bank, out }: Session, options: ListOptions & About): Promise<void> {
  const service = bank(OFFICER).client(CustomerService);
  const texts: ConsentText[] = [];
  const purpose = purposeOf(options);
  for await (const page of pagesOf((asked) => service.listConsentTexts({ ...asked, purpose }), options.limit)) {
    texts.push(...page.texts);
  }
  const answer = create(ListConsentTextsResponseSchema, { texts });
  await out.message(ListConsentTextsResponseSchema, answer, () => textsText(texts));
}

/** Puts a text in force. */
export async function publishConsentText(
  { bank, out }: Session,
  options: WriteOptions & About & { readonly baseVersion: number },
  file = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, baseVersion } = options;
  const request = {
    requestId,
    validateOnly,
    baseVersion,
    purpose: purposeOf(options),
    wordings: await readTexts(file),
  };
  const answer = await bank(OFFICER).client(CustomerService).publishConsentText(request);
  await out.message(PublishConsentTextResponseSchema, answer, () => textsText(answer.text ? [answer.text] : []));
}

async function readTexts(file: string): Promise<{ locale: string; text: string }[]> {
  try {
    const read: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Object.entries(read as Record<string, string>).map(([locale, text]) => ({ locale, text }));
  } catch (error) {
    throw usage(`${file} holds no texts by language in JSON.`, error instanceof Error ? [error.message] : []);
  }
}

function purposeOf({ purpose }: About): ConsentPurpose {
  const purposes: Readonly<Record<string, ConsentPurpose>> = ConsentPurpose;
  return purposes[purpose.toUpperCase().replaceAll('-', '_')] ?? ConsentPurpose.UNSPECIFIED;
}

function consentsText(consents: readonly Consent[]): Promise<string> {
  return table(
    ['purpose', 'version', 'said', 'text', 'by', 'written down', 'when'],
    consents.map((one) => [
      word(ConsentPurpose, one.purpose),
      String(one.version),
      one.given ? 'yes' : 'no',
      one.textVersion === 0 ? '' : String(one.textVersion),
      word(ConsentChannel, one.channel),
      one.authorId,
      time(one.changeTime),
    ]),
    ['version', 'text'],
  );
}

function textsText(texts: readonly ConsentText[]): Promise<string> {
  return table(
    ['purpose', 'version', 'language', 'text', 'published'],
    texts.flatMap(({ purpose, version, wordings, authorId, approverId, createTime }) =>
      wordings.map(({ locale, text }) => [
        word(ConsentPurpose, purpose),
        String(version),
        locale,
        text,
        `${time(createTime)} by ${authorId}, ${approverId}`,
      ]),
    ),
    ['version'],
  );
}
