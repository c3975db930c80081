import { runService } from '#chassis/boot.ts';
import { customer } from './service.ts';

await runService(customer);
