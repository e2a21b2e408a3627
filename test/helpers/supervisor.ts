import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Finished, fixtureTasks, runProgram } from './daemon.js'
import { compiledRoot, projectRoot } from './paths.js'
import type { TestRedis } from './redis.js'

const rig = join(projectRoot, 'test/rigs/supervisor-rig')

/** Why tests under a real supervisord cannot run here; false where they can. In CI they always must. */
export const withoutSupervisor: string | false =
  process.env['CI'] === 'true' || existsSync('/usr/bin/supervisord')
    ? false
    : 'Supervisor is not installed (apt-get install supervisor)'

/** A supervisord of its own that runs the program of contrib. */
export interface TestSupervisor {
  /** supervisorctl. */
  ctl(...args: string[]): Promise<Finished>
  /** The state that it shows of the program. */
  state(): Promise<string>
  pid(): Promise<number>
  readonly socket: string
  /** What the program has written so far. */
  written(stream: 'stdout' | 'stderr'): Promise<string>
}

/** Start one for this test, with the file of contrib in which only paths, user and Redis are others. */
export async function startSupervisor(t: Test, redis: TestRedis): Promise<TestSupervisor> {
  const name = `rqd-${process.pid}`
  const bash = (...args: string[]): Promise<Finished> => runProgram('bash', [rig, '-n', name, ...args])
  const { folder } = redis
  const socket = join(folder, 'rqd.sock')
  const node = `${process.execPath} ${join(compiledRoot, 'daemon/bin')}`
  let conf = await readFile(join(projectRoot, 'contrib/supervisor/rqd.conf'), 'utf8')
  for (const [found, instead] of [
    [/^command=rqd --socket \S+/m, `command=${node}/rqd.js --socket ${socket}`],
    [/rqctl --socket \S+/, `${node}/rqctl.js --socket ${socket}`],
    [/^directory=.*$/m, `directory=${folder}`],
    [/^user=.*\n/m, ''],
    [
      /RQD_URL="[^"]*",RQD_QUEUES="[^"]*",RQD_PATH="[^"]*"/,
      `RQD_URL="${redis.url}",RQD_PATH="${fixtureTasks}",RQD_EXECUTORS="1"`,
    ],
    [/\/var\/log\/rqd\/jobs\.log/, join(folder, 'jobs.log')],
    [/\/var\/log\/rqd\/rqd\.log/, join(folder, 'rqd.log')],
  ] as const) {
    if (!found.test(conf)) throw new Error(`contrib/supervisor/rqd.conf has nothing like ${String(found)}`)
    conf = conf.replace(found, instead)
  }
  const file = join(folder, 'rqd.conf')
  await writeFile(file, conf)
  t.teardown(() => bash('down'))
  const { code, stderr } = await bash('up', file)
  if (code !== 0) throw new Error(`supervisord did not start:\n${stderr}`)
  return {
    ctl: (...args) => bash('ctl', ...args),
    state: async () => /^rqd\s+(\S+)/.exec((await bash('ctl', 'status', 'rqd')).stdout)?.[1] ?? '',
    pid: async () => Number((await bash('ctl', 'pid', 'rqd')).stdout),
    socket,
    written: (stream) => readFile(join(folder, stream === 'stdout' ? 'jobs.log' : 'rqd.log'), 'utf8'),
  }
}
