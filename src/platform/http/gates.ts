import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';

/** Looks at a request before its body is read. Throws a `Problem` to refuse it; headers of the answer are set here too. */
type Gate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Who is asked before a body is read: what is refused for its head alone should not cost the reading. */
@Injectable()
export class Gates {
  private readonly gates = new Map<string, Gate>();

  /** @param name as in `@RawBodyRoute(name)`. */
  set(name: string, gate: Gate): void {
    this.gates.set(name, gate);
  }

  /** @throws Problem when the request is refused. */
  async ask(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { gate } = request.routeOptions.config;
    if (gate !== undefined) await this.gates.get(gate)?.(request, reply);
  }
}
