// The official schemas of ISO 20022, where the bank has them: they are not ours to ship. What they say is said again by
// nobody: where they are absent, the descriptions in _rules/iso20022 hold alone.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitions, type Message, type MessageName } from '#rules/iso20022/definitions.ts';
import { readMessage } from '#rules/iso20022/reader.ts';
import { IsoRefusal } from '#rules/iso20022/refusal.ts';
import { writeMessage } from '#rules/iso20022/writer.ts';

/** The schemas of a directory. */
export interface Schemas {
  /** The messages that have one. */
  readonly names: readonly MessageName[];
  /** Holds a message against its schema, if there is one. Throws SCHEMA_VIOLATED. */
  check(name: MessageName, xml: Uint8Array | string): void;
}

/** No schemas: everything is as the descriptions say. */
export const NO_SCHEMAS: Schemas = { names: [], check() {} };

/** Reads the schemas of a directory, `pain.001.001.09.xsd` and so on. Throws a sentence when there are none. */
export async function openSchemas(directory: string): Promise<Schemas> {
  if (directory === '') return NO_SCHEMAS;
  const { XmlDocument, XmlValidateError, XsdValidator, ParseOption } = await import('libxml2-wasm');
  const validators = new Map(
    Object.keys(definitions).flatMap((name) => {
      const file = join(directory, `${name}.xsd`);
      if (!existsSync(file)) return [];
      using schema = XmlDocument.fromBuffer(readFileSync(file));
      return [[name, XsdValidator.fromDoc(schema)] as const];
    }),
  );
  if (validators.size === 0)
    throw new Error(`ISO20022_XSD_DIR has no schema that is named after a message: ${directory}`);
  return {
    names: [...validators.keys()] as MessageName[],
    check(name, xml) {
      const validator = validators.get(name);
      if (!validator) return;
      const bytes = typeof xml === 'string' ? Buffer.from(xml) : xml;
      using document = XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NONET });
      try {
        validator.validate(document);
      } catch (error) {
        if (!(error instanceof XmlValidateError)) throw error;
        const [first] = error.details;
        // What stands in the message may be personal, and the schema's words quote it.
        const said = first?.message.replace(/\{[^}]*\}/g, '').replace(/'[^']*' (?=is not|has a length)/g, '') ?? '';
        throw new IsoRefusal('SCHEMA_VIOLATED', `line ${first?.line ?? '?'}`, said.trim().slice(0, 300));
      }
    },
  };
}

/** Reads a message, by its description first, so that nothing hostile comes to the schema. */
export function readChecked(bytes: Uint8Array, schemas: Schemas): Message {
  const message = readMessage(bytes);
  schemas.check(message.name, bytes);
  return message;
}

/** Writes a message that its schema accepts. */
export function writeChecked(message: Message, schemas: Schemas): string {
  const xml = writeMessage(message);
  schemas.check(message.name, xml);
  return xml;
}
