import { runService } from '#chassis/boot.ts';
import { security } from './service.ts';

await runService(security);
