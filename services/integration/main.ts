import { runService } from '#chassis/boot.ts';
import { integration } from './service.ts';

await runService(integration);
