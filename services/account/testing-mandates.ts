// What the tests of mandates share: staff who give them, and mandates in short.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import { newId } from '#chassis/id.ts';
import { customer, staff } from '#chassis/testing/clients.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import {
  MandateAction,
  type MandateRuleSchema,
  SignatoryRole,
  type SignatorySchema,
} from '#gen/bank/account/v1/mandate_pb.ts';
import { type SignatureRequest, SignatureRequestState } from '#gen/bank/account/v1/signature_pb.ts';
import type { Bank } from '../_testbed/bank.ts';
import { aRequestId } from '../_testbed/opening.ts';

type Rule = Exclude<MessageInitShape<typeof MandateRuleSchema>, { $typeName: string }>;
type Named = Exclude<MessageInitShape<typeof SignatorySchema>, { $typeName: string }>;

/** The account service as it is called for back office when somebody else has approved it. */
export function approvedAccounts(bank: Bank): Client<typeof AccountService> {
  const maker = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
  return bank.asPrincipal(AccountService, maker, { workload: 'security-executor' });
}

/** Somebody who signs. */
export function signer(customerId: string, more: Partial<Named> = {}): Named {
  return { customerId, role: SignatoryRole.SIGNER, ...more };
}

/** A rule in short: `rule('PAY', [[2, a, b, c], [1, a]], '5000')`; 0 are all. */
export function rule(
  action: keyof typeof MandateAction,
  requirements: readonly (readonly [number, ...string[]])[],
  over?: string,
): Rule {
  return {
    action: MandateAction[action],
    ...(over !== undefined && { amountOver: { currencyCode: 'CZK', amount: over } }),
    requirements: requirements.map(([count, ...customerIds]) => ({ count, customerIds })),
  };
}

/** Any two of three; over 5,000 the first of them must sign; all to change and to close. */
export function twoOfThree([a = '', b = '', c = '']: readonly string[]): Rule[] {
  return [
    rule('PAY', [[2, a, b, c]]),
    rule(
      'PAY',
      [
        [2, a, b, c],
        [1, a],
      ],
      '5000',
    ),
    rule('CHANGE', [[2, a, b, c]]),
    rule('CLOSE', [[0, a, b, c]]),
  ];
}

/** Gives an account a mandate. */
export async function giveMandate(
  bank: Bank,
  accountId: string,
  signatories: readonly Named[],
  rules: readonly Rule[],
  more: { readonly validFrom?: string; readonly validUntil?: string } = {},
) {
  const request = { requestId: aRequestId('mandate'), accountId, signatories: [...signatories], rules: [...rules] };
  const { mandate } = await approvedAccounts(bank).setMandate({ ...request, ...more });
  if (!mandate) throw new Error('no mandate was given');
  return mandate;
}

/** What an order of somebody waits for, as the transaction service asks for it. */
export async function requested(bank: Bank, accountId: string, makerId: string, amount = '100.00') {
  const transactionId = newId('txn');
  const payment = { accountId, creditorAccountId: 'acc_payee', amount: { currencyCode: 'CZK', amount } };
  const { signatureRequest } = await bank
    .as(AccountService, 'transaction')
    .requestSignatures({ requestId: transactionId, transactionId, actor: customer(makerId), ...payment });
  if (!signatureRequest) throw new Error('nothing was asked for');
  return signatureRequest;
}

/** Where a request is, in short: `OPEN 1 of a,c` or `COMPLETE`. */
export function inShort(request: SignatureRequest | undefined, names: Readonly<Record<string, string>>): string {
  const { state = SignatureRequestState.UNSPECIFIED, missingCount, missingSignatoryIds } = request ?? {};
  const word = Object.entries(SignatureRequestState).find(([, value]) => value === state)?.[0] ?? '';
  if (state !== SignatureRequestState.OPEN) return word;
  return `${word} ${missingCount} of ${missingSignatoryIds?.map((id) => names[id]).join()}`;
}
