// Writes docs/configuration.md from the variables that the processes read, so that none stays undocumented.
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { variables } from '#chassis/config.ts';

interface Variable {
  readonly desc?: string;
  readonly default?: unknown;
  readonly choices?: readonly unknown[];
}

const PLATFORM: readonly (readonly [name: string, fallback: string, meaning: string])[] = [
  [
    'COREBANK_DATA_DIR',
    '`.data` in the checkout; as root a folder under `/var/lib/corebank`',
    'where `make run` keeps everything',
  ],
  ['SERVICES', 'all', 'the services that `make run` starts, with commas between; `-edge` leaves the edge out'],
  ['NATS_URL', 'a server of its own', 'the NATS server to use'],
  [
    '…_MIGRATION_DATABASE_URL',
    'as `…_DATABASE_URL`',
    'a service’s database as the role that owns it: `main.ts migrate`',
  ],
  ['COREBANK_PROOF', '', '`1`: tests run with their figures in full, as `make proof` does'],
  ['COREBANK_EDGE', '`http://127.0.0.1:8080`', 'the edge that bankctl talks to'],
];

/** The page, as Markdown. */
export function configurationPage(): string {
  const rows = Object.entries<Variable>(variables).map(([name, { desc, choices, ...rest }]) => {
    const fallback =
      'default' in rest ? ((rest.default ?? '') === '' ? 'none' : `\`${String(rest.default)}\``) : '**required**';
    const meaning = choices ? `${desc}; one of ${choices.map((choice) => `\`${String(choice)}\``).join(', ')}` : desc;
    return `| \`${name}\` | ${fallback} | ${meaning} |`;
  });
  return [
    '# Configuration',
    '',
    'Everything comes from the environment, is read once at the start, and is refused with a sentence when it is wrong.',
    'Written by `make gen` from `services/_chassis/config.ts`.',
    '',
    '## The services and the edge',
    '',
    '| variable | default | what it is |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '## `make` and bankctl',
    '',
    '| variable | default | what it is |',
    '| --- | --- | --- |',
    ...PLATFORM.map(([name, fallback, meaning]) => `| \`${name}\` | ${fallback || 'none'} | ${meaning} |`),
    '',
    'A service refuses to start when it would be unsafe:',
    '',
    '- `fsync`, `full_page_writes`, `synchronous_commit` or data checksums are off in its database;',
    '- `LISTEN_HOST` is not the loopback in development: there the edge gives a token to whoever asks, and the signing key lies',
    '  beside the data;',
    '- `LISTEN_HOST` is not the loopback for an edge with `WORKLOAD_IDENTITY=mtls`: its ports have no TLS, so outside a mesh what',
    '  ends TLS for it stands on the same host (in the same pod). The services may listen anywhere: they take no connection',
    '  without TLS 1.3 and a certificate. With `istio` all ports are plaintext and meant for the own sidecar: whoever reaches one past',
    '  it is nobody, as only the sidecar is believed when it says who calls;',
    '- its certificate, key or roots are missing, do not belong together, or name another workload;',
    '- in production, the keyring of a development bank or a wildcard origin.',
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeFile('docs/configuration.md', configurationPage());
}
