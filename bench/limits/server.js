// The same kind of server as the service (Nest on Fastify) with nothing behind it, as a process of its own: `POST /empty` reads JSON and
// answers; `POST /select-insert` reads a person and writes a decision, the least that a decision over HTTP costs on this database.
// Environment: DATABASE_URL or DIRECTORY, STATE_BYTES, DECISION_BYTES, PEOPLE.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import pg from 'pg';

const { DATABASE_URL, DIRECTORY, STATE_BYTES, DECISION_BYTES, PEOPLE } = process.env;
const pool = DATABASE_URL
  ? new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
  : new PGlite(`file://${DIRECTORY}/pg`);
await pool.query('create table limit_people (id text primary key, state bytea)');
await pool.query(
  'create table limit_decisions (id bigint generated always as identity primary key, person text, result bytea)',
);
await pool.query(
  `insert into limit_people select 'bench-' || lpad(n::text, 8, '0'), $1::bytea from generate_series(0, $2::int) n`,
  [randomBytes(Number(STATE_BYTES)), Number(PEOPLE)],
);
const result = randomBytes(Number(DECISION_BYTES));

class LimitController {
  empty() {
    return { success: true };
  }

  async selectInsert({ userId }) {
    const { rows } = await pool.query('select state from limit_people where id = $1', [userId]);
    if (rows.length !== 1) throw new Error(`nobody is ${userId}`);
    const inserted = await pool.query(
      'insert into limit_decisions (person, result) values ($1, $2) returning id',
      [userId, result],
    );
    return { outcome: 'limit', id: inserted.rows[0].id };
  }
}

/** What decorators would do, in a file that is not compiled. */
function route(name, path) {
  const method = Object.getOwnPropertyDescriptor(LimitController.prototype, name);
  Post(path)(LimitController.prototype, name, method);
  HttpCode(200)(LimitController.prototype, name, method);
  Body()(LimitController.prototype, name, 0);
}
route('empty', 'empty');
route('selectInsert', 'select-insert');
Controller()(LimitController);
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Nest knows modules by their class
class LimitModule {}
Module({ controllers: [LimitController] })(LimitModule);

const app = await NestFactory.create(LimitModule, new FastifyAdapter({ bodyLimit: 2 ** 21 }), {
  logger: ['error'],
});
await app.listen(0, '127.0.0.1');
process.on('disconnect', () => process.exit(0));
process.send({ url: await app.getUrl() });
