import { Injectable } from '@nestjs/common';

/** Runs what is due. */
@Injectable()
export class TimersService {
  start(): void {
    // soon
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
}
