// Server reflection (grpc.reflection.v1), so that tools can call a service without its .proto files. Inside only: the
// edge has none.
import type { DescFile, DescService } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';
import { asBuffer } from './encode.ts';
import { passBytes } from './grpc.ts';

const VERSIONS = ['v1', 'v1alpha'];

type Asking = grpc.ServerDuplexStream<Buffer, Buffer>;

/** By the names of the services, then by the path of the RPC: what answers it. */
const made = new Map<string, Promise<Map<string, Answering>>>();

/**
 * Adds reflection of these services to a server. To index the contract takes longer than all else that a server does to
 * start, and few servers are ever asked: it is done for the first who asks.
 */
export function addReflection(server: grpc.Server, services: readonly DescService[]): void {
  const names = services.map(({ typeName }) => typeName).join();
  for (const version of VERSIONS) {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    server.register(path, (stream: Asking) => void answer(stream, path), passBytes, passBytes, 'bidi');
  }

  async function answer(stream: Asking, path: string): Promise<void> {
    const reflection = made.get(names) ?? reflectionOf(services);
    made.set(names, reflection);
    try {
      (await reflection).get(path)?.(stream);
    } catch (error) {
      refuse(stream, grpc.status.INTERNAL, error);
    }
  }
}

type Answering = (stream: Asking) => void;

async function reflectionOf(services: readonly DescService[]): Promise<Map<string, Answering>> {
  const { ReflectionService } = await import('@grpc/reflection');
  const files = new Set<DescFile>();
  for (const { file } of services) gather(file, files);
  // The reflection package reads what proto-loader makes: definitions that carry their files as bytes. It decodes those of
  // each definition anew, and asks no more of them: so there is one, which carries every file once.
  const definition = {
    format: 'Protocol Buffer 3 DescriptorProto',
    type: {},
    fileDescriptorProtos: [...files].map(({ proto }) => asBuffer(toBinary(FileDescriptorProtoSchema, proto))),
  };
  const answering = new Map<string, Answering>();
  const gathering = {
    addService(contract: grpc.ServiceDefinition, handlers: Record<string, Handler>): void {
      for (const [name, method] of Object.entries(contract))
        answering.set(method.path, (stream) => handlers[name]?.(messagesOf(stream, method)));
    },
  };
  new ReflectionService({ definition } as never).addToServer(gathering);
  return answering;
}

/** What the reflection package does with a stream. */
interface Messages {
  on(event: string, listener: (message: object) => void): void;
  write(message: object): void;
  end(): void;
}
type Handler = (stream: Messages) => void;

/** A stream of bytes as one of messages. Whoever sends what is none hears so. */
function messagesOf(stream: Asking, method: grpc.MethodDefinition<object, object>): Messages {
  return {
    on: (event, listener) =>
      void stream.on(event, (bytes: Buffer) => {
        if (event !== 'data') return listener(bytes);
        try {
          listener(method.requestDeserialize(bytes));
        } catch (error) {
          refuse(stream, grpc.status.INVALID_ARGUMENT, error);
        }
      }),
    write: (message) => void stream.write(method.responseSerialize(message)),
    end: () => void stream.end(),
  };
}

function refuse(stream: Asking, code: grpc.status, cause: unknown): void {
  stream.emit('error', Object.assign(new Error('not answered', { cause }), { code }));
}

/** Adds a file and those that it imports. */
function gather(file: DescFile, files: Set<DescFile>): void {
  if (files.has(file)) return;
  files.add(file);
  for (const dependency of file.dependencies) gather(dependency, files);
}
