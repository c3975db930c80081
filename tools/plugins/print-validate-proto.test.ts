import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toJson } from '@bufbuild/protobuf';
import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { expect } from 'chai';
import { compileProtos, root } from './compile-protos.ts';
import { printProtoFile } from './print-validate-proto.ts';

const path = 'third_party/protovalidate/buf/validate/validate.proto';

describe('The printed validate.proto', () => {
  it('is what the script prints from the installed package', async () => {
    expect(await readFile(join(root, path), 'utf8')).to.equal(printProtoFile(file_buf_validate_validate.proto));
  });

  it("compiles to the package's own descriptor, but for options", async () => {
    const files = await compileProtos({});
    const compiled = files.find((file) => file.name === 'buf/validate/validate')!;
    expect(withoutOptions(compiled.proto)).to.deep.equal(withoutOptions(file_buf_validate_validate.proto));
    expect(compiled.extensions.map((extension) => extension.typeName)).to.have.members([
      'buf.validate.message',
      'buf.validate.oneof',
      'buf.validate.field',
      'buf.validate.predefined',
    ]);
  });
});

// JSON names and source positions are the compiler's additions.
function withoutOptions(file: FileDescriptorProto): unknown {
  return JSON.parse(
    JSON.stringify(toJson(FileDescriptorProtoSchema, file), (key, value) => {
      return ['options', 'jsonName', 'sourceCodeInfo'].includes(key) ? undefined : value;
    }),
  );
}
