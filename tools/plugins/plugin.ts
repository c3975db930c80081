// What both plugins share: a request from buf in, files or one readable complaint out.
import { create, createFileRegistry, protoInt64 } from '@bufbuild/protobuf';
import type { CodeGeneratorRequest, CodeGeneratorResponse } from '@bufbuild/protobuf/wkt';
import {
  CodeGeneratorResponse_Feature,
  CodeGeneratorResponseSchema,
  Edition,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { Plugin } from '@bufbuild/protoplugin';
import type { Contract } from './contract.ts';
import { readContract } from './contract.ts';
import { violations } from './policy.ts';

/**
 * A plugin that writes the files of `generate` (path to content) from a contract that obeys the policy. A violation of
 * the policy becomes the plugin's error, one sentence a line, and nothing is written.
 */
export function bankPlugin(name: string, generate: (contract: Contract) => ReadonlyMap<string, string>): Plugin {
  return { name, version: 'v1', run: (request) => run(request, generate) };
}

function run(
  request: CodeGeneratorRequest,
  generate: (contract: Contract) => ReadonlyMap<string, string>,
): CodeGeneratorResponse {
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: request.protoFile }));
  const contract = readContract([...registry.files]);
  const found = violations(contract);
  const files = found.length > 0 ? [] : [...generate(contract)].map(([path, content]) => ({ name: path, content }));
  return create(CodeGeneratorResponseSchema, {
    supportedFeatures: protoInt64.parse(CodeGeneratorResponse_Feature.PROTO3_OPTIONAL),
    minimumEdition: Edition.EDITION_PROTO2,
    maximumEdition: Edition.EDITION_PROTO3,
    ...(found.length > 0 ? { error: `the contract breaks the bank's policy:\n${found.join('\n')}` } : {}),
    file: files,
  });
}
