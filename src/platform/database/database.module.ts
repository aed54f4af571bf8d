import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Database } from './database.js';

/** The open database, for everyone. It is opened before Nest starts, so that a locked directory or a broken migration stops the start. */
@Global()
@Module({})
export class DatabaseModule {
  static of(database: Database): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: Database, useValue: database }],
      exports: [Database],
    };
  }
}
