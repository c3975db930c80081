import { runService } from '#chassis/boot.ts';
import { audit } from './service.ts';

await runService(audit);
