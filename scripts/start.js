// npm start, npm run demo, verify and policies: builds when the sources are newer than the last build, then runs the command in this process.
import { buildIfStale } from './build.js';

const commands = {
  '--demo': 'demo/main.js',
  '--verify': 'verify.js',
  '--policies': 'policies-cli.js',
  '--prompts': 'prompts-cli.js',
};
const command = Object.keys(commands).find((name) => process.argv[2] === name);
if (command !== undefined) process.argv.splice(2, 1);
await import(buildIfStale(command === undefined ? 'main.js' : commands[command]));
