import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { type Job, Queue } from '../../src/index.js'
import { Child, until } from './child.js'
import { type Document, type DocumentServer, findDocuments, serveDocuments } from './documents.js'
import { type Column, grouped, row, rule, styler } from './screen.js'
import { countWords } from './tasks/words.js'

/** Jobs are small: when none ends for so long, something is wrong. */
const PATIENCE_MS = 30_000

export interface AppOptions {
  /** End when all words are counted, instead of staying up. */
  readonly once: boolean
  /** The folder of package.json. */
  readonly root: string
}

/** Told by the user to stop, which is no failure. */
class Stopped extends Error {}

/**
 * Count the words of this machine's documents: a private Redis, a daemon, one job per document, a table of results.
 * Nothing is left behind, however it ends.
 * @returns the exit code
 */
export async function main({ once, root }: AppOptions): Promise<number> {
  const signal = stopSignal()
  const folder = await mkdtemp(join(tmpdir(), 'rqd-'))
  const started: (Child | DocumentServer | Redis)[] = []
  const style = styler(process.stdout, process.env)
  try {
    await Promise.race([work(started, { once, root, folder }), signal.stopped])
    return 0
  } catch (thrown) {
    if (thrown instanceof Stopped) {
      print(`\n${style('dim', 'Stopping …')}`)
      return once ? 130 : 0
    }
    print(`\n${style('red', 'Something went wrong:')} ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    for (const child of started) {
      if (child instanceof Child) print(`\nThe end of ${child.name}'s log:\n${child.tail()}`)
    }
    return 1
  } finally {
    for (const part of started.reverse()) {
      if (part instanceof Redis) part.disconnect()
      else if (part instanceof Child) await part.stop()
      else await part.close()
    }
    await rm(folder, { recursive: true, force: true })
    signal.ignore()
    if (!once) print(style('dim', 'Stopped. Nothing is left running.'))
  }
}

async function work(
  started: (Child | DocumentServer | Redis)[],
  options: AppOptions & { folder: string },
): Promise<void> {
  const { once, root, folder } = options
  const style = styler(process.stdout, process.env)
  const begin = performance.now()
  const documents = findDocuments(root)
  print(`\n${style('bold', 'rqd')}  counting the words of ${documents.length} documents\n`)

  const redisSocket = join(folder, 'redis.sock')
  // prettier-ignore
  const settings = ['--port', '0', '--unixsocket', redisSocket, '--unixsocketperm', '700', '--dir', folder, '--save', '', '--appendonly', 'no']
  const server = new Child('redis-server', 'redis-server', settings, join(folder, 'redis.log'))
  started.push(server)
  await until(server, 'it answered', () => answers(redisSocket))
  const redis = new Redis({ path: redisSocket })
  started.push(redis)
  redis.on('error', () => undefined) // the end of the server is noticed below
  print(`  ${style('green', '✓')} Redis   private, on a Unix socket`)

  const controlSocket = join(folder, 'rqd.sock')
  const tasks = join(import.meta.dirname, 'tasks')
  const executors = Math.min(4, Math.max(2, availableParallelism()))
  // prettier-ignore
  const flags = ['--url', `unix://${redisSocket}`, '--path', tasks, '--socket', controlSocket, '--executors', String(executors), '--name', 'words', '--http', '127.0.0.1:0']
  const command = [join(root, 'dist/daemon/bin/rqd.js'), ...flags, 'high', 'default', 'low']
  const token = randomBytes(18).toString('base64url')
  const daemon = new Child('rqd', process.execPath, command, join(folder, 'rqd.log'), { RQD_HTTP_TOKEN: token })
  started.push(daemon)
  await until(daemon, 'it was ready', () => answers(controlSocket))
  print(`  ${style('green', '✓')} rqd     ${executors} executors, queues high > default > low`)

  const web = await serveDocuments(documents)
  started.push(web)
  print(`  ${style('green', '✓')} jobs    one per document\n`)
  const broken = Promise.race(
    [server, daemon].map(async (child) => {
      throw new Error(`${child.name} ${await child.ended}`)
    }),
  )
  await Promise.race([countAll(documents, web, redis, tasks, begin), broken])
  if (once) return
  const sample = documents[0] === undefined ? '' : web.urlOf(documents[0])
  const dashboard = `http://${await dashboardAddress(root, controlSocket)}/?token=${token}`
  print(whereNext({ root, redisSocket, controlSocket, logFile: daemon.logFile, sample, dashboard }))
  await broken
}

interface Task {
  readonly document: Document
  readonly job: Job<number>
}

async function countAll(
  documents: readonly Document[],
  web: DocumentServer,
  redis: Redis,
  tasks: string,
  begin: number,
): Promise<void> {
  const style = styler(process.stdout, process.env)
  const queueOf = new Map(
    ['high', 'default', 'low'].map((name) => [name, new Queue(name, { connection: redis, taskPaths: [tasks] })]),
  )
  const columns: Column[] = [
    { title: 'document', width: Math.max(8, ...documents.map(({ name }) => Math.min(40, name.length))) },
    { title: 'words', width: 8, right: true },
    { title: 'queue', width: 7 },
    { title: 'executor', width: 8 },
    { title: 'time', width: 8, right: true },
  ]
  const enqueue = async (document: Document): Promise<Task> => {
    const queue = queueOf.get(document.queue)!
    return { document, job: await queue.enqueue(countWords, web.urlOf(document)) }
  }
  print(
    style(
      'bold',
      row(
        columns,
        columns.map(({ title }) => title),
      ),
    ),
  )
  print(style('dim', rule(columns)))
  let waiting = await Promise.all(documents.map(enqueue))
  let total = 0
  let newsMs = performance.now()
  while (waiting.length > 0) {
    const still: Task[] = []
    for (const task of waiting) {
      const { document, job } = task
      await job.refresh()
      if (job.status === 'failed')
        throw new Error(`the job for ${document.name} failed:\n${job.excInfo ?? '(it left no traceback)'}`)
      if (job.status !== 'finished') {
        still.push(task)
        continue
      }
      const words = job.result ?? 0
      total += words
      newsMs = performance.now()
      const tookMs = Number(job.endedAt) - Number(job.startedAt)
      print(row(columns, [document.name, grouped(words), document.queue, job.workerName ?? '', `${tookMs} ms`]))
    }
    if (performance.now() - newsMs > PATIENCE_MS) {
      throw new Error(`${still.length} jobs do not end: ${still.map(({ document }) => document.name).join(', ')}`)
    }
    waiting = still
    if (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  print(style('dim', rule(columns)))
  print(style('bold', row(columns, [`${documents.length} documents`, grouped(total)])))
  print(`\n  Ready after ${((performance.now() - begin) / 1000).toFixed(1)} s from a standing start.`)
}

interface Places {
  readonly root: string
  readonly redisSocket: string
  readonly controlSocket: string
  readonly logFile: string
  /** URL of a document that can be counted again. */
  readonly sample: string
  readonly dashboard: string
}

function whereNext({ root, redisSocket, controlSocket, logFile, sample, dashboard }: Places): string {
  const style = styler(process.stdout, process.env)
  const below = (path: string): string => relative(process.cwd(), join(root, path))
  const rqctl = `node ${below('dist/daemon/bin/rqctl.js')}`
  const address = `unix://${redisSocket}`
  const enqueue = `REDIS_URL=${address} sh ${below('examples/enqueue-with-redis-cli.sh')} ${sample}`
  const line = (what: string, how: string): string => `  ${what.padEnd(14)}${style('cyan', how)}`
  return [
    '',
    style('bold', 'It stays up until Ctrl+C. From another terminal, in this folder:'),
    '',
    line('in a browser', dashboard),
    line('the daemon', `${rqctl} --socket ${controlSocket} status`),
    line('the queues', `${rqctl} --url ${address} info`),
    line('one more job', enqueue),
    line('the log', `tail -f ${logFile}`),
    '',
    `  ${'Redis'.padEnd(14)}${address}`,
    `  ${'to read'.padEnd(14)}${below('docs/getting-started.md')}`,
    '',
  ].join('\n')
}

/** Where the daemon serves its dashboard: it tells everybody. */
async function dashboardAddress(root: string, controlSocket: string): Promise<string> {
  const command = [join(root, 'dist/daemon/bin/rqctl.js'), '--socket', controlSocket, '--json', 'daemons']
  const { stdout } = await promisify(execFile)(process.execPath, command)
  const [daemon] = JSON.parse(stdout) as { http: string | null }[]
  if (typeof daemon?.http === 'string') return daemon.http
  throw new Error('the daemon does not say where it serves its dashboard')
}

/** Whether something accepts connections on a Unix socket. */
function answers(path: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(undefined))
  })
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Listens for the wish to stop; a repeated one changes nothing, since stopping is bounded. */
function stopSignal(): { stopped: Promise<never>; ignore: () => void } {
  let stop: () => void = () => undefined
  const stopped = new Promise<never>((_resolve, reject) => (stop = () => reject(new Stopped())))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, stop)
  return {
    stopped,
    ignore: () => {
      for (const name of signals) process.off(name, stop)
    },
  }
}
