import { startFailure } from './start-failure.js';

const environment = {
  PORT: 3000,
  HOST: '127.0.0.1',
  DATA_DIR: '/srv/data',
  DATABASE_URL: 'postgres://someone:secret@db.example.com:5432/shop',
};
const failed = (members: object): Error => Object.assign(new Error('it failed'), members);

describe('a start that failed for a variable', () => {
  it.each([
    [{ code: 'EADDRINUSE', syscall: 'listen' }, /^PORT 3000 is taken/],
    [{ code: 'EACCES', syscall: 'listen' }, /^PORT 3000 should be/],
    [{ code: 'EADDRNOTAVAIL', syscall: 'listen' }, /^HOST 127\.0\.0\.1 should be/],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: '127.0.0.1' }, /^HOST/],
    [{ code: 'EACCES', syscall: 'mkdir', path: '/srv/data' }, /^DATA_DIR \/srv\/data should be a folder/],
    [{ code: 'ENOENT', syscall: 'mkdir', path: '/srv' }, /^DATA_DIR \/srv\/data should be a folder/],
    [{ code: '28P01' }, /^DATABASE_URL should name a database and a role/],
    [{ code: '3D000' }, /^DATABASE_URL/],
    [
      { code: 'ECONNREFUSED', syscall: 'connect' },
      /^DATABASE_URL should name a server that answers: db\.example\.com:5432/,
    ],
  ])('names it: %j', (members, line) => {
    const said = startFailure(failed(members), environment);
    expect(said).toMatch(line);
    expect(said).not.toMatch(/secret|\n/);
  });

  it('says nothing of a defect', () => {
    expect(startFailure(failed({ code: '42601' }), environment)).toBeNull();
    expect(
      startFailure(failed({ code: 'EACCES', syscall: 'open', path: '/srv/da' }), environment),
    ).toBeNull();
    expect(startFailure('no error', environment)).toBeNull();
  });
});
