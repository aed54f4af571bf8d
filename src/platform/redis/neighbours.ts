import { Injectable } from '@nestjs/common';
import { Redis } from './redis.js';
import { Log } from '../telemetry/index.js';

/** What other processes may want to look at: they would find it themselves, only later. */
export type Topic = 'signals' | 'work' | 'playbook';

/** Tells the other processes that there is something to look at. A word may get lost; whoever listens also looks by itself now and then. */
@Injectable()
export class Neighbours {
  private readonly log = new Log('redis');
  private readonly listeners = new Map<string, (() => void)[]>();
  private readonly unsaid = new Set<Topic>();
  private channel: string | undefined;
  private saying = false;

  constructor(private readonly redis: Redis) {}

  /** Begins to listen, and to be heard; without REDIS_URL there is nobody to talk to. */
  async start(): Promise<void> {
    if (!this.redis.configured || this.channel !== undefined) return;
    this.channel = `${await this.redis.prefix()}:news`;
    this.redis.commands();
    if (this.listeners.size === 0) return;
    const connection = this.redis.connect('messages');
    connection.on('message', (_channel: string, topic: string) => {
      for (const listener of this.listeners.get(topic) ?? []) listener();
    });
    const { channel } = this;
    connection.on('ready', () => {
      connection.subscribe(channel).catch((error: unknown) => {
        this.log.debug('redis.listening_failed', { error });
      });
    });
  }

  /** Listens; before `start`. */
  onTold(topic: Topic, listener: () => void): void {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  /** Says it soon, and once for all that is said while the last word is on its way. */
  tell(topic: Topic): void {
    if (this.channel === undefined || !this.redis.up) return;
    this.unsaid.add(topic);
    if (!this.saying) void this.say(this.channel);
  }

  private async say(channel: string): Promise<void> {
    this.saying = true;
    try {
      for (const topic of this.unsaid) {
        this.unsaid.delete(topic);
        await this.redis.within(this.redis.commands().publish(channel, topic));
      }
    } catch (error) {
      this.unsaid.clear();
      this.log.debug('redis.telling_failed', { error });
    } finally {
      this.saying = false;
    }
  }
}
