import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';
import { type GuardedRequest } from '../access/index.js';
import { RoomService } from './room.service.js';

/** Lets in as many requests for a decision as can be answered soon, before anything is done about them; the others are told when to come back. */
@Injectable()
export class RoomInterceptor implements NestInterceptor {
  constructor(private readonly room: RoomService) {}

  /** @throws Problem 429 */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    this.room.enter(request);
    return next.handle().pipe(
      finalize(() => {
        this.room.leave(request);
      }),
    );
  }
}
