import { pino } from 'pino';
import { ServiceLogger } from './logger.js';

describe('the logger', () => {
  function written(act: (logger: ServiceLogger) => void, level = 'info'): Record<string, unknown>[] {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): void => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    };
    act(new ServiceLogger(pino({ level }, { write })));
    return lines;
  }

  it('writes one object a line, with who says it', () => {
    expect(
      written((logger) => {
        logger.warn('late', 'work');
      }),
    ).toMatchObject([{ level: 40, context: 'work', msg: 'late' }]);
  });

  it('keeps the stack of an error and the fields of an object', () => {
    const [fromError, fromNest, fields] = written((logger) => {
      logger.error(new Error('broken'), 'http');
      logger.error('broken', 'Error: broken\n  at x', 'http');
      logger.error({ requestId: 'r1' }, 'http');
    });
    expect(fromError).toMatchObject({ msg: 'broken', context: 'http' });
    expect(String(fromError?.['stack'])).toContain('logger.spec');
    expect(fromNest).toMatchObject({ stack: 'Error: broken\n  at x', context: 'http', msg: 'broken' });
    expect(fields).toMatchObject({ requestId: 'r1', context: 'http' });
  });

  it('leaves out what is below its level, and what Nest says of every route', () => {
    const talk = (logger: ServiceLogger): void => {
      logger.debug('detail', 'work');
      logger.log('Mapped {/, GET} route', 'RouterExplorer');
      logger.log('started', 'work');
    };
    expect(written(talk).map((line) => line['msg'])).toEqual(['started']);
    expect(written(talk, 'silent')).toEqual([]);
  });
});
