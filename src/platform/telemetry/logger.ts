import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, pino, type Logger as Pino } from 'pino';
import { EVENTS } from './events.js';
import { Line } from './log.js';
import { plainError } from './plain.js';
import { currentIds } from './tracing.js';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** What pino writes. */
interface Entry {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly context?: string;
}
/** Members of a line that have their own place in it, or say nothing in a terminal. */
const SHOWN = new Set(['level', 'time', 'msg', 'context', 'event', 'pid', 'hostname']);

/** Where a terminal's lines go: time, level, who, what. */
function terminal(): DestinationStream {
  return {
    write(line: string) {
      const entry = JSON.parse(line) as Entry;
      const more = Object.fromEntries(Object.entries(entry).filter(([name]) => !SHOWN.has(name)));
      const at = new Date(entry.time).toISOString().slice(11, 19);
      const level = (pino.levels.labels[entry.level] ?? '').padEnd(5);
      const rest = Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`;
      process.stdout.write(`${at} ${level} ${entry.context ?? '-'}: ${entry.msg ?? ''}${rest}\n`);
    },
  };
}

/** What Nest says of itself while it starts: a line for every route and module, made of our own names. */
const NEST = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * Nest's logger on pino: one JSON object a line, or readable lines in a terminal. Lines come from `Log`; what anybody else says is reduced to
 * the fact that something was said, since nobody knows whom it quotes.
 */
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
    if (!this.pino.isLevelEnabled(level)) return;
    const said = rest.filter((part) => typeof part === 'string').at(-1);
    const context = said !== undefined && /^[\w-]{1,60}$/.test(said) ? said : 'nest';
    if (message instanceof Line)
      this.pino[level]({ context, event: message.event, ...message.fields }, message.msg);
    else if (message instanceof Error)
      this.pino[level]({ context, event: 'nest', error: plainError(message) }, EVENTS.nest);
    else if (typeof message === 'string' && NEST.has(context))
      this.pino[level]({ context, event: 'nest' }, message);
    else this.pino[level]({ context, event: 'nest' }, EVENTS.nest);
  }
}

/** @param level a pino level, or `silent`. */
export function createLogger(level: string): ServiceLogger {
  const readable = process.stdout.isTTY && process.env['NODE_ENV'] !== 'production';
  const options = { level, mixin: currentIds };
  return new ServiceLogger(readable ? pino(options, terminal()) : pino(options));
}
