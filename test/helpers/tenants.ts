import { join } from 'node:path'
import type { Test } from 'tap'
import { MarkFile } from '../../chaos/mark-file.js'
import { type Execution, executionsOf } from '../../chaos/marks.js'
import { Queue } from '../../src/index.js'
import { type TestDaemon, startDaemon } from './daemon.js'
import { projectRoot } from './paths.js'
import { type TestRedis, startRedis } from './redis.js'
import { waitFor } from './wait-for.js'

const BOUND_MS = 60_000

/** A daemon that serves tenants, with jobs that leave marks. */
export interface TenantsRig {
  readonly redis: TestRedis
  readonly daemon: TestDaemon
  /** Start one more. */
  another(args: readonly string[]): Promise<TestDaemon>
  enqueue(tenant: string, count: number, ms: number, queue?: string): Promise<void>
  /** Enqueue jobs that run until this file is there. */
  hold(tenant: string, count: number, file: string, queue?: string): Promise<void>
  /** Jobs whose function was called so far, in order. */
  begun(): string[]
  /** Each run of a job so far. */
  runs(): Execution[]
  /** Resolves when so many have ended, each once. */
  ended(count: number): Promise<void>
}

/** Start one for this test. */
export async function startTenants(
  t: Test,
  args: readonly string[],
  queues: readonly string[] = ['work'],
): Promise<TenantsRig> {
  const redis = await startRedis(t)
  const marks = new MarkFile(join(redis.folder, 'marks'))
  t.teardown(() => marks.close())
  const another = (more: readonly string[]): Promise<TestDaemon> =>
    startDaemon(t, redis, ['--spares', '0', ...more, ...queues], {
      env: { RQD_CHAOS_MARKS: marks.path },
      tasks: join(projectRoot, 'chaos/tasks'),
    })
  const daemon = await another(args)
  let jobs = 0
  const put = async (tenant: string, count: number, name: string, func: string, what: unknown): Promise<void> => {
    const queue = new Queue(name, { connection: redis.client, prefix: `{${tenant}}:rq` })
    const ids = Array.from({ length: count }, () => `${tenant}-${name}-${(jobs += 1)}`)
    await Promise.all(ids.map((jobId) => queue.with({ jobId }).enqueue(func, jobId, what)))
  }
  return {
    redis,
    daemon,
    another,
    enqueue: (tenant, count, ms, name = 'work') => put(tenant, count, name, 'work.run', ms),
    hold: (tenant, count, file, name = 'work') => put(tenant, count, name, 'work.hold', file),
    begun: () => {
      marks.read()
      return marks.marks.flatMap(({ kind, jobId }) => (kind === 'begin' ? [jobId] : []))
    },
    runs: () => {
      marks.read()
      return [...executionsOf(marks.marks).values()].flat()
    },
    ended: async (count) => {
      await waitFor(`${count} jobs to end`, () => (marks.read(), marks.ended.size >= count), BOUND_MS)
      for (const runs of executionsOf(marks.marks).values()) t.equal(runs.length, 1, 'no job ran twice')
    },
  }
}
