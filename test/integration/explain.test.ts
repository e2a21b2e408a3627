import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Queue } from '../../src/index.js'
import type { Explanation, Verdict } from '../../src/explain/explanation.js'
import { runRqctl } from '../daemon/cli/run-rqctl.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// C7: what becomes of jobs in a real daemon, explained by it and by rqctl alone. All other causes have their fixtures in
// test/src/explain.

interface Place {
  readonly redis: TestRedis
  readonly queue: Queue
  readonly socket: string
  /** Ask the daemon. */
  explain(jobId: string): Promise<{ first: Verdict; all: Explanation }>
  /** Wait until the first verdict is this one. */
  until(jobId: string, cause: Verdict['cause']): Promise<Verdict>
}

async function setUp(t: Test): Promise<Place> {
  const redis = await startRedis(t)
  const { socket } = await startDaemon(t, redis, ['-N', '1', '--name', 'w', 'default'])
  const queue = new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
  const explain = async (jobId: string) => {
    const { stdout } = await runRqctl(['explain', jobId, '--json', '--socket', socket])
    const all = JSON.parse(stdout) as Explanation
    const [first] = all.verdicts
    if (first === undefined) throw new Error(`no verdict: ${stdout}`)
    return { first, all }
  }
  return {
    redis,
    queue,
    socket,
    explain,
    until: async (jobId, cause) => {
      let last: Verdict | undefined
      const found = async (): Promise<Verdict | undefined> => {
        last = (await explain(jobId)).first
        return last.cause === cause ? last : undefined
      }
      return waitFor(`job ${jobId} to be ${cause}`, found, 60_000).catch((thrown: unknown) => {
        throw new Error(`it was ${JSON.stringify(last)}`, { cause: thrown })
      })
    },
  }
}

const evidence = ({ evidence: facts }: Verdict, name: string): unknown =>
  facts.find((fact) => fact.name === name)?.value

t.test('C7 explain: a job that runs, those behind it, and a queue that its daemon has paused', async (t) => {
  const { redis, queue, socket, until, explain } = await setUp(t)
  const gate = join(redis.folder, 'gate')
  const first = await queue.enqueue('gate.wait', gate)
  const running = await until(first.id, 'running')
  t.match(running.evidence, [{ name: 'worker', value: 'w' }])
  t.equal(running.next, `see what it prints: rqctl logs -f ${first.id}`)
  const [second, third] = [await queue.enqueue('arithmetic.add', 1, 2), await queue.enqueue('arithmetic.add', 1, 2)]
  await until(second.id, 'workers-busy')
  const { all } = await explain(third.id)
  t.same(
    all.verdicts.map(({ cause }) => cause),
    ['workers-busy', 'behind-others'],
  )
  t.equal((await runRqctl(['pause', 'default', '--socket', socket])).code, 0)
  const paused = (await explain(third.id)).all.verdicts
  t.same(
    paused.map(({ cause }) => cause),
    ['paused', 'workers-busy', 'behind-others'],
  )
  t.equal(evidence(paused[0]!, 'pausedBy'), 'w')
  t.equal((await runRqctl(['resume', 'default', '--socket', socket])).code, 0)
  await writeFile(gate, '')
  const finished = await until(third.id, 'finished')
  t.equal(evidence(finished, 'worker'), 'w')
})

t.test('C7 explain: every way in which a job fails in a daemon', async (t) => {
  const { redis, queue, until } = await setUp(t)
  const { client } = redis
  // It does not look for the functions that it enqueues.
  const elsewhere = new Queue('default', { connection: client })

  const thrown = await until((await queue.enqueue('thrower.fail', 'closed')).id, 'failed')
  t.match(evidence(thrown, 'error'), /^ShopClosed: closed/)
  t.match(thrown.next, /^run it again: rqctl requeue --queue default /)

  const dead = await until((await queue.enqueue('thrower.leave', 7)).id, 'died')
  t.equal(evidence(dead, 'deathCause'), 'exit code')
  t.equal(evidence(dead, 'exitCode'), 7)

  const late = await until((await queue.with({ jobTimeout: 1 }).enqueue('spinner.spin')).id, 'timed-out')
  t.match(late.next, /^raise its timeout/)

  const unknown = await until((await elsewhere.enqueue('nowhere.at_all')).id, 'unknown-function')
  t.match(unknown.next, /^name the folder of its module with --path/)

  const fields = { origin: 'default', status: 'queued', timeout: '180', data: '["arithmetic.add", null, [1, 2], {}]' }
  await client.hset('rq:job:garbage', { ...fields, data: 'garbage' })
  await client.hset('rq:job:field', { ...fields, timeout: '5m' })
  await client.hset('rq:job:callless', { origin: 'default', status: 'queued', timeout: '180' })
  await client.rpush('rq:queue:default', 'garbage', 'field', 'callless')
  t.match((await until('garbage', 'undecodable')).sentence, /neither zlib, pickle nor JSON/)
  t.match((await until('field', 'unreadable-field')).sentence, /field timeout: found "5m"/)
  await until('callless', 'no-data')

  const stopped = await queue.enqueue('sleeper.untilAborted')
  await until(stopped.id, 'running')
  await (await stopped.refresh()).stop()
  await until(stopped.id, 'stopped')

  const again = await queue.with({ retry: { max: 2, interval: 600 } }).enqueue('thrower.fail', 'closed')
  const planned = await until(again.id, 'retry-planned')
  t.equal(evidence(planned, 'retriesLeft'), 1)
  const later = await queue.enqueueIn('1h', 'arithmetic.add', 1, 2)
  t.ok(evidence(await until(later.id, 'scheduled'), 'scheduler'))
})
