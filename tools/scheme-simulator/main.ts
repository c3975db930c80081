// The simulator as a process of its own: SIMULATOR_PORT (9190), SIMULATOR_STATE (a file; absent: it forgets).
import { startSimulator } from './server.ts';

const port = Number(process.env['SIMULATOR_PORT'] ?? '9190');
const simulator = await startSimulator({ port, stateFile: process.env['SIMULATOR_STATE'] ?? '' });
console.log(`the scheme simulator listens on ${simulator.url}`);
const end = () => void simulator.stop().then(() => process.exit(0));
// Who started it as a part of something ends it by being gone.
for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(event, end);
