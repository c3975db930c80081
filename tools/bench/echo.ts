// A bare grpc-js server that answers with as many bytes as it is told to: what a call costs without a bank behind it.
import * as grpc from '@grpc/grpc-js';

export const ECHO_PATH = '/echo.Echo/Echo';

const pass = (bytes: Buffer): Buffer => bytes;

const ECHO: grpc.ServiceDefinition = {
  echo: {
    path: ECHO_PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  },
};

if (import.meta.main) {
  const answer = Buffer.alloc(Number(process.env['ECHO_BYTES']));
  const server = new grpc.Server();
  server.addService(ECHO, { echo: (_: unknown, reply: grpc.sendUnaryData<Buffer>) => reply(null, answer) });
  server.bindAsync(`127.0.0.1:${process.env['ECHO_PORT']}`, grpc.ServerCredentials.createInsecure(), (error) => {
    if (error) throw error;
  });
  process.once('SIGTERM', () => server.forceShutdown());
}
