// AWS KMS as the key-management system, by Amazon's own client: region and credentials are found as all clients of AWS find
// them. It wraps one key in a request; what is wrapped is bound to its party by the encryption context.
import type { KMSClient } from '@aws-sdk/client-kms';
import { KmsAway } from './domain/kms-away.ts';
import type { Kms, PartyKey } from './kms.ts';

/** Requests under way at a time: well within what an account may send in a second. */
const AT_ONCE = 32;

/** What is wrong with a key, and not with the way to it: KMS knows the answer, and it is no. */
const FINAL = ['InvalidCiphertextException', 'IncorrectKeyException', 'ValidationException'];

/** Uses a symmetric key of AWS KMS. An empty endpoint is the one of the region. */
export function awsKms({ keyId, endpoint }: { keyId: string; endpoint: string }): Kms {
  // Loaded when it is used: few banks have both Vault and AWS, and it is the largest of our libraries.
  const library = () => import('@aws-sdk/client-kms');
  let opened: Promise<KMSClient> | undefined;
  const client = () => {
    opened ??= library().then(({ KMSClient: Client }) => new Client(endpoint === '' ? {} : { endpoint }));
    return opened;
  };

  async function all<T>(items: readonly T[], send: (item: T) => Promise<Uint8Array | undefined>): Promise<Buffer[]> {
    const results: Buffer[] = [];
    for (let from = 0; from < items.length; from += AT_ONCE) {
      const answers = await Promise.all(items.slice(from, from + AT_ONCE).map((item) => asking(() => send(item))));
      results.push(...answers.map((bytes) => Buffer.from(bytes ?? [])));
    }
    return results;
  }

  return {
    wrap: async (keys) => {
      const [kms, { EncryptCommand }] = await Promise.all([client(), library()]);
      return all(keys, async ({ partyId, bytes }) => {
        const command = { KeyId: keyId, Plaintext: bytes, EncryptionContext: contextOf(partyId) };
        return (await kms.send(new EncryptCommand(command))).CiphertextBlob;
      });
    },
    unwrap: async (wrapped) => {
      const [kms, { DecryptCommand }] = await Promise.all([client(), library()]);
      return all(wrapped, async ({ partyId, bytes }) => {
        const command = { KeyId: keyId, CiphertextBlob: bytes, EncryptionContext: contextOf(partyId) };
        return (await kms.send(new DecryptCommand(command))).Plaintext;
      });
    },
    rewrap: async (wrapped) => {
      const [kms, { ReEncryptCommand }] = await Promise.all([client(), library()]);
      return all(wrapped, async ({ partyId, bytes }: PartyKey) => {
        const command = {
          CiphertextBlob: bytes,
          SourceKeyId: keyId,
          SourceEncryptionContext: contextOf(partyId),
          DestinationKeyId: keyId,
          DestinationEncryptionContext: contextOf(partyId),
        };
        return (await kms.send(new ReEncryptCommand(command))).CiphertextBlob;
      });
    },
    rotate: async () => {
      const [kms, { RotateKeyOnDemandCommand }] = await Promise.all([client(), library()]);
      await asking(() => kms.send(new RotateKeyOnDemandCommand({ KeyId: keyId })));
    },
  };
}

function contextOf(partyId: string): Record<string, string> {
  return { party_id: partyId };
}

async function asking<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : '';
    if (FINAL.includes(name)) throw cause;
    throw new KmsAway(`AWS KMS gave nothing: ${name}`, { cause });
  }
}
