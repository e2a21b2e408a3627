/**
 * Memory of one daemon over many jobs: `npm run bench:soak -- 200000`. Prints the supervisor's resident set size after
 * a warm-up and at the end, and fails if it grew by 20 MB or more. The jobs are enqueued as they are used up, so that
 * Redis stays small.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { readVitals } from '../daemon/supervisor/vitals.js'
import { Queue } from '../src/index.js'
import { compiledRoot, projectRoot } from '../test/helpers/paths.js'

const LIMIT_BYTES = 20 * 1024 * 1024
const total = Number(process.argv[2] ?? 200_000)
const warmUp = Math.min(20_000, total / 4)

const folder = await mkdtemp(join(tmpdir(), 'rqd-soak-'))
const socket = join(folder, 'redis.sock')
const server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder], {
  stdio: 'ignore',
})
const redis = new Redis({ path: socket, maxRetriesPerRequest: null })
redis.on('error', () => undefined)
await redis.ping()
const tasks = join(projectRoot, 'test/fixtures/tasks')
const args = ['-u', `unix://${socket}`, '-P', tasks, '--socket', join(folder, 's'), '-q', '-N', '2']
const daemon = spawn(process.execPath, [join(compiledRoot, 'daemon/bin/rqd.js'), ...args], { stdio: 'inherit' })
const queue = new Queue('default', { connection: redis })
let enqueued = 0
let grown: number
try {
  let warmBytes = 0
  for (let done = 0; done < total;) {
    const depth = await redis.llen('rq:queue:default')
    done = enqueued - depth
    if (warmBytes === 0 && done >= warmUp) warmBytes = readVitals(daemon.pid ?? 0)?.rssBytes ?? 0
    if (depth < 2_000 && enqueued < total) {
      const batch = Array.from({ length: Math.min(1_000, total - enqueued) }, () =>
        queue.with({ resultTtl: 1 }).enqueue('arithmetic.add', 1, 2),
      )
      await Promise.all(batch)
      enqueued += batch.length
    } else {
      await delay(20)
    }
  }
  const endBytes = readVitals(daemon.pid ?? 0)?.rssBytes ?? 0
  grown = endBytes - warmBytes
  const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  console.log(`${total} jobs: ${mib(warmBytes)} after ${warmUp}, ${mib(endBytes)} at the end, grown by ${mib(grown)}`)
} finally {
  daemon.kill('SIGTERM')
  await once(daemon, 'exit')
  redis.disconnect()
  server.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
}
process.exitCode = grown < LIMIT_BYTES ? 0 : 1
