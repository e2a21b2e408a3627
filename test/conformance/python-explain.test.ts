import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { explainJob } from '../../src/index.js'
import type { Cause } from '../../src/explain/causes.js'
import { runProgram } from '../helpers/daemon.js'
import { python, pythonPath, rq, withoutPythonRq } from '../helpers/python.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// What real Python RQ makes of jobs, explained.

const skip = { skip: withoutPythonRq }
t.setTimeout(180_000)

async function causesOf(redis: TestRedis, jobId: string): Promise<Cause[]> {
  const { verdicts } = await explainJob(jobId, { connection: redis.client })
  return verdicts.map(({ cause }) => cause)
}

/** A Python worker, and a job of it that goes on until the gate is opened. */
async function startHolder(t: Test, redis: TestRedis) {
  const gate = join(redis.folder, 'gate')
  t.equal((await runProgram('mkfifo', [gate])).code, 0)
  await python(
    redis,
    `Queue('py', connection=redis).enqueue('subprocess.call', ['cat', '${gate}'], job_id='held')\nprint('null')`,
  )
  const worker = spawn(pythonPath, ['-m', 'rq.cli', 'worker', '--url', redis.url, '--name', 'w', 'py'], {
    stdio: 'ignore',
  })
  const ended = once(worker, 'exit')
  const kill = async (): Promise<void> => {
    if (worker.exitCode === null && worker.signalCode === null) worker.kill('SIGKILL')
    await ended
  }
  let isOpen = false
  // Its work horse reads to the end and exits, whether its worker lives or not.
  const openGate = async (): Promise<void> => {
    if (!isOpen) await (await open(gate, 'r+')).close()
    isOpen = true
  }
  t.teardown(async () => {
    await openGate()
    await kill()
  })
  await waitFor('the job to run', async () => (await redis.client.hget('rq:job:held', 'status')) === 'started')
  return { kill, openGate }
}

t.test('C7 P3 explain: how jobs ended in a Python worker', skip, async (t) => {
  const redis = await startRedis(t)
  await python(
    redis,
    `
q = Queue('py', connection=redis)
q.enqueue('operator.add', 1, 2, job_id='good')
q.enqueue('operator.truediv', 1, 0, job_id='bad')
q.enqueue('operator.nothing_of_this_name', job_id='unknown')
Queue('py', connection=redis, serializer=JSONSerializer).enqueue('operator.add', 1, 2, job_id='json')
q.enqueue('operator.add', 1, 2, job_id='child', depends_on='bad')
print('null')`,
  )
  t.strictSame(await causesOf(redis, 'good'), ['no-worker'])
  t.strictSame(await causesOf(redis, 'json'), ['no-worker', 'behind-others'])
  t.strictSame(await causesOf(redis, 'child'), ['dependency-unfinished'])
  t.equal((await rq(redis, ['worker', '--burst', 'py'])).code, 0)
  t.strictSame(await causesOf(redis, 'good'), ['finished'])
  t.strictSame(await causesOf(redis, 'bad'), ['failed'])
  t.strictSame(await causesOf(redis, 'unknown'), ['unknown-function'])
  t.strictSame(await causesOf(redis, 'json'), ['undecodable'])
  t.strictSame(await causesOf(redis, 'child'), ['dependency-failed'])
  const { verdicts } = await explainJob('bad', { connection: redis.client })
  t.equal(verdicts[0]?.sentence, 'Its code threw: ZeroDivisionError: division by zero')
})

t.test('C7 P3 explain: a job that a Python worker runs, is suspended before, and leaves behind', skip, async (t) => {
  const redis = await startRedis(t)
  const { kill } = await startHolder(t, redis)
  t.strictSame(await causesOf(redis, 'held'), ['running'])
  await python(redis, `Queue('py', connection=redis).enqueue('operator.add', 1, 2, job_id='next')\nprint('null')`)
  t.strictSame(await causesOf(redis, 'next'), ['workers-busy'])
  t.equal((await rq(redis, ['suspend'])).code, 0)
  t.strictSame(await causesOf(redis, 'next'), ['suspended'])
  await kill()
  // What is left of the worker expires within ninety seconds: here at once.
  await redis.client.del('rq:worker:w')
  t.strictSame(await causesOf(redis, 'held'), ['abandoned'])
})
