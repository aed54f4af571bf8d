// npm run test:crash: builds when the sources are newer than the last build, then runs main.ts, whose types are stripped as it is loaded.
import { register } from 'node:module';
import { buildIfStale } from '../../scripts/build.js';

buildIfStale('main.js');
register('./typescript-loader.js', import.meta.url);
await import('./main.ts');
