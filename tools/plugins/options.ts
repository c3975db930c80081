// Reads the bank's own options (bank/options/v1) from descriptors. The extensions are looked up in the very files that
// the plugin was given, never imported from gen/, so that generation works when gen/ is empty.
import type {
  DescEnum,
  DescExtension,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  JsonValue,
} from '@bufbuild/protobuf';
import { getExtension, hasExtension, isMessage, toJson } from '@bufbuild/protobuf';

/** One kind of person or partner that an RPC is open to. */
export type Grant = {
  audience: string;
  roles: string[];
  scopes: string[];
  stepUp: boolean;
  fourEyes: boolean;
  approvers: string[];
};

/** The rule of one RPC as the contract states it, workloads in lower kebab case. */
export type RpcRule = {
  callers: string[];
  grants: Grant[];
  actorAsserters: string[];
  noReplay: boolean;
  /** Empty where it says none. */
  disclosure: string;
};

/** The declaration of an id field, e.g. `{kind: 'ACCOUNT', access: 'VIEW'}`. */
export type IdOption = { kind: string; access: string };

/** The declaration of a field's data, e.g. `{class: 'PERSONAL', retention: 'RELATIONSHIP'}`. */
export type DataOption = { class: string; retention: string };

/** Who may hear of an event by webhook, and the fields, by their names in the contract, that it depends on. */
export type WebhookOption = { grants: Grant[]; holdersOf: string[]; firstOnly: string[] };

/** What the contract's own options say, word by word and unchecked. */
export interface Options {
  ruleOf: (method: DescMethod) => RpcRule | undefined;
  idOf: (field: DescField) => IdOption | undefined;
  dataOf: (field: DescField) => DataOption | undefined;
  webhookOf: (message: DescMessage) => WebhookOption | undefined;
  /** The words of one of the enums of bank.options.v1 without UNSPECIFIED, e.g. `words('Access')`. */
  words: (enumName: string) => string[];
}

const optionsPackage = 'bank.options.v1';

/** The reader of the bank's options. Throws when the files do not declare them. */
export function readOptions(files: readonly DescFile[]): Options {
  const file = files.find((candidate) => candidate.proto.package === optionsPackage);
  if (file === undefined) {
    throw new Error(`None of the files declares ${optionsPackage}.`);
  }
  const rule = extensionOf(file, 'rule');
  const id = extensionOf(file, 'id');
  const data = extensionOf(file, 'data');
  // A released contract of before may not know it.
  const webhook = file.extensions.find((candidate) => candidate.name === 'webhook');
  return {
    ruleOf: (method) => {
      const json = optionJson(method, rule) as RpcRule | undefined;
      return json === undefined ? undefined : plainRule(json);
    },
    idOf: (field) => {
      const json = optionJson(field, id) as IdOption | undefined;
      return json && { kind: bare(json.kind, 'ID_KIND_'), access: bare(json.access, 'ACCESS_') };
    },
    dataOf: (field) => {
      const json = optionJson(field, data) as DataOption | undefined;
      return json && { class: bare(json.class, 'DATA_CLASS_'), retention: bare(json.retention, 'RETENTION_') };
    },
    webhookOf: (message) => {
      const json = webhook && (optionJson(message, webhook) as WebhookOption | undefined);
      return json && { ...json, grants: json.grants.map(plainGrant) };
    },
    words: (enumName) => wordsOf(file, enumName),
  };
}

function extensionOf(file: DescFile, name: string): DescExtension {
  const extension = file.extensions.find((candidate) => candidate.name === name);
  if (extension === undefined) {
    throw new Error(`${optionsPackage} does not declare the option ${name}.`);
  }
  return extension;
}

// JSON names every enum value and every absent field, which spares us a typed copy of the options.
function optionJson(desc: DescMethod | DescField | DescMessage, extension: DescExtension): JsonValue | undefined {
  const options = desc.proto.options;
  if (options === undefined || extension.message === undefined || !hasExtension(options, extension)) {
    return undefined;
  }
  const value = getExtension(options, extension);
  return isMessage(value) ? toJson(extension.message, value, { alwaysEmitImplicit: true }) : undefined;
}

function plainRule(json: RpcRule): RpcRule {
  return {
    callers: json.callers.map(workloadWord),
    grants: json.grants.map(plainGrant),
    actorAsserters: json.actorAsserters.map(workloadWord),
    noReplay: json.noReplay,
    // A released contract of before may not know the word.
    disclosure: bare(json.disclosure ?? '', 'DISCLOSURE_').replace('UNSPECIFIED', ''),
  };
}

function plainGrant(grant: Grant): Grant {
  return {
    audience: bare(grant.audience, 'AUDIENCE_'),
    roles: grant.roles.map((role) => bare(role, 'STAFF_ROLE_')),
    scopes: grant.scopes,
    stepUp: grant.stepUp,
    fourEyes: grant.fourEyes,
    // A released contract of before may not know the word.
    approvers: (grant.approvers ?? []).map((role) => bare(role, 'STAFF_ROLE_')),
  };
}

function wordsOf(file: DescFile, enumName: string): string[] {
  const declaration: DescEnum | undefined = file.enums.find((candidate) => candidate.name === enumName);
  if (declaration === undefined) {
    throw new Error(`${optionsPackage} does not declare ${enumName}.`);
  }
  const names = declaration.values.filter((value) => value.number !== 0).map((value) => value.name);
  const prefix = (declaration.sharedPrefix ?? '').toUpperCase();
  return names.map((name) => (enumName === 'Workload' ? workloadWord(name) : bare(name, prefix)));
}

function workloadWord(name: string): string {
  return bare(name, 'WORKLOAD_').toLowerCase().replaceAll('_', '-');
}

function bare(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
