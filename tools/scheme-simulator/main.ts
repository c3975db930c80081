// The simulator as a process of its own: SIMULATOR_PORT (9190), SIMULATOR_STATE (a file; absent: it forgets).
import { startSimulator } from './server.ts';

const port = Number(process.env['SIMULATOR_PORT'] ?? '9190');
const simulator = await startSimulator({ port, stateFile: process.env['SIMULATOR_STATE'] ?? '' });
console.log(`the scheme simulator listens on ${simulator.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.stop().then(() => process.exit(0)));
}
