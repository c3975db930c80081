// Server reflection (grpc.reflection.v1), so that tools can call a service without its .proto files. Inside only: the
// edge has none.
import type { DescFile, DescService } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type * as grpc from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { definitionOf } from './grpc.ts';

/** Adds reflection of these services to a server. */
export function addReflection(server: grpc.Server, services: readonly DescService[]): void {
  // The reflection package indexes what proto-loader makes: a map of definitions that carry their files as bytes.
  const index: Record<string, unknown> = {};
  for (const service of services) {
    const files = [...filesOf(service.file)].map((file) =>
      Buffer.from(toBinary(FileDescriptorProtoSchema, file.proto)),
    );
    index[service.typeName] = definitionOf(service);
    for (const method of service.methods) {
      for (const { typeName } of [method.input, method.output]) {
        index[typeName] = { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos: files };
      }
    }
  }
  new ReflectionService(index as never).addToServer(server);
}

function filesOf(file: DescFile, seen = new Set<DescFile>()): Set<DescFile> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const dependency of file.dependencies) filesOf(dependency, seen);
  return seen;
}
