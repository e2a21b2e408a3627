import t, { type Test } from 'tap'
import { EarlyExecutors, earlyCount } from '../../../daemon/supervisor/early.js'
import { type ExecutorProcess, probeSetpriv, spawnNodeExecutor } from '../../../daemon/supervisor/spawn.js'
import { PROTOCOL_VERSION } from '../../../daemon/ipc/messages.js'
import { fixtureTasks } from '../../helpers/daemon.js'
import { isRunning } from '../../helpers/processes.js'

function setup(t: Test, count: number): { early: EarlyExecutors; started: ExecutorProcess[] } {
  const started: ExecutorProcess[] = []
  const spawn = (): ExecutorProcess => {
    const executor = spawnNodeExecutor({ environment: process.env, daemonId: 'early-test', heapMb: null })
    started.push(executor)
    return executor
  }
  t.teardown(async () => {
    for (const executor of started) executor.signal('SIGKILL')
    await Promise.all(started.map(({ ended }) => ended))
  })
  return { early: new EarlyExecutors(spawn, count), started }
}

t.before(probeSetpriv)

t.test('one that was started early answers the hello that comes late', async (t) => {
  const { early, started } = setup(t, 2)
  t.equal(started.length, 2)
  const executor = early.take()
  t.equal(executor, started[0])
  const heard: string[] = []
  const ready = new Promise<void>((resolve) => {
    executor.channel.onMessage(({ type }) => {
      heard.push(type)
      if (type === 'ready') resolve()
    })
  })
  executor.channel.send({
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    worker: 'w',
    taskPaths: [fixtureTasks],
    preload: [],
    statsIntervalMs: 0,
    concurrency: 1,
  })
  await ready
  t.same(heard, ['hello', 'ready'])
})

t.test('when those are taken, new ones are started', async (t) => {
  const { early, started } = setup(t, 1)
  t.equal(early.take(), started[0])
  t.equal(started.length, 1)
  t.equal(early.take(), started[1])
})

t.test('the end kills those that nobody took, and no other', async (t) => {
  const { early, started } = setup(t, 3)
  const taken = early.take()
  await early.end()
  t.same(
    started.slice(1).map(({ pid }) => isRunning(pid)),
    [false, false],
  )
  t.ok(isRunning(taken.pid))
  await early.end()
})

t.test('a system that refuses to start any is told to whoever takes one', async (t) => {
  const refuse = (): never => {
    throw new Error('no more processes')
  }
  const early = new EarlyExecutors(refuse, 2)
  t.throws(() => early.take(), { message: 'no more processes' })
  await early.end()
})

t.test('as many are started early as there are cores, if so many are asked for', async (t) => {
  t.equal(earlyCount(undefined, 4), 4)
  t.equal(earlyCount('2', 4), 2)
  t.equal(earlyCount('64', 4), 4)
  for (const wrong of ['0', '-3', '2.5', 'many', '']) t.equal(earlyCount(wrong, 4), 0, wrong)
})
