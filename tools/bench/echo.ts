// A bare grpc-js server that answers with as many bytes as it is told to: what a call costs without a bank behind it.
import * as grpc from '@grpc/grpc-js';

const pass = (bytes: Buffer): Buffer => bytes;

/** The one RPC of the echo. */
export const ECHO: grpc.ServiceDefinition = {
  echo: {
    path: '/echo.Echo/Echo',
    requestStream: false,
    responseStream: false,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  },
};

const answer = Buffer.alloc(Number(process.argv[2] ?? 64));
const server = new grpc.Server();
server.addService(ECHO, { echo: (_: unknown, reply: grpc.sendUnaryData<Buffer>) => reply(null, answer) });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`listening ${port}`);
});
