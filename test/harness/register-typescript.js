// node --import: runs the service from its sources, compiled as the tests are.
import { register } from 'node:module';

register('../crash/typescript-loader.js', import.meta.url);
