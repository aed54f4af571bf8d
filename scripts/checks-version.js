// Writes down beside the build which checks are in it, by the sources that it was made from.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { versionOfChecks } from '../dist/risk/checks-version.provider.js';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const { dependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const version = versionOfChecks(at('src'), dependencies);
// Where that module looks for it.
writeFileSync(at('dist/risk/checks-version.json'), `${JSON.stringify({ version })}\n`);
