// The strict check of objects by CustomResourceDefinitions: what their schemas say, with unknown fields refused, which an
// API server would only drop; the rules in CEL beside them; and the keys of lists that are maps.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { at, fields, type KubeObject, list, nameOf, textOf } from '../objects.ts';
import { ruleViolations } from './cel.ts';
import { closed } from './closed-schema.ts';

/** What there are schemas for. */
export interface Schemas {
  knows(object: KubeObject): boolean;
  /** What is wrong with an object, each with its name and the field. Throws for one that there is no schema for. */
  violations(object: KubeObject): string[];
}

interface Kind {
  readonly schema: unknown;
  /** Compiled when it is first used: most kinds never are. */
  readonly validate: () => ValidateFunction;
}

/** Reads all CRDs of a folder. */
export function readCrds(directory: string): Schemas {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false, useDefaults: true });
  const kinds = new Map<string, Kind>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.yaml'))) {
    const text = readFileSync(path.join(directory, file), 'utf8');
    for (const crd of parseAllDocuments(text).map((document): unknown => document.toJS())) {
      for (const [key, schema] of versionsOf(crd)) {
        let compiled: ValidateFunction | undefined;
        const validate = () => (compiled ??= ajv.compile(closed(schema)));
        kinds.set(key, { schema, validate });
      }
    }
  }
  return {
    knows: (object) => kinds.has(keyOf(object)),
    violations(object) {
      const kind = kinds.get(keyOf(object));
      if (!kind) throw new Error(`there is no schema of ${keyOf(object)}`);
      return violationsOf(object, kind);
    },
  };
}

function keyOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  return `${apiVersion} ${kind}`;
}

function versionsOf(crd: unknown): [string, unknown][] {
  const kind = textOf(at(crd, 'spec', 'names', 'kind'));
  return list(at(crd, 'spec', 'versions')).map((version) => {
    const apiVersion = `${textOf(at(crd, 'spec', 'group'))}/${textOf(at(version, 'name'))}`;
    return [keyOf({ apiVersion, kind }), at(version, 'schema', 'openAPIV3Schema')];
  });
}

function violationsOf(object: KubeObject, { schema, validate }: Kind): string[] {
  const name = nameOf(object);
  const check = validate();
  // Defaults are filled in, as the API server does before it asks the rules.
  const filled = structuredClone(object);
  const found = check(filled) ? [] : (check.errors ?? []).map(sentence);
  // Rules count on what the schema promises.
  const rules = found.length > 0 ? [] : ruleViolations(schema, filled, '');
  return [...found, ...rules].map((text) => `${name}: ${text}`);
}

function sentence({ instancePath, message, params }: NonNullable<ValidateFunction['errors']>[number]): string {
  const detail = fields(params)
    .filter(([key]) => key === 'additionalProperty' || key === 'allowedValues')
    .map(([, value]) => ` ${JSON.stringify(value)}`)
    .join('');
  return `${instancePath || '/'} ${message ?? 'is wrong'}${detail}`;
}
