import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /content-length: (\d+)/i;

/**
 * One kept-alive HTTP/1.1 connection that writes prepared bytes and reads status and body: as little work as possible for a load generator that
 * shares the cores with what it measures. One request at a time.
 */
export class Connection {
  #socket;
  #received = [];
  #size = 0;
  /** Bytes of the whole answer once its head is known; 0 before. */
  #expected = 0;
  #bodyAt = 0;
  #answered;

  /** @returns {Promise<Connection>} */
  static open(url) {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('connect', () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (part) => this.#read(part));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the server closed the connection')));
  }

  /** @param {Buffer} bytes a whole request; not to be changed until it is answered. @returns {Promise<{ status: number, body: Buffer }>} */
  send(bytes) {
    return new Promise((resolve, reject) => {
      this.#answered = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #end(error) {
    const waiting = this.#answered;
    this.#answered = undefined;
    waiting?.reject(error);
  }

  #read(part) {
    this.#received.push(part);
    this.#size += part.length;
    if (this.#expected === 0 && !this.#readHead()) return;
    if (this.#size < this.#expected) return;
    const answer = Buffer.concat(this.#received);
    const waiting = this.#answered;
    const body = answer.subarray(this.#bodyAt, this.#expected);
    this.#answered = undefined;
    this.#received = [];
    this.#size = 0;
    this.#expected = 0;
    waiting?.resolve({ status: Number(answer.latin1Slice(9, 12)), body });
  }

  #readHead() {
    const all = this.#received.length === 1 ? this.#received[0] : Buffer.concat(this.#received);
    this.#received = [all];
    const end = all.indexOf(HEAD_END);
    if (end < 0) return false;
    const length = LENGTH.exec(all.latin1Slice(0, end));
    if (length === null) {
      this.#end(new Error('an answer without content-length'));
      return false;
    }
    this.#bodyAt = end + HEAD_END.length;
    this.#expected = this.#bodyAt + Number(length[1]);
    return true;
  }
}
