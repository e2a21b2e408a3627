import t, { type Test } from 'tap'
import { systemRandom } from '../../../src/random.js'
import { connectRedis } from '../../../src/redis/connection.js'
import { createKeys } from '../../../src/redis/keys.js'
import { Commands } from '../../../src/worker/commands.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

const redis = await startRedis(t)

function setup(t: Test, prefix = 'rq'): { commands: Commands; heard: string[] } {
  const heard: string[] = []
  const commands = new Commands({
    connect: () => connectRedis(redis.url, { commandTimeoutMs: 10_000, random: systemRandom }),
    keys: createKeys(prefix),
    workers: ['w.1', 'w.2'],
    logger: new RecordingLogger(),
    listener: {
      stopJob: (worker, jobId, execution) => heard.push(`stop ${worker} ${jobId} ${execution ?? '-'}`),
      killHorse: (worker) => heard.push(`kill ${worker}`),
      shutdown: (worker) => heard.push(`shutdown ${worker}`),
    },
  })
  t.teardown(() => commands.stop())
  return { commands, heard }
}

t.test('W17: each worker hears its own commands; what nobody knows is ignored', async (t) => {
  const { commands, heard } = setup(t)
  await commands.start()
  for (const [channel, text] of [
    ['rq:pubsub:w.1', '{"command": "stop-job", "job_id": "a"}'],
    ['rq:pubsub:w.2', '{"command": "stop-execution", "job_id": "a", "execution_id": "e"}'],
    ['rq:pubsub:w.1', 'garbage'],
    ['rq:pubsub:w.1', 'null'],
    ['rq:pubsub:w.1', '{"command": "stop-job", "job_id": 7}'],
    ['rq:pubsub:w.1', '{"command": "sing"}'],
    ['rq:pubsub:w.2', '{"command": "kill-horse"}'],
    ['rq:pubsub:w.1', '{"command": "shutdown"}'],
  ] as const) {
    t.equal(await redis.client.publish(channel, text), 1)
  }
  await waitFor('all commands', () => heard.length >= 4)
  t.strictSame(heard, ['stop w.1 a -', 'stop w.2 a e', 'kill w.2', 'shutdown w.1'])
})

t.test('W17: a connection that breaks is made anew', async (t) => {
  const { commands, heard } = setup(t, 'x')
  await commands.start()
  commands.reconnect()
  // The old connection may take some of them with it.
  await waitFor('a command', async () => {
    await redis.client.publish('x:pubsub:w.1', '{"command": "kill-horse"}')
    return heard.length > 0
  })
})

t.test('W17, C3: workers that come are heard from then on, those that go are not', async (t) => {
  const { commands, heard } = setup(t, 'y')
  await commands.serve(['w.1', 'w.2', 'w.3'])
  await commands.start()
  await commands.serve(['w.1', 'w.4'])
  const send = (worker: string): Promise<number> =>
    redis.client.publish(`y:pubsub:${worker}`, '{"command": "kill-horse"}')
  t.same([await send('w.1'), await send('w.2'), await send('w.3'), await send('w.4')], [1, 0, 0, 1])
  await waitFor('both commands', () => heard.length === 2)
  t.same(heard, ['kill w.1', 'kill w.4'])
})

t.test('it can be stopped before it is started, and twice', async (t) => {
  const { commands } = setup(t)
  await commands.stop()
  await commands.stop()
  await commands.start()
  t.equal(await redis.client.publish('rq:pubsub:w.1', '{}'), 0)
})
