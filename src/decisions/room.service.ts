import { Injectable } from '@nestjs/common';
import { actorId, type GuardedRequest } from '../access/index.js';
import { Problem } from '../platform/http/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { Room } from './room.js';

/** Which requests for a decision are under way. */
@Injectable()
export class RoomService {
  private readonly room = new Room();
  /** Whose place each request has. */
  private readonly places = new WeakMap<GuardedRequest, string>();

  constructor(private readonly metrics: Metrics) {}

  /** @throws Problem 429 when as many are under way as can be answered soon. */
  enter(request: GuardedRequest): void {
    const caller = request.caller === undefined ? 'nobody' : actorId(request.caller.actor);
    const afterSeconds = this.room.enter(caller, performance.now());
    if (afterSeconds > 0) {
      this.metrics.count('countersign_decisions_refused_total', {});
      throw new Problem(
        429,
        'overloaded',
        'Too many decisions are under way; nothing was decided.',
        undefined,
        { 'retry-after': String(afterSeconds) },
      );
    }
    this.places.set(request, caller);
  }

  /** Gives a request's place to the next, if it still has one. */
  leave(request: GuardedRequest): void {
    const caller = this.places.get(request);
    if (caller === undefined) return;
    this.places.delete(request);
    this.room.leave(caller, performance.now());
  }
}
