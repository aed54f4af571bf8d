import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, pino, type Logger as Pino } from 'pino';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** What pino writes. */
interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly context?: string;
}
/** Members of a line that have their own place in it, or say nothing in a terminal. */
const SHOWN = new Set(['level', 'time', 'msg', 'context', 'pid', 'hostname']);

/** Where a terminal's lines go: time, level, who, what. */
function terminal(): DestinationStream {
  return {
    write(line: string) {
      const entry = JSON.parse(line) as Line;
      const more = Object.fromEntries(Object.entries(entry).filter(([name]) => !SHOWN.has(name)));
      const at = new Date(entry.time).toISOString().slice(11, 19);
      const level = (pino.levels.labels[entry.level] ?? '').padEnd(5);
      const rest = Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`;
      process.stdout.write(`${at} ${level} ${entry.context ?? '-'}: ${entry.msg ?? ''}${rest}\n`);
    },
  };
}

/** What Nest says of itself while it starts: a line for every route and module. */
const NEST = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest's logger on pino: one JSON object a line, or readable lines in a terminal. Nothing personal belongs into a message. */
export class ServiceLogger implements LoggerService {
  constructor(private readonly pino: Pino) {}

  log(message: unknown, ...rest: unknown[]): void {
    const ofNest = rest.some((part) => typeof part === 'string' && NEST.has(part));
    this.write(ofNest ? 'debug' : 'info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest puts the context last and, for errors, a stack before it. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const texts = rest.filter((part) => typeof part === 'string');
    const context = texts.at(-1);
    const stack = texts.length > 1 ? texts[0] : undefined;
    const fields = {
      ...(context === undefined ? {} : { context }),
      ...(stack === undefined ? {} : { stack }),
    };
    if (message instanceof Error) this.pino[level]({ ...fields, stack: message.stack }, message.message);
    else if (typeof message === 'object' && message !== null) this.pino[level]({ ...fields, ...message });
    else this.pino[level](fields, String(message));
  }
}

/** @param level a pino level, or `silent`. */
export function createLogger(level: string): ServiceLogger {
  const readable = process.stdout.isTTY && process.env['NODE_ENV'] !== 'production';
  return new ServiceLogger(readable ? pino({ level }, terminal()) : pino({ level }));
}
