import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { compiledRoot } from '../../helpers/paths.js'
import { waitFor } from '../../helpers/wait-for.js'
import { job, spawnExecutor, startExecutor, steps } from './start.js'

const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString()

void t.test('hello is answered by hello and ready', async (t) => {
  const executor = await startExecutor(t)
  t.match(executor.heard, [
    { type: 'hello', protocol: 2, pid: executor.pid, language: 'node', version: process.version },
    { type: 'ready' },
  ])
})

void t.test('jobs run in order; each tells started, then its result in the format of its payload', async (t) => {
  const executor = await startExecutor(t)
  executor.run(
    job('1', 'arithmetic.add', [1, 2]),
    job('2', 'arithmetic.addLater', [3, 4]),
    job('3', 'arithmetic.nothing'),
    job('4', 'arithmetic.describe', [1], { unit: 'm' }),
  )
  const last = await executor.result('e-4')
  t.same(
    steps(executor.heard),
    ['1', '2', '3', '4'].flatMap((id) => [`started e-${id}`, `ended e-${id}`]),
  )
  const first = await executor.result('e-1')
  t.match(first, { outcome: 'ok' })
  t.ok(first.startedAtMs <= first.endedAtMs)
  t.equal(first.outcome === 'ok' && text(first.value), '3')
  t.match(await executor.result('e-3'), { outcome: 'ok', value: null })
  t.equal(last.outcome === 'ok' && text(last.value)?.replaceAll(' ', ''), '[1,{"unit":"m"}]')
})

void t.test('the title tells what runs', async (t) => {
  const executor = await startExecutor(t)
  const title = () => readFileSync(`/proc/${executor.pid}/cmdline`, 'utf8').replace(/[\0 ]+$/, '')
  t.equal(title(), 'rqd: executor w1 idle')
  executor.run(job('7', 'spinner.spin'))
  await executor.began('e-7')
  t.equal(title(), 'rqd: executor w1 running spinner.spin (7)')
})

void t.test('the results before a function that never yields are told', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'arithmetic.add', [1, 2]), job('2', 'spinner.spin'))
  await executor.began('e-2')
  t.match(await executor.result('e-1'), { outcome: 'ok' })
  executor.child.kill('SIGTERM')
  t.match(await executor.ended, { signal: 'SIGTERM' }, 'SIGTERM ends even a spinning executor')
})

void t.test(
  'a result larger than the pipe is told before the next function, which never yields, is called',
  async (t) => {
    const executor = await startExecutor(t)
    executor.run(job('1', 'arithmetic.huge'), job('2', 'spinner.spin'))
    t.match(await executor.result('e-1'), { outcome: 'ok' })
    await executor.began('e-2')
  },
)

void t.test('an abort reaches the running function, and one that has not begun', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'sleeper.untilAborted'), job('2', 'sleeper.untilAborted'), job('3', 'sleeper.whoAmI'))
  await executor.began('e-1')
  executor.channel.send({ type: 'abort', execution: 'e-2', reason: 'stopped' })
  executor.channel.send({ type: 'abort', execution: 'e-1', reason: 'timeout' })
  executor.channel.send({ type: 'abort', execution: 'e-unknown', reason: 'timeout' })
  const results = [await executor.result('e-1'), await executor.result('e-2'), await executor.result('e-3')]
  t.same(
    results.map((result) => result.outcome === 'ok' && text(result.value)),
    ['"AbortError: timeout"', '"AbortError: stopped"', '"3"'],
  )
})

void t.test('exit ends after the running job and forgets the others', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'sleeper.untilAborted'), job('2', 'arithmetic.nothing'))
  await executor.began('e-1')
  executor.channel.send({ type: 'exit', why: 'stopping' })
  executor.run(job('3', 'arithmetic.nothing'))
  executor.channel.send({ type: 'abort', execution: 'e-1', reason: 'shutdown' })
  t.match(await executor.ended, { code: 0 })
  t.same(steps(executor.heard).filter((step) => step.startsWith('ended')).length, 1)

  const idle = await startExecutor(t)
  idle.channel.send({ type: 'exit', why: 'stopping' })
  t.match(await idle.ended, { code: 0 })
})

void t.test('exit is heard between jobs that never yield', async (t) => {
  const executor = await startExecutor(t)
  const gate = join(t.testdir(), 'gate')
  executor.run(job('1', 'gate.block', [gate]), ...['2', '3', '4'].map((id) => job(id, 'spinner.spinFor', [100])))
  await executor.began('e-1')
  executor.channel.send({ type: 'exit', why: 'stopping' })
  await executor.channel.flushed()
  writeFileSync(gate, '')
  t.match(await executor.ended, { code: 0 })
  t.ok(steps(executor.heard).filter((step) => step.startsWith('ended')).length < 4)
})

void t.test('a closed channel kills the whole group', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'spawner.orphan'))
  const result = await executor.result('e-1')
  const orphan = Number(result.outcome === 'ok' && text(result.value))
  t.ok(orphan > 0)
  executor.socket.destroy()
  t.match(await executor.ended, { signal: 'SIGKILL' })
  await waitFor('the orphan to die', () => !alive(orphan))
})

void t.test('processes started by jobs do not hold the channel open', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'spawner.orphan'))
  const result = await executor.result('e-1')
  const orphan = Number(result.outcome === 'ok' && text(result.value))
  executor.child.kill('SIGKILL')
  await new Promise((resolve) => executor.channel.onClose(resolve))
  t.ok(alive(orphan), 'the channel closed while a child of a job lives on')
})

void t.test('garbage on the channel ends the executor, with the reason on stderr', async (t) => {
  const executor = spawnExecutor(t)
  executor.socket.write('GET / HTTP/1.1\r\n\r\n')
  t.match(await executor.ended, { signal: 'SIGKILL' })
  t.match(executor.stderr(), /channel to the supervisor broke: a frame announces 1195725856 bytes/)
})

void t.test('terminal signals are ignored', async (t) => {
  const executor = await startExecutor(t)
  executor.child.kill('SIGINT')
  executor.child.kill('SIGHUP')
  executor.run(job('1', 'arithmetic.nothing'))
  t.match(await executor.result('e-1'), { outcome: 'ok' })
})

void t.test('an uncaught error or rejection fails the running job and ends the executor', async (t) => {
  for (const [func, message] of [
    ['thrower.uncaught', 'from a callback'],
    ['thrower.unhandled', 'nobody listens'],
  ] as const) {
    const executor = await startExecutor(t)
    executor.run(job('1', func), job('2', 'arithmetic.nothing'))
    t.match(await executor.ended, { code: 1 })
    t.match(executor.heard.slice(2), [
      { type: 'progress', ended: [], started: [{ execution: 'e-1' }] },
      { type: 'leaving' },
      { type: 'progress', ended: [{ outcome: 'error', error: { stage: 'run', errorType: 'Error', message } }] },
      { type: 'returned', executions: ['e-2'] },
    ])
    t.equal(executor.heard.length, 6)
    t.match(executor.stderr(), /uncaught error during job 1, which fails; the executor ends/)
  }
})

void t.test('an uncaught error outside a job ends the executor', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'thrower.straggler'))
  t.match(await executor.result('e-1'), { outcome: 'ok' })
  t.match(await executor.ended, { code: 1 })
  t.match(executor.stderr(), /uncaught error while no job ran/)
})

void t.test('process.exit in a function ends the process, after the results before it', async (t) => {
  const executor = await startExecutor(t)
  executor.run(job('1', 'arithmetic.nothing'), job('2', 'thrower.leave', [3]))
  t.match(await executor.ended, { code: 3 })
  t.same(steps(executor.heard), ['started e-1', 'ended e-1', 'started e-2'])
})

void t.test('another protocol version is fatal', async (t) => {
  const executor = await startExecutor(t, { protocol: 99 })
  t.match(await executor.hear('fatal'), { message: /speaks executor protocol 99, this executor 2/ })
  t.match(await executor.ended, { code: 1 })
  t.same(
    executor.heard.map((m) => m.type),
    ['hello', 'fatal'],
  )
})

void t.test('a run before hello, and a second hello, are fatal', async (t) => {
  const early = spawnExecutor(t)
  early.run(job('1', 'arithmetic.nothing'))
  t.match(await early.hear('fatal'), { message: 'the first message is run: expected hello' })
  const twice = await startExecutor(t)
  twice.channel.send({
    type: 'hello',
    protocol: 2,
    worker: 'w',
    taskPaths: [],
    preload: [],
    statsIntervalMs: 0,
    concurrency: 1,
  })
  t.match(await twice.hear('fatal'), { message: 'a second hello came' })
  t.match(await twice.ended, { code: 1 })
})

void t.test('without a socket as descriptor 3 it says who starts it', async (t) => {
  const child = spawn(process.execPath, [join(compiledRoot, 'daemon/executor/main.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  t.equal(code, 2)
  t.match(stderr, /descriptor 3 is no socket/)
})

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
