import 'reflect-metadata';
import { readEnvironment } from './config/environment.js';
import { endFailedStart, runUntilSignal } from './process.js';
import { startService } from './service.js';

try {
  const service = await startService(readEnvironment(process.env), { show: console.log });
  console.log(`Countersign is at ${service.url}`);
  runUntilSignal(service);
} catch (error) {
  endFailedStart(error);
}
