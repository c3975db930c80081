// For tests: writes small contracts, right in everything but what a test makes wrong.

/** The parts of a contract with one RPC, each with a default that obeys the policy. */
export interface Sample {
  /** The service's name in its package, e.g. `ledger`. */
  service?: string;
  rpc?: string;
  comment?: string;
  level?: string;
  /** Which side streams: `input`, `output` or both. */
  streams?: readonly ('input' | 'output')[];
  /** The text of the rule; empty for an RPC without one. */
  rule?: string;
  /** The fields of the request. */
  request?: string;
  /** The fields of the response. */
  response?: string;
  /** Declarations beside the service. */
  extra?: string;
  /** Fields of an event in the service's events file. */
  event?: string;
}

/** The rule of an RPC that the account service may call. */
export const accountOnly = 'callers: WORKLOAD_ACCOUNT';

/** The fields that every command has. */
export const commandFields = 'string request_id = 101; bool validate_only = 102;';

/** A rule open to the edge, for one grant. */
export function edgeFor(grant: string): string {
  return `callers: WORKLOAD_EDGE grants: {${grant}}`;
}

/** The option that declares an id field. */
export function idOption(kind = 'ID_KIND_ACCOUNT', access = 'ACCESS_VIEW'): string {
  return `[(bank.options.v1.id) = {kind: ${kind} access: ${access}}]`;
}

/** The option that classes a field. */
export function dataOption(text: string): string {
  return `[(bank.options.v1.data) = {${text}}]`;
}

/** The files of a sample in the given version of its package, which keeps the samples of one build apart. */
export function sampleFiles(sample: Sample, version: number): Record<string, string> {
  const { service = 'ledger', rpc = 'GetThing', comment = 'Gets it.', level = 'NO_SIDE_EFFECTS' } = sample;
  const { streams = [], rule = accountOnly, request = '', response = '', extra = '', event } = sample;
  const stream = (side: 'input' | 'output') => (streams.includes(side) ? 'stream ' : '');
  const folder = `bank/${service}/v${version}`;
  const head = [
    'syntax = "proto3";',
    `package bank.${service}.v${version};`,
    'import "bank/options/v1/options.proto";',
    'import "bank/type/v1/actor.proto";',
    'import "bank/type/v1/money.proto";',
    'import "bank/type/v1/sealed.proto";',
    'import "buf/validate/validate.proto";',
    'import "google/protobuf/wrappers.proto";',
  ];
  const files = {
    [`${folder}/thing_service.proto`]: [
      ...head,
      '// Serves things.',
      'service ThingService {',
      ...comment.split('\n').map((line) => `  // ${line}`),
      `  rpc ${rpc}(${stream('input')}${rpc}Request) returns (${stream('output')}${rpc}Response) {`,
      level === '' ? '' : `option idempotency_level = ${level};`,
      rule === '' ? '' : `option (bank.options.v1.rule) = {${rule}};`,
      '  }',
      '}',
      '// What to do.',
      `message ${rpc}Request { ${request} }`,
      '// What was done.',
      `message ${rpc}Response { ${response} }`,
      extra,
    ].join('\n'),
  };
  if (event !== undefined) {
    const source = [
      ...head,
      `import "${folder}/thing_service.proto";`,
      '// It happened.',
      `message ThingHappened { ${event} }`,
    ];
    files[`${folder}/thing_events.proto`] = source.join('\n');
  }
  return files;
}
