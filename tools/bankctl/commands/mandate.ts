import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create, fromJsonString } from '@bufbuild/protobuf';
import {
  AccountService,
  GetMandateResponseSchema,
  ListMandatesResponseSchema,
  RevokeMandateResponseSchema,
  SetMandateRequestSchema,
  SetMandateResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import {
  type Mandate,
  MandateAction,
  type MandateRule,
  MandateState,
  SignatoryClass,
  SignatoryRole,
} from '#gen/bank/account/v1/mandate_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

interface SetOptions extends WriteOptions {
  readonly rules: string;
  readonly from?: string;
  readonly until?: string;
}

/** Gives an account the mandate that a file describes. */
export async function setMandate({ bank, out }: Session, options: SetOptions, accountId = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, rules: file, from = '', until = '' } = options;
  const asked = await readMandate(file);
  const request = { ...asked, requestId, validateOnly, accountId, validFrom: from, validUntil: until };
  const answer = await bank().client(AccountService).setMandate(request);
  await out.message(SetMandateResponseSchema, answer, () => mandateText(answer.mandate));
}

async function readMandate(file: string) {
  try {
    return fromJsonString(SetMandateRequestSchema, await readFile(file, 'utf8'));
  } catch (error) {
    throw usage(`${file} is no mandate: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Ends the mandate of an account. */
export async function revokeMandate(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, from = '' }: WriteOptions & { readonly from?: string },
  accountId = '',
): Promise<void> {
  const request = { requestId, validateOnly, accountId, validFrom: from };
  const answer = await bank().client(AccountService).revokeMandate(request);
  await out.message(RevokeMandateResponseSchema, answer, () => mandateText(answer.mandate));
}

/** Shows the mandate that is in force. */
export async function showMandate({ bank, out }: Session, _options: object, accountId = ''): Promise<void> {
  const answer = await bank().client(AccountService).getMandate({ accountId });
  await out.message(GetMandateResponseSchema, answer, () => mandateText(answer.mandate));
}

/** Lists the versions of a mandate. */
export async function listMandates({ bank, out }: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const service = bank().client(AccountService);
  const mandates: Mandate[] = [];
  for await (const page of pagesOf((asked) => service.listMandates({ ...asked, accountId }), limit)) {
    mandates.push(...page.mandates);
  }
  await out.message(ListMandatesResponseSchema, create(ListMandatesResponseSchema, { mandates }), () =>
    table(
      ['version', 'state', 'from', 'until', 'signatories', 'rules', 'approver'],
      mandates.map((one) => [
        String(one.version),
        word(MandateState, one.state),
        one.validFrom,
        one.validUntil,
        String(one.signatories.length),
        String(one.rules.length),
        one.approverId,
      ]),
      ['version', 'signatories', 'rules'],
    ),
  );
}

async function mandateText(mandate: Mandate | undefined): Promise<string> {
  if (!mandate) return '';
  const head = fields([
    ['account', mandate.accountId],
    ['version', String(mandate.version)],
    ['state', word(MandateState, mandate.state)],
    ['from', mandate.validFrom],
    ['until', mandate.validUntil],
    ['author', mandate.authorId],
    ['approver', mandate.approverId],
  ]);
  const signatories = await table(
    ['signatory', 'role', 'class', 'from', 'until'],
    mandate.signatories.map((one) => [
      one.customerId,
      word(SignatoryRole, one.role),
      one.class === SignatoryClass.UNSPECIFIED ? '' : word(SignatoryClass, one.class),
      one.validFrom,
      one.validUntil,
    ]),
  );
  const rules = await table(
    ['action', 'over', 'who has to sign'],
    mandate.rules.map((one) => [word(MandateAction, one.action), money(one.amountOver), requirementsText(one)]),
    ['over'],
  );
  return [head, signatories, rules].join('\n\n');
}

function requirementsText({ requirements }: MandateRule): string {
  return requirements
    .map(({ count, customerIds, class: its }) => {
      const of = its === SignatoryClass.UNSPECIFIED ? customerIds.join(', ') : `class ${word(SignatoryClass, its)}`;
      return `${count === 0 ? 'all' : count}${of === '' ? '' : ` of ${of}`}`;
    })
    .join(' and ');
}
