// npm run test:caps: runs caps.ts, whose types are stripped as it is loaded.
import { register } from 'node:module';

register('../crash/typescript-loader.js', import.meta.url);
await import('reflect-metadata');
await import('./caps.ts');
