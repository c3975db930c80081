// Prints third_party/protovalidate/buf/validate/validate.proto from the descriptor inside @bufbuild/protovalidate,
// because no npm package ships the source file and generation must work offline.
// Options are left out: the rules' own definitions are read at run time, from the package's descriptor.
// Run it after each bump of the package: node tools/plugins/print-validate-proto.ts
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isFieldSet } from '@bufbuild/protobuf';
import type {
  DescriptorProto,
  EnumDescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import {
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

const licence = `// Copyright 2023-2026 Buf Technologies, Inc.
//
// Licensed under the Apache License, Version 2.0 (the "License");
// you may not use this file except in compliance with the License.
// You may obtain a copy of the License at
//
//      http://www.apache.org/licenses/LICENSE-2.0
//
// Unless required by applicable law or agreed to in writing, software
// distributed under the License is distributed on an "AS IS" BASIS,
// WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
// See the License for the specific language governing permissions and
// limitations under the License.

// Printed by tools/plugins/print-validate-proto.ts without options and comments. Not to be edited.
`;

/** The proto2 source of a file, without options, in the layout of buf format. Knows what validate.proto uses. */
export function printProtoFile(file: FileDescriptorProto): string {
  return [
    licence,
    'syntax = "proto2";\n',
    `package ${file.package};\n`,
    `${file.dependency.map((path) => `import "${path}";`).join('\n')}\n`,
    ...file.extension.map((field) => `extend ${field.extendee} {\n  ${fieldLine(field)}\n}\n`),
    ...file.messageType.map(printMessage),
    ...file.enumType.map(printEnum),
  ].join('\n');
}

function printMessage(message: DescriptorProto): string {
  if (message.nestedType.length + message.enumType.length + message.extension.length > 0) {
    throw new Error(`${message.name} has nested declarations, which this printer does not know.`);
  }
  const body = message.field.flatMap((field) => {
    if (!inOneof(field)) {
      return [fieldLine(field)];
    }
    const members = message.field.filter((other) => inOneof(other) && other.oneofIndex === field.oneofIndex);
    const name = message.oneofDecl[field.oneofIndex]?.name;
    return members[0] === field ? [`oneof ${name} {`, ...members.map((member) => `  ${fieldLine(member)}`), '}'] : [];
  });
  body.push(...message.extensionRange.map((range) => `extensions ${rangeText(range.start, range.end)};`));
  body.push(...message.reservedRange.map((range) => `reserved ${rangeText(range.start, range.end)};`));
  body.push(...message.reservedName.map((name) => `reserved "${name}";`));
  return `message ${message.name} {\n${body.map((line) => `  ${line}\n`).join('')}}\n`;
}

function printEnum(declaration: EnumDescriptorProto): string {
  const body = declaration.value.map((value) => `${value.name} = ${value.number};`);
  // The end of an enum's reserved range is the last number itself, unlike a message's.
  body.push(...declaration.reservedRange.map((range) => `reserved ${rangeText(range.start, range.end + 1)};`));
  body.push(...declaration.reservedName.map((name) => `reserved "${name}";`));
  return `enum ${declaration.name} {\n${body.map((line) => `  ${line}\n`).join('')}}\n`;
}

function fieldLine(field: FieldDescriptorProto): string {
  const label = { [Label.OPTIONAL]: 'optional ', [Label.REQUIRED]: 'required ', [Label.REPEATED]: 'repeated ' }[
    field.label
  ];
  const type = field.typeName === '' ? Type[field.type].toLowerCase() : field.typeName;
  return `${inOneof(field) ? '' : label}${type} ${field.name} = ${field.number};`;
}

function inOneof(field: FieldDescriptorProto): boolean {
  return isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex);
}

function rangeText(start: number, end: number): string {
  const last = end === 536870912 ? 'max' : String(end - 1);
  return last === String(start) ? last : `${start} to ${last}`;
}

if (import.meta.main) {
  const target = new URL('../../third_party/protovalidate/buf/validate/validate.proto', import.meta.url);
  writeFileSync(fileURLToPath(target), printProtoFile(file_buf_validate_validate.proto));
}
