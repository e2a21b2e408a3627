import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { FsckReport } from '../../src/fsck/report.js'
import { rqctl, startDaemon } from '../helpers/daemon.js'
import { Factory } from '../helpers/factory.js'
import { pythonPath, withoutPythonRq } from '../helpers/python.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

const OURS = 2_000
const THEIRS = 30

// A process for each job: the way in which a job is in no place for longest.
function startPythonWorker(t: Test, redis: TestRedis): void {
  const args = ['-m', 'rq.cli', 'worker', '--url', redis.url, '-S', 'rq.serializers.JSONSerializer', 'py', 'py2']
  const worker = spawn(pythonPath, args, { stdio: 'ignore' })
  t.teardown(async () => {
    if (worker.exitCode !== null || worker.signalCode !== null) return
    const closed = once(worker, 'close')
    worker.kill('SIGKILL')
    await closed
  })
}

t.test(
  'fsck --repair again and again beside our daemon and a Python worker under load: nothing is wrong, every job runs once',
  { skip: withoutPythonRq },
  async (t) => {
    const redis = await startRedis(t)
    const make = new Factory(redis.client)
    const { keys } = make
    const daemon = await startDaemon(t, redis, ['js', '--executors', '2'])
    startPythonWorker(t, redis)
    const ours = Array.from({ length: OURS }, (_, i) => `ours-${i}`)
    const theirs = Array.from({ length: THEIRS }, (_, i) => `theirs-${i}`)
    const feeding = (async () => {
      await make.enqueue(theirs, { queue: 'py', fields: { data: '["os.getcwd", null, [], {}]' } })
      // One after another: jobs come all the time while it looks.
      await make.enqueue(ours, { queue: 'js', fields: { data: '["arithmetic.add", null, [1, 2], {}]' } })
    })()
    const finished = async (): Promise<number> =>
      (await redis.client.zcard(keys.finished('js'))) + (await redis.client.zcard(keys.finished('py')))
    let rounds = 0
    let passing = 0
    do {
      const args = ['fsck', '--repair', '--wait', '5', '--json', '--socket', daemon.socket]
      const { code, stdout, stderr } = await rqctl(args)
      t.equal(code, 0, stderr)
      const report = JSON.parse(stdout) as FsckReport
      t.same(report.findings, [])
      rounds += 1
      passing += report.passing
    } while ((await finished()) < OURS + THEIRS && rounds < 12)
    await feeding
    await waitFor('all jobs to be finished', async () => (await finished()) === OURS + THEIRS, 60_000)
    t.comment(`${rounds} rounds, ${passing} suspects that were in motion`)
    const lookup = redis.client.pipeline()
    for (const id of [...ours, ...theirs]) lookup.xlen(keys.results(id))
    const runs = new Set(((await lookup.exec()) ?? []).map(([, length]) => length))
    t.same([...runs], [1], 'each job has one result')
    t.match((await daemon.status()).counters, { finished: OURS, failed: 0 })
  },
)
