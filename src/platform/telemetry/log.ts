import { Logger } from '@nestjs/common';
import { type EventName, EVENTS } from './events.js';
import { type Fields, plainFields } from './plain.js';

/**
 * One part of the service speaking into the log: an event of the vocabulary, and fields that name things. Errors go in as `error` and come out
 * as their type, code and place: their words may quote a person.
 */
export class Log {
  private readonly logger: Logger;

  constructor(context: string) {
    this.logger = new Logger(context);
  }

  debug(event: EventName, fields: Fields = {}): void {
    this.logger.debug(line(event, fields));
  }
  info(event: EventName, fields: Fields = {}): void {
    this.logger.log(line(event, fields));
  }
  warn(event: EventName, fields: Fields = {}): void {
    this.logger.warn(line(event, fields));
  }
  error(event: EventName, fields: Fields = {}): void {
    this.logger.error(line(event, fields));
  }
  fatal(event: EventName, fields: Fields = {}): void {
    this.logger.fatal(line(event, fields));
  }
}

/** A line of the vocabulary, known by its class to whoever writes it down. */
export class Line {
  readonly event: EventName;
  readonly msg: string;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(event: EventName, fields: Fields) {
    this.event = event;
    this.msg = EVENTS[event];
    this.fields = plainFields(fields);
  }
}

function line(event: EventName, fields: Fields): Line {
  return new Line(event, fields);
}
