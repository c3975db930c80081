// What is personal about an order: texts that are sealed under a party's key before they meet any table.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { asBuffer } from '#chassis/encode.ts';
import type { Vault } from '#chassis/sealing.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';

/** Seals a value under a key: the bytes of a bank.type.v1.Sealed. `context` says of what it is. */
export async function sealValue(vault: Vault, subject: string, context: string, value: unknown): Promise<Buffer> {
  return asBuffer(toBinary(SealedSchema, await vault.seal(subject, context, Buffer.from(JSON.stringify(value)))));
}

/** Opens a sealed value, or answers undefined once its key was destroyed. */
export async function openValue<T>(vault: Vault, context: string, sealed: Uint8Array): Promise<T | undefined> {
  const opened = await vault.open(fromBinary(SealedSchema, sealed), context);
  return opened && (JSON.parse(opened.toString()) as T);
}

/** The personal texts of an order; empty where there are none. */
export interface Particulars {
  readonly remittanceInformation: string;
  readonly counterparty: string;
}

const CONTEXT = 'transaction.particulars';
const NONE: Particulars = { remittanceInformation: '', counterparty: '' };

/**
 * Seals the texts under a party's key, as the bytes of a Sealed message. Null when there are none; the key, which seals the
 * order's answer too, is fetched all the same.
 */
export async function sealParticulars(
  vault: Vault,
  partyId: string,
  { remittanceInformation, counterparty = '' }: { remittanceInformation: string; counterparty?: string },
): Promise<Buffer | null> {
  if (remittanceInformation === '' && counterparty === '') {
    await vault.ready(partyId);
    return null;
  }
  return sealValue(vault, partyId, CONTEXT, [remittanceInformation, counterparty]);
}

/** Opens the texts. Those of a party whose key was destroyed are gone: empty. */
export async function openParticulars(vault: Vault, sealed: Uint8Array | null): Promise<Particulars> {
  if (sealed === null) return NONE;
  const [remittanceInformation = '', counterparty = ''] = (await openValue<string[]>(vault, CONTEXT, sealed)) ?? [];
  return { remittanceInformation, counterparty };
}
