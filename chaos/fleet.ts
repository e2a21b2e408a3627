import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KeptProcess, type Program } from './kept-process.js'
import type { ChaosOptions } from './options.js'
import { identify, processesWith, signalProcess, titleOf } from './processes.js'
import { RedisProxy } from './proxy.js'

/** A daemon, or a Python worker in its place, and the wire that leads it to Redis. */
export interface Unit {
  readonly process: KeptProcess
  readonly proxy: RedisProxy | undefined
}

const ownFolder = dirname(fileURLToPath(import.meta.url))
const projectRoot = findRoot(ownFolder)
const rqdMain = join(dirname(ownFolder), 'daemon/bin/rqd.js')
/** Debian's Python, the one that its package python3-rq serves. */
const python = '/usr/bin/python3'

/** Everything that runs jobs. */
export class Fleet {
  /** What strikes aim at. */
  readonly units: readonly Unit[]
  /** The Python worker beside ours. */
  readonly guest: Unit | undefined
  readonly #folder: string
  readonly #mark: string

  private constructor(units: readonly Unit[], guest: Unit | undefined, folder: string, mark: string) {
    this.units = units
    this.guest = guest
    this.#folder = folder
    this.#mark = mark
  }

  /** Start all of it. `marks`: the file in which the jobs leave their marks. */
  static async start(
    options: ChaosOptions,
    setting: { folder: string; marks: string; redisSocket: string; queues: readonly string[] },
  ): Promise<Fleet> {
    const { folder, marks, redisSocket, queues } = setting
    const env = environment(marks)
    const launch = async (name: string, program: (url: string) => Omit<Program, 'name' | 'env' | 'logFile'>) => {
      const proxy = options.proxied ? new RedisProxy({ path: redisSocket }, options.latencyMs) : undefined
      const url = proxy === undefined ? `unix://${redisSocket}` : await proxy.start()
      const logFile = join(folder, `${name}.log`)
      appendFileSync(logFile, '')
      return { process: new KeptProcess({ ...program(url), name, env, logFile }), proxy }
    }
    const isPython = options.instead === 'python'
    // A Python worker runs one job at a time.
    const total = isPython ? options.daemons * options.executors : options.daemons
    const units = await Promise.all(
      Array.from({ length: total }, (_, i) =>
        isPython
          ? launch(`worker-${i + 1}`, (url) => pythonProgram(url, queues))
          : launch(`daemon-${i + 1}`, (url) => rqdProgram(options, url, join(folder, `${i + 1}.sock`), i + 1, queues)),
      ),
    )
    const guest = options.pythonWorker ? await launch('python', (url) => pythonProgram(url, queues)) : undefined
    const fleet = new Fleet(units, guest, folder, `RQD_CHAOS_MARKS=${marks}`)
    for (const unit of fleet.all) unit.process.start()
    return fleet
  }

  get all(): readonly Unit[] {
    return this.guest === undefined ? this.units : [...this.units, this.guest]
  }

  get restarts(): number {
    return this.all.reduce((sum, unit) => sum + unit.process.restarts, 0)
  }

  /** Log lines that name a job. */
  logOf(jobId: string): string[] {
    return this.all.flatMap(({ process: { name, program } }) => {
      const lines = readFileSync(program.logFile, 'utf8').split('\n')
      return lines.filter((line) => line.includes(jobId)).map((line) => `${name} ${line}`)
    })
  }

  /** The last words of all, for a run that came to nothing. */
  lastWords(): string {
    const tails = this.all.map(({ process: { name, program } }) => {
      const lines = readFileSync(program.logFile, 'utf8').trimEnd().split('\n').slice(-8)
      return `${name}:\n${lines.map((line) => `  ${line}\n`).join('')}`
    })
    return `${tails.join('')}Logs: ${this.#folder}\n`
  }

  /** End everything well. @returns processes that were left behind, which have been killed */
  async stop(): Promise<string[]> {
    await Promise.all(this.all.map((unit) => unit.process.stop(10_000)))
    for (const { proxy } of this.all) proxy?.stop()
    const left = processesWith(this.#mark).map(({ pid }) => ({ pid, title: titleOf(pid) }))
    for (const { pid } of left) signalProcess(identify(pid), 'SIGKILL')
    return left.filter(({ title }) => title !== '').map(({ pid, title }) => `${pid} ${title}`)
  }

  /** End everything at once, without waiting. */
  kill(): void {
    for (const { process, proxy } of this.all) {
      process.kill()
      proxy?.stop()
    }
    for (const id of processesWith(this.#mark)) signalProcess(id, 'SIGKILL')
  }
}

type Launch = Omit<Program, 'name' | 'env' | 'logFile'>

function rqdProgram(options: ChaosOptions, url: string, socket: string, n: number, queues: readonly string[]): Launch {
  const { executors, leaseSec, named } = options
  const tasks = join(projectRoot, 'chaos/tasks')
  const work = ['--path', tasks, '--executors', String(executors), '--lease-sec', String(leaseSec)]
  const name = named ? ['--name', `chaos-${n}`] : []
  const args = [rqdMain, '--url', url, '--socket', socket, ...work, ...name, ...queues]
  return { command: process.execPath, args, socket, isPython: false }
}

function pythonProgram(url: string, queues: readonly string[]): Launch {
  const tasks = join(projectRoot, 'chaos/tasks_py')
  const serializer = ['--serializer', 'rq.serializers.JSONSerializer']
  const args = ['-m', 'rq.cli', 'worker', '--url', url, '--path', tasks, ...serializer, ...queues]
  return { command: python, args, isPython: true }
}

/** A test runner instruments child processes through these; the system under test runs as it would by itself. */
export function environment(marks: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(TAP|_TAPJS|NODE_OPTIONS|RQ_)/.test(name))
  return { ...Object.fromEntries(own), NO_COLOR: '1', PYTHONDONTWRITEBYTECODE: '1', RQD_CHAOS_MARKS: marks }
}

export function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder))
}
