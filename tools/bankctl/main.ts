// bankctl: the command line of the bank. It talks to the edge and to nothing else.
import { enableCompileCache } from 'node:module';

// Types are stripped once and not at every start.
enableCompileCache();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has seen enough, e.g. `bankctl … | head`.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { runProgram } = await import('./program.ts');
process.exitCode = await runProgram(process.argv.slice(2));
