// Server reflection (grpc.reflection.v1), so that tools can call a service without its .proto files. Inside only: the
// edge has none.
import type { DescFile, DescService } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type * as grpc from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { asBuffer } from './encode.ts';

/** By the names of the services. To index the contract takes longer than all else that a server does to start. */
const made = new Map<string, ReflectionService>();

/** Adds reflection of these services to a server. */
export function addReflection(server: grpc.Server, services: readonly DescService[]): void {
  const names = services.map(({ typeName }) => typeName).join();
  const reflection = made.get(names) ?? reflectionOf(services);
  made.set(names, reflection);
  reflection.addToServer(server);
}

function reflectionOf(services: readonly DescService[]): ReflectionService {
  const files = new Set<DescFile>();
  for (const { file } of services) gather(file, files);
  // The reflection package reads what proto-loader makes: definitions that carry their files as bytes. It decodes those of
  // each definition anew, and asks no more of them: so there is one, which carries every file once.
  const definition = {
    format: 'Protocol Buffer 3 DescriptorProto',
    type: {},
    fileDescriptorProtos: [...files].map(({ proto }) => asBuffer(toBinary(FileDescriptorProtoSchema, proto))),
  };
  return new ReflectionService({ definition } as never);
}

/** Adds a file and those that it imports. */
function gather(file: DescFile, files: Set<DescFile>): void {
  if (files.has(file)) return;
  files.add(file);
  for (const dependency of file.dependencies) gather(dependency, files);
}
