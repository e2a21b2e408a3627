import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Queue } from '../../src/index.js'
import { rqctl, startDaemon, type Finished, type TestDaemon } from './daemon.js'
import { startRedis, type TestRedis } from './redis.js'
import { waitFor } from './wait-for.js'

/** A daemon with a task module and a configuration file that the test changes. */
export interface Deployment {
  readonly redis: TestRedis
  readonly daemon: TestDaemon
  readonly queue: Queue
  /** Where jobs write that they begin and end. */
  readonly trail: string
  /** Put another version of the task module in place. */
  deploy(version: string, extra?: string): void
  configure(options: Record<string, unknown>): void
  reload(...args: string[]): Promise<Finished>
  /** The version that runs jobs now. */
  versionNow(): Promise<string>
}

/** Start one, with these options in its file. */
export async function deployment(t: Test, options: Record<string, unknown> = {}): Promise<Deployment> {
  const redis = await startRedis(t)
  const tasks = join(redis.folder, 'tasks')
  const config = join(redis.folder, 'rqd.config.json')
  const trail = join(redis.folder, 'trail')
  mkdirSync(tasks)
  writeFileSync(trail, '')
  const deploy = (version: string, extra = ''): void => {
    writeFileSync(
      join(tasks, 'shop.mjs'),
      `import { appendFileSync, existsSync } from 'node:fs'
       import { setTimeout as delay } from 'node:timers/promises'
       export const version = () => '${version}'
       export async function order(trail, n) {
         appendFileSync(trail, 'begin ' + n + '\\n')
         await delay(2)
         appendFileSync(trail, 'end ' + n + '\\n')
         return '${version}'
       }
       export async function hold(gate) {
         while (!existsSync(gate)) await delay(10)
         return '${version}'
       }
       ${extra}`,
    )
  }
  const configure = (given: Record<string, unknown>): void =>
    writeFileSync(config, JSON.stringify({ queues: ['default'], executors: 2, name: 'web', ...given }))
  deploy('v1')
  configure(options)
  const daemon = await startDaemon(t, redis, ['--config', config], { tasks })
  const queue = new Queue('default', { connection: redis.client })
  return {
    redis,
    daemon,
    queue,
    trail,
    deploy,
    configure,
    reload: (...more) => rqctl(['reload', ...more, '--socket', daemon.socket]),
    versionNow: async () => {
      const job = await queue.with({ atFront: true }).enqueue('shop.version')
      await waitFor('the version to be told', async () => (await job.refresh()).status === 'finished')
      return String(job.result)
    },
  }
}
