import type { Redis } from 'ioredis'

/** What Redis did per job. */
export interface Traffic {
  /** Commands that it ran, those of scripts counted as well. */
  readonly commands: number
  /**
   * Times that it read from a client's connection: what is sent at once counts once, so that this is the number of
   * round trips, or of packets on a wire.
   */
  readonly reads: number
}

/**
 * Since the last CONFIG RESETSTAT, as Redis counts it by itself.
 * @param own how many commands the benchmark sent meanwhile, one at a time
 */
export async function readTraffic(redis: Redis, jobs: number, own: number): Promise<Traffic> {
  const info = await redis.info('stats')
  const number = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  return {
    commands: (number('total_commands_processed') - own) / jobs,
    reads: (number('total_reads_processed') - own) / jobs,
  }
}
