import { rmSync } from 'node:fs';

export default function globalTeardown() {
  const directory = process.env.COUNTERSIGN_TEST_DIR;
  if (directory) rmSync(directory, { recursive: true, force: true });
}
