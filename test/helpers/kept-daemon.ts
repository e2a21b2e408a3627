import type { Test } from 'tap'
import { type TestDaemon, startDaemon } from './daemon.js'
import type { TestRedis } from './redis.js'

/** A daemon whose service manager, this helper, starts it again whenever it has ended well. */
export interface KeptDaemon {
  /** The one that runs now, or ran last. */
  readonly now: () => TestDaemon
  /** All of them, the first one first. */
  readonly all: readonly TestDaemon[]
}

/** Start a daemon that is started again when it ends, until the test is over. */
export async function keepDaemon(
  t: Test,
  redis: TestRedis,
  args: readonly string[],
  options: { tasks?: string } = {},
): Promise<KeptDaemon> {
  const all: TestDaemon[] = []
  let isOver = false
  t.teardown(() => (isOver = true))
  const start = async (ready: boolean): Promise<void> => {
    const daemon = await startDaemon(t, redis, args, { ...options, ready })
    all.push(daemon)
    void daemon.ended.then(async ({ code }) => {
      if (code === 0 && !isOver) await start(false)
    })
  }
  await start(true)
  return {
    now: () => {
      const last = all.at(-1)
      if (last === undefined) throw new Error('no daemon was ever started')
      return last
    },
    all,
  }
}
