// The sample service with its relay, as a program that tests kill.
import { runService } from '../boot.ts';
import { sampleService } from './sample.ts';

await runService(sampleService(() => ({})));
