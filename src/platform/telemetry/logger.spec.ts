import { Logger } from '@nestjs/common';
import { pino } from 'pino';
import { type Fields } from './plain.js';
import { Log } from './log.js';
import { ServiceLogger } from './logger.js';

describe('the logger', () => {
  function written(act: (logger: ServiceLogger) => void, level = 'info'): Record<string, unknown>[] {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): void => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    };
    const logger = new ServiceLogger(pino({ level }, { write }));
    Logger.overrideLogger(logger);
    act(logger);
    return lines;
  }

  it('writes one object a line: the event, its words, its fields and who says it', () => {
    expect(
      written(() => {
        new Log('work').warn('work.failed', { kind: 'draft.written', work: 7, attempt: 2 });
      }),
    ).toMatchObject([
      {
        level: 40,
        context: 'work',
        event: 'work.failed',
        msg: 'work failed and is tried again',
        kind: 'draft.written',
        work: 7,
        attempt: 2,
      },
    ]);
  });

  it('keeps of an error its type, code and place, and nothing it says', () => {
    const failed = Object.assign(new TypeError('lovelace@example.com is no number'), {
      code: '23505',
      detail: 'Key (email)=(lovelace@example.com) already exists.',
      table: 'people',
      constraint: 'people_email_key',
    });
    const [line] = written(() => {
      new Log('http').error('http.defect', { error: new Error('outer', { cause: failed }) });
    });
    expect(JSON.stringify(line)).not.toContain('lovelace@');
    expect(line).toMatchObject({
      error: {
        type: 'Error',
        at: expect.arrayContaining([expect.stringContaining('logger.spec')]) as unknown,
        cause: { type: 'TypeError', code: '23505', table: 'people', constraint: 'people_email_key' },
      },
    });
  });

  it('takes no line of a message for a place', () => {
    const message = 'no\n    at Ada (/home/ada-lovelace:1:2)\n    at file:///lovelace:1:1';
    const lines = written(() => {
      const log = new Log('http');
      log.error('http.defect', { error: new Error(message) });
      const changed = new Error(message);
      changed.message = 'another';
      log.error('http.defect', { error: changed });
      log.error('http.defect', { error: 'lovelace' });
    });
    expect(JSON.stringify(lines)).not.toMatch(/lovelace/i);
  });

  it('lets no sentence and no address through a field', () => {
    const fields: Fields = { message: 'msg_01', key: 'lovelace@example.com', kind: 'Dear Ada', reason: 'ok' };
    const [line] = written(() => {
      new Log('dispatch').warn('dispatch.fate_unknown', fields);
    });
    expect(line).toMatchObject({
      message: 'msg_01',
      key: '(left out)',
      kind: '(left out)',
      reason: 'ok',
      msg: 'nobody knows whether a message left: it stops for a person',
    });
  });

  it('says of what others say only that they said it', () => {
    const lines = written((logger) => {
      logger.error('Lovelace is here', 'Error: Lovelace\n  at x', 'ExceptionsHandler');
      logger.warn({ user: 'lovelace' }, 'Library');
      logger.error(new Error('lovelace'), 'Ada Lovelace');
    });
    expect(JSON.stringify(lines)).not.toMatch(/lovelace/i);
    expect(lines).toMatchObject([
      { event: 'nest', context: 'ExceptionsHandler' },
      { event: 'nest', context: 'Library' },
      { event: 'nest', context: 'nest', error: { type: 'Error' } },
    ]);
  });

  it('leaves out what is below its level, and what Nest says of every route', () => {
    const talk = (logger: ServiceLogger): void => {
      new Log('work').debug('work.offering_failed');
      logger.log('Mapped {/, GET} route', 'RouterExplorer');
      new Log('playbook').info('playbook.waits');
    };
    expect(written(talk).map((line) => line['event'])).toEqual(['playbook.waits']);
    expect(written(talk, 'silent')).toEqual([]);
    expect(written(talk, 'debug').map((line) => line['msg'])).toContain('Mapped {/, GET} route');
  });
});
