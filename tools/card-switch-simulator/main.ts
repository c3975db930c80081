// The simulator as a process of its own: CARD_SWITCH_PORT (9193) for the bank, CARD_SWITCH_CONTROL_PORT (9194) for testers.
import { startCardSwitchSimulator } from './server.ts';

const port = Number(process.env['CARD_SWITCH_PORT'] ?? '9193');
const controlPort = Number(process.env['CARD_SWITCH_CONTROL_PORT'] ?? '9194');
const simulator = await startCardSwitchSimulator({ port, controlPort });
console.log(`the card switch simulator listens on ${simulator.address}, its control on ${simulator.controlUrl}`);
const end = () => void simulator.stop().then(() => process.exit(0));
for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(event, end);
