// HashiCorp Vault's Transit engine as the key-management system (https://developer.hashicorp.com/vault/api-docs/secret/transit):
// many keys in one request. The transit key is a `derived` one: what is wrapped is bound to its party by the context that it
// is derived with, which Vault takes when it rewraps too, as it does not take associated data.
import { readFile } from 'node:fs/promises';
import { KmsAway } from './domain/kms-away.ts';
import type { Kms, PartyKey } from './kms.ts';

const TIMEOUT_MS = 4_000;

/** What is read of Vault's answers. */
interface Answer {
  readonly errors?: readonly string[];
  readonly data?: { readonly batch_results?: readonly Result[] };
}
type Result = Readonly<Partial<Record<'plaintext' | 'ciphertext' | 'error', string>>>;

/** Uses a key (`mount/name`) of the Transit engine of a Vault server. */
export function vaultKms(vault: { address: string; key: string; tokenFile: string }): Kms {
  const slash = vault.key.lastIndexOf('/');
  const mount = slash < 0 ? 'transit' : vault.key.slice(0, slash);
  const name = encodeURIComponent(vault.key.slice(slash + 1));

  async function ask(path: string, body: object): Promise<Answer> {
    // Read each time: an agent that renews the token writes a new one there.
    const token = (await readFile(vault.tokenFile, 'utf8')).trim();
    const response = await fetch(new URL(`/v1/${mount}/${path}`, vault.address), {
      method: 'POST',
      headers: { 'x-vault-token': token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // Keys in clear, and the token, are for this server alone.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new KmsAway('Vault cannot be reached', { cause });
    });
    const answer = (await response.json().catch(() => ({}))) as Answer;
    // 400 is what is wrong with one of the items; its results say with which.
    if (response.ok || (response.status === 400 && answer.data?.batch_results)) return answer;
    const said = `Vault answered ${response.status}: ${answer.errors?.join('; ') ?? ''}`;
    throw response.status === 400 ? new Error(said) : new KmsAway(said);
  }

  async function batch(
    verb: 'encrypt' | 'decrypt' | 'rewrap',
    items: readonly PartyKey[],
    shown: (bytes: Buffer) => object,
    field: 'plaintext' | 'ciphertext',
  ): Promise<string[]> {
    if (items.length === 0) return [];
    const input = items.map(({ partyId, bytes }) => ({ context: base64(partyId), ...shown(bytes) }));
    const { data } = await ask(`${verb}/${name}`, { batch_input: input });
    return items.map((_, index) => {
      const result = data?.batch_results?.[index];
      const value = result?.[field];
      if (!value || result.error) throw new Error(`Vault does not ${verb}: ${result?.error ?? 'no result'}`);
      return value;
    });
  }

  return {
    async wrap(keys) {
      const wrapped = await batch('encrypt', keys, (bytes) => ({ plaintext: base64(bytes) }), 'ciphertext');
      return wrapped.map((text) => Buffer.from(text));
    },
    async unwrap(wrapped) {
      const keys = await batch('decrypt', wrapped, (bytes) => ({ ciphertext: bytes.toString() }), 'plaintext');
      return keys.map((text) => Buffer.from(text, 'base64'));
    },
    async rewrap(wrapped) {
      const again = await batch('rewrap', wrapped, (bytes) => ({ ciphertext: bytes.toString() }), 'ciphertext');
      return again.map((text) => Buffer.from(text));
    },
    async rotate() {
      await ask(`keys/${name}/rotate`, {});
    },
  };
}

function base64(value: string | Buffer): string {
  return Buffer.from(value).toString('base64');
}
