import { Injectable } from '@nestjs/common';

/** Takes appended signals through profiles, triggers and outcomes. */
@Injectable()
export class IntakeService {
  start(): void {
    // soon
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
}
