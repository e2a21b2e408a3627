import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ControlClient } from '../../daemon/control/client.js'
import type { DaemonEvent } from '../../daemon/events/event.js'
import { Queue } from '../../src/index.js'
import { fixtureTasks, rqctl, startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// C1: what a daemon tells those who have subscribed.

async function setup(t: Test, args: readonly string[] = []) {
  const redis = await startRedis(t)
  const read = join(redis.folder, 'read.sock')
  const daemon = await startDaemon(t, redis, [
    '-N',
    '1',
    '--spares',
    '0',
    '--read-socket',
    read,
    ...args,
    'default',
    'low',
  ])
  const queue = (name: string) => new Queue(name, { connection: redis.client, taskPaths: [fixtureTasks] })
  const told: DaemonEvent[] = []
  const client = await ControlClient.connect(read, { timeoutMs: 10_000, onEvent: (event) => told.push(event) })
  t.teardown(() => client.close())
  const heard = (type: string, fields: Record<string, unknown> = {}) =>
    waitFor(`${type}; there are ${told.map((event) => event.type).join(', ')}`, () =>
      told.find(
        (event) => event.type === type && Object.entries(fields).every(([name, value]) => event[name] === value),
      ),
    )
  return { redis, read, daemon, queue, told, client, heard }
}

t.test('C1: jobs, executors, queues and the daemon, as they go', async (t) => {
  const { redis, daemon, queue, told, client, heard } = await setup(t)
  await client.call('subscribe', {})
  const gate = join(redis.folder, 'gate')
  const waits = await queue('default').enqueue('gate.wait', gate)
  t.match(await heard('job.started', { jobId: waits.id }), { queue: 'default', func: 'gate.wait', worker: String })
  await writeFile(gate, '')
  await heard('job.finished', { jobId: waits.id })
  const fails = await queue('low').enqueue('gate.pass', join(redis.folder, 'none'))
  t.match(await heard('job.failed', { jobId: fails.id }), { queue: 'low', error: /the gate is shut/ })
  const status = await daemon.status()
  process.kill(status.executors[0]?.pid ?? 0, 'SIGKILL')
  await heard('executor.ended', { signal: 'SIGKILL' })
  await heard('executor.started')
  await rqctl(['pause', 'low', '--socket', daemon.socket])
  t.match(await heard('queue.paused'), { queues: ['low'] })
  await rqctl(['resume', '--socket', daemon.socket])
  await heard('queue.resumed')
  daemon.signal('SIGTERM')
  t.match(await heard('daemon.state'), { state: 'stopping', was: 'running' })
  const seqs = told.map(({ seq }) => seq)
  t.same(
    seqs,
    [...seqs].sort((a, b) => a - b),
  )
  t.same(
    told.filter(({ missed }) => missed !== undefined),
    [],
  )
  await daemon.ended
})

t.test('C1: filters; the read-only socket of a real daemon; who has changed something is in the log', async (t) => {
  const { redis, daemon, queue, told, client, heard, read } = await setup(t)
  await client.call('subscribe', { types: ['job.failed'], queues: ['low'] })
  const none = join(redis.folder, 'none')
  await queue('default').enqueue('gate.pass', none)
  const low = await queue('low').enqueue('gate.pass', none)
  await heard('job.failed', { jobId: low.id })
  t.equal(told.length, 1)
  const { code, stdout } = await rqctl(['events', '--type', 'job', '--socket', read])
  t.equal(code, 0)
  t.match(stdout, new RegExp(`job\\.failed +low ${low.id} gate\\.pass .*the gate is shut`))
  t.match(await rqctl(['pause', '--socket', read]), { code: 1, stderr: /is for reading only/ })
  await rqctl(['pause', 'low', '--socket', daemon.socket])
  await daemon.logged('control call')
  t.match(daemon.log(), new RegExp(`control call.*RQD_READ_ONLY.*rqctl \\d`))
})
