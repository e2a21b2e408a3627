import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type ChildProcess, spawn } from 'node:child_process'
import type { Test } from 'tap'
import ts from 'typescript'
import { Job } from '../../src/index.js'
import { runProgram, type Finished } from './daemon.js'
import { compiledRoot, projectRoot } from './paths.js'
import { withoutPythonRq } from './python.js'
import { type TestRedis, startRedis } from './redis.js'
import { waitFor } from './wait-for.js'

/**
 * A fenced block of a document. Its language, and behind it what it is: `file=` is written to that file, `daemon` is
 * started and stays up, `prints=` is what it must print, `redis-cli job=` makes a job that must succeed.
 */
interface Block {
  readonly language: string
  readonly info: string
  readonly code: string
  readonly line: number
}

function blocksOf(document: string): Block[] {
  const found = document.matchAll(/^```(\S+)(?: (.*))?\n([^]*?)^```$/gm)
  return [...found].map(({ index, 1: language = '', 2: info = '', 3: code = '' }) => {
    return { language, info, code, line: document.slice(0, index).split('\n').length }
  })
}

/** A folder in which the commands of a user work: rqd is installed, and everything leads to a private Redis. */
class Workplace {
  readonly #daemons: ChildProcess[] = []
  #log = ''

  readonly folder: string
  readonly redis: TestRedis
  readonly env: NodeJS.ProcessEnv

  private constructor(folder: string, redis: TestRedis, env: NodeJS.ProcessEnv) {
    this.folder = folder
    this.redis = redis
    this.env = env
  }

  static async create(t: Test): Promise<Workplace> {
    const redis = await startRedis(t)
    const folder = await mkdtemp(join(tmpdir(), 'd-'))
    const modules = join(folder, 'node_modules')
    const programs = join(folder, 'bin')
    for (const path of [modules, programs]) await mkdir(path)
    await symlink(projectRoot, join(modules, 'rqd'))
    await symlink(join(projectRoot, 'node_modules/ioredis'), join(modules, 'ioredis'))
    const script = async (name: string, command: string): Promise<void> => {
      await writeFile(join(programs, name), `#!/bin/sh\nexec ${command} "$@"\n`)
      await chmod(join(programs, name), 0o755)
    }
    for (const name of ['rqd', 'rqctl'])
      await script(name, `${process.execPath} ${join(compiledRoot, `daemon/bin/${name}.js`)}`)
    await script('redis-cli', `$(PATH=\${PATH#*:} command -v redis-cli) -s ${redis.socket}`)
    const plain = Object.entries(process.env).filter(
      ([name]) => !/^(TAP|_TAPJS|NODE_OPTIONS|RUNTIME_DIRECTORY)/.test(name),
    )
    const workplace = new Workplace(folder, redis, {
      ...Object.fromEntries(plain),
      PATH: `${programs}:${process.env['PATH'] ?? ''}`,
      RQ_REDIS_URL: redis.url,
      XDG_RUNTIME_DIR: folder,
    })
    t.teardown(async () => {
      await workplace.#stop()
      await rm(folder, { recursive: true, force: true })
    })
    return workplace
  }

  async write(file: string, text: string): Promise<string> {
    const path = join(this.folder, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    return path
  }

  /** Start what stays up, and wait until it is ready. */
  async startDaemon(command: string): Promise<void> {
    const child = spawn('sh', ['-c', `exec ${command}`], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#daemons.push(child)
    child.stderr.on('data', (chunk: Buffer) => (this.#log += chunk.toString()))
    await waitFor('the daemon to be ready', () => {
      if (child.exitCode !== null) throw new Error(`the daemon ended:\n${this.#log}`)
      return this.#log.includes('daemon ready')
    })
  }

  run(program: string, args: readonly string[]): Promise<Finished> {
    const inFolder = ['-c', 'cd "$1" && shift && exec "$@"', 'sh', this.folder, program, ...args]
    return runProgram('/bin/sh', inFolder, this.env)
  }

  async #stop(): Promise<void> {
    for (const child of this.#daemons) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await closed
    }
  }
}

/** What must be there for blocks of a language, and how it is looked for. */
const needs: Readonly<Record<string, { name: string; program: string; args: string[] }>> = {
  ruby: { name: 'Ruby with the gem redis', program: 'ruby', args: ['-e', 'require "redis"'] },
  php: {
    name: 'PHP with the extension redis',
    program: 'php',
    args: ['-r', 'exit(class_exists("Redis") ? 0 : 1);'],
  },
}

/** Run all code blocks of a document, in a folder and on a Redis of its own. */
export async function runDocument(t: Test, name: string): Promise<void> {
  const blocks = blocksOf(await readFile(join(projectRoot, name), 'utf8')).filter(({ language }) => language !== 'text')
  t.ok(blocks.length > 4, 'there are some')
  const place = await Workplace.create(t)
  for (const block of blocks) await runBlock(t, place, block, `${name}:${block.line}`)
}

async function runBlock(t: Test, place: Workplace, block: Block, at: string): Promise<void> {
  const { language, info, code } = block
  const file = /^file=(\S+)$/.exec(info)?.[1]
  if (file !== undefined) {
    await place.write(file, code)
    return
  }
  if (info === 'daemon') {
    await place.startDaemon(code)
    t.pass(`${at} the daemon starts`)
    return
  }
  if (language === 'python' && withoutPythonRq !== false) {
    void t.test(`${at} python`, { skip: withoutPythonRq }, (t) => t.end())
    return
  }
  const need = needs[language]
  if (need !== undefined && (await place.run(need.program, need.args)).code !== 0) {
    void t.test(`${at} ${language}`, { skip: `${need.name} is not installed` }, (t) => t.end())
    return
  }
  const { code: exit, stdout, stderr } = await runCode(place, language, code, at)
  t.equal(exit, 0, `${at} ${language} ends well\n${stderr}`)
  const prints = /^prints=(.+)$/.exec(info)?.[1]
  if (prints !== undefined) t.ok(stdout.includes(prints), `${at} prints ${prints}; it printed ${stdout}`)
  const jobId = /\bjob=(\S+)$/.exec(info)?.[1]
  if (jobId !== undefined) {
    const status = await waitFor(`job ${jobId} of ${at} to end`, async () => {
      const { status } = await Job.fetch(jobId, { connection: place.redis.client })
      return status === 'finished' || status === 'failed' ? status : undefined
    })
    t.equal(status, 'finished', `${at} the job runs`)
  }
}

/** The documents speak to a Redis on the default port: here that is the private one. */
async function runCode(place: Workplace, language: string, code: string, at: string): Promise<Finished> {
  const { socket } = place.redis
  switch (language) {
    case 'ts': {
      const source = code.replaceAll('new Redis()', `new Redis(${JSON.stringify(socket)})`)
      const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
      const file = await place.write('program.mjs', ts.transpileModule(source, { compilerOptions: options }).outputText)
      return place.run(process.execPath, [file])
    }
    case 'python':
      return place.run('/usr/bin/python3', [
        '-c',
        code.replaceAll('Redis()', `Redis(unix_socket_path=${JSON.stringify(socket)})`),
      ])
    case 'ruby':
      return place.run('ruby', ['-e', code.replaceAll('Redis.new', `Redis.new(path: ${JSON.stringify(socket)})`)])
    case 'php': {
      const source = code.replaceAll("connect('127.0.0.1', 6379)", `connect(${JSON.stringify(socket)})`)
      return place.run('php', [await place.write('program.php', source)])
    }
    case 'sh':
      return place.run('sh', ['-euc', code])
    default:
      throw new Error(`${at} nobody knows how to run ${language}: mark it text`)
  }
}
