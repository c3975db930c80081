// Customers who can prove what they sign: with a passkey, as on a phone.
import { customer, refused, staff } from '#chassis/testing/clients.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { authenticator } from '../security/testing-authenticator.ts';
import type { Bank } from './bank.ts';
import { aRequestId, registerPerson } from './opening.ts';

const PASSWORD = 'correct horse battery';

/** A customer with a passkey. */
export interface Signer {
  readonly customerId: string;
  /** Does what has to be proved: it is refused STEP_UP_REQUIRED, proved, and asked again. */
  proving<T>(ask: () => Promise<T>): Promise<T>;
  /** Signs what waits; the same request, however often. */
  sign(
    signatureRequestId: string,
    more?: { readonly requestId?: string; readonly signatoryId?: string },
  ): ReturnType<typeof signOnce>;
}

function signOnce(bank: Bank, customerId: string, request: { requestId: string; signatureRequestId: string }) {
  return bank.asPrincipal(AccountService, customer(customerId)).giveSignature(request);
}

/** Registers a person who can prove what they sign. */
export async function aSigner(bank: Bank, customerId?: string): Promise<Signer> {
  const id = customerId ?? (await registerPerson(bank));
  const own = bank.asPrincipal(SecurityService, customer(id));
  const teller = bank.asPrincipal(SecurityService, staff('TELLER'));
  const { enrolmentCode } = await teller.issueEnrolmentCode({ requestId: aRequestId('code'), customerId: id });
  const login = { requestId: aRequestId('register'), username: aRequestId('user'), password: PASSWORD };
  await bank.asPrincipal(SecurityService, undefined).registerCredentials({ ...login, enrolmentCode });
  const phone = authenticator();
  const { optionsJson } = await own.getPasskeyRegistrationOptions({});
  const responseJson = phone.make(optionsJson);
  await own.registerPasskey({ requestId: aRequestId('passkey'), password: PASSWORD, responseJson });
  const proving: Signer['proving'] = async (ask) => {
    const { metadata } = await refused(ask(), 'STEP_UP_REQUIRED');
    const stepUpId = metadata['step_up_id'] ?? '';
    const { passkeyOptionsJson } = await own.getStepUp({ stepUpId });
    const proof = { case: 'passkeyResponseJson' as const, value: phone.use(passkeyOptionsJson) };
    await own.completeStepUp({ requestId: aRequestId('proof'), stepUpId, proof });
    return ask();
  };
  return {
    customerId: id,
    proving,
    sign: (signatureRequestId, { requestId = aRequestId('sign'), ...more } = {}) =>
      proving(() => signOnce(bank, id, { requestId, signatureRequestId, ...more })),
  };
}
