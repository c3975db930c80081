// What is personal about an order: texts that are sealed under a party's key before they meet any table.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { asBuffer } from '#chassis/encode.ts';
import type { Vault } from '#chassis/sealing.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';

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
  const text = JSON.stringify([remittanceInformation, counterparty]);
  return asBuffer(toBinary(SealedSchema, await vault.seal(partyId, CONTEXT, Buffer.from(text))));
}

/** Opens the texts. Those of a party whose key was destroyed are gone: empty. */
export async function openParticulars(vault: Vault, sealed: Uint8Array | null): Promise<Particulars> {
  if (sealed === null) return NONE;
  const opened = await vault.open(fromBinary(SealedSchema, sealed), CONTEXT);
  if (!opened) return NONE;
  const [remittanceInformation = '', counterparty = ''] = JSON.parse(opened.toString()) as string[];
  return { remittanceInformation, counterparty };
}
